import { type Death, policyOf } from '@sotto/trust'
import { deadLeavesOfOthers } from './commit.ts'
import type { RoomState } from './state.ts'
import type { Tools } from './tools.ts'

const hourMs = 3_600_000

/**
 * Tells the worst of the leaves that nobody may use any more, as of the log's own time. They are looked for again
 * in every epoch and once in an hour of the log, for a look costs as much as the tree is large.
 */
export const watchForDead = (tools: Tools): ((room: RoomState) => Death | null) => {
  let judged: { readonly group: unknown; readonly hour: number; readonly worst: Death | null } | null = null
  return ({ group, place, phase }) => {
    if (!group || phase.kind !== 'active') return null
    const hour = Math.floor(place.timeMs / hourMs)
    if (judged?.group === group.public && judged.hour === hour) return judged.worst
    const policy = policyOf(group.public.context)
    const lookup = (account: Uint8Array) => tools.find(account)?.state
    const timeS = Math.floor(place.timeMs / 1000)
    const dead =
      policy.kind === 'ok' ? deadLeavesOfOthers(tools, group.public, policy.value, lookup, timeS) : []
    const worst = dead.find(({ death }) => death === 'revoked')?.death ?? dead[0]?.death ?? null
    judged = { group: group.public, hour, worst }
    return worst
  }
}
