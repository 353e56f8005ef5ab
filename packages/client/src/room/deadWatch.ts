import { type DeadLeaf, type Death, policyOf } from '@sotto/trust'
import type { Contacts } from '../account/contacts.ts'
import { deadLeavesOfOthers } from './changes.ts'
import type { RoomState } from './state.ts'
import type { Tools } from './tools.ts'

const hourMs = 3_600_000

/** As of the log's own time. */
const deadIn = (tools: Tools, { group, place }: RoomState): readonly DeadLeaf[] => {
  if (!group) return []
  const policy = policyOf(group.public.context)
  if (policy.kind !== 'ok') return []
  const lookup = (account: Uint8Array) => tools.find(account)?.state
  return deadLeavesOfOthers(tools, group.public, policy.value, lookup, Math.floor(place.timeMs / 1000))
}

interface Judged {
  readonly group: unknown
  readonly hour: number
  readonly version: number
  readonly worst: Death | null
}

/** Tells the worst of the leaves that nobody may use any more. */
export type WorstDead = (room: RoomState) => Death | null

/**
 * Tells the worst of the leaves that nobody may use any more. They are looked for again in every epoch, once in an
 * hour of the log, and when something was learned of somebody, for a look costs as much as the tree is large.
 */
export const watchForDead = (tools: Tools, contacts: Pick<Contacts, 'version'>): WorstDead => {
  let judged: Judged | null = null
  return (room) => {
    const { group, place, phase } = room
    if (!group || phase.kind !== 'active') return null
    const hour = Math.floor(place.timeMs / hourMs)
    const version = contacts.version()
    if (judged?.group === group.public && judged.hour === hour && judged.version === version)
      return judged.worst
    const dead = deadIn(tools, room)
    const worst = dead.find(({ death }) => death === 'revoked')?.death ?? dead[0]?.death ?? null
    judged = { group: group.public, hour, version, worst }
    return worst
  }
}
