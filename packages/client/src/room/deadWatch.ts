import { policyOf } from '@sotto/trust'
import { deadLeavesOfOthers } from './commit.ts'
import type { RoomState } from './state.ts'
import type { Tools } from './tools.ts'

const hourMs = 3_600_000

/**
 * Tells whether there are leaves that nobody may use any more (S2), as of the log's own time. They are looked for again
 * in every epoch and once in an hour of the log, for a look costs as much as the tree is large.
 */
export const watchForDead = (tools: Tools): ((room: RoomState) => boolean) => {
  let judged: { readonly group: unknown; readonly hour: number; readonly hasDead: boolean } | null = null
  return ({ group, place, phase }) => {
    if (!group || phase.kind !== 'active') return false
    const hour = Math.floor(place.timeMs / hourMs)
    if (judged?.group === group.public && judged.hour === hour) return judged.hasDead
    const policy = policyOf(group.public.context)
    const lookup = (account: Uint8Array) => tools.find(account)?.state
    const timeS = Math.floor(place.timeMs / 1000)
    const hasDead =
      policy.kind === 'ok' && deadLeavesOfOthers(tools, group.public, policy.value, lookup, timeS).length > 0
    judged = { group: group.public, hour, hasDead }
    return hasDead
  }
}
