import type { PublicGroup } from '@sotto/mls'
import { equalBytes, type FailureCode, type FailureDetail, toHex } from '@sotto/protocol'
import { hookOf, type Policy, roleOf } from '@sotto/trust'
import { isOpenRoom } from '../content/openness.ts'
import { leavesOf } from './changes.ts'
import { withHookOf } from './hooksAfter.ts'
import { isTurnedAway } from './metaChange.ts'
import { accountsIn, freePlaces } from './places.ts'
import type { Intent, RoomState } from './state.ts'
import { type Stepped, stepped } from './step.ts'

/** How the wishes of this device end: fulfilled, or with why they cannot be. */

/** Why an intent has nothing to do any more, or cannot be done at all. */
export const settledBefore = (
  room: RoomState,
  group: PublicGroup,
  policy: Policy,
  intent: Intent,
): FailureCode | 'done' | null => {
  switch (intent.kind) {
    case 'invite':
      if (accountsIn(group).has(toHex(intent.account))) return 'already_member'
      if (isTurnedAway(room, intent)) return 'forbidden'
      return freePlaces(group, policy) < intent.keyPackages.length ? 'room_full' : null
    case 'remove':
      return roleOf(policy, intent.account) === undefined ? 'done' : null
    case 'role':
      if (roleOf(policy, intent.account) === undefined) return 'not_member'
      return roleOf(policy, intent.account) === intent.role ? 'done' : null
    case 'readd':
      return leavesOf(group, ({ signatureKey }) => equalBytes(signatureKey, intent.leafKey)).length > 0
        ? null
        : 'done'
    case 'add_hook':
      return hookOf(policy, intent.hook.hook) ? 'done' : null
    case 'remove_hook':
      return hookOf(policy, intent.hook) ? null : 'done'
    case 'openness':
      return isOpenRoom(room.meta) === intent.isOpen ? 'done' : null
    case 'refresh':
      return null
  }
}

export const settleIntent = (room: RoomState, intent: Intent, outcome: FailureCode | 'done'): Stepped =>
  outcome === 'done'
    ? stepped(
        {
          ...room,
          intents: room.intents.filter(({ id }) => id !== intent.id),
          hooks: withHookOf(room.hooks, intent),
        },
        { told: [{ kind: 'intent', intent: intent.id, result: { kind: 'done' } }] },
      )
    : failIntent(room, intent.id, outcome)

export const failIntent = (
  room: RoomState,
  intent: string,
  code: FailureCode,
  detail: FailureDetail = {},
): Stepped => failIntents(room, [intent], code, detail)

const failIntents = (
  room: RoomState,
  intents: readonly string[],
  code: FailureCode,
  detail: FailureDetail,
): Stepped =>
  stepped(
    { ...room, intents: room.intents.filter(({ id }) => !intents.includes(id)) },
    {
      told: intents.map((intent) => ({ kind: 'intent', intent, result: { kind: 'failed', code, detail } })),
    },
  )

/** The server has refused what was pending, for good: its intents end with it. */
export const dropPending = (room: RoomState, code: FailureCode, detail: FailureDetail): Stepped =>
  failIntents({ ...room, pending: null }, room.pending?.intents ?? [], code, detail)

/** What was pending can never be accepted as it is; its intents stay and are applied anew. */
export const renewPending = (room: RoomState): Stepped => stepped({ ...room, pending: null })
