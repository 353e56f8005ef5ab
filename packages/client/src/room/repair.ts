import { type FailureCode, limits } from '@sotto/protocol'
import { type Admission, type Policy, roleOf, roles } from '@sotto/trust'
import { dayMs } from './decide.ts'
import { moved } from './move.ts'
import { type InvitedAt, publicOf, rejoinRule, type RoomState } from './state.ts'
import type { Tools } from './tools.ts'

/**
 * Recovery of the own place in a room (REC-2, REC-3). A device that was set back to an earlier state, whose
 * state is damaged, or that cannot process a commit which the rules allow, sends nothing more with the keys it has. It
 * follows the log to its end and there comes in from outside, as a new leaf in the place of its old one.
 */
export const enterRepair = (room: RoomState, code: FailureCode, rule: string | null = null): RoomState =>
  moved(room, { kind: 'keys_lost', code, rule })

/**
 * The user has accepted an invitation whose keys, or whose Welcome, are not here any more. This device is a member from there
 * on: it reads the log from the entry of the Welcome, and what is said before it is brought in again it has missed. A step
 * is nothing where the invitation is over.
 */
export const acceptWithoutKeys = (room: RoomState, { seq, hash }: InvitedAt): RoomState =>
  room.phase.kind === 'invited'
    ? moved(
        { ...room, place: { ...room.place, cursor: seq, hash, timeMs: room.phase.timeMs, from: seq } },
        { kind: 'accepted_without_keys' },
      )
    : room

/** Whether this device may come in anew once more today. */
export const mayRejoin = ({ place }: RoomState, timeMs: number): boolean =>
  place.rejoinedMs.filter((at) => at > timeMs - dayMs).length < limits.rejoinsPerDay

/**
 * Whether a group of which this device has followed nothing is that of its room, as far as the last policy that it knows can
 * tell: who vouches for it and all who own it were members then. Otherwise a server and a stranger could make up a
 * room under the same id, and hold its door open.
 */
export const isRoomOf = (
  lastPolicy: Policy | null,
  { policy, inviter }: Extract<Admission, { kind: 'allowed' }>,
): boolean =>
  lastPolicy !== null &&
  roleOf(lastPolicy, inviter) !== undefined &&
  policy.members.every(
    ({ account, role }) => role !== roles.owner || roleOf(lastPolicy, account) !== undefined,
  )

/** This device cannot come in by itself: whoever may bring people in is asked to. */
export const askOthers = ({ provider }: Tools, room: RoomState): RoomState =>
  room.phase.kind === 'repairing' && !room.phase.asked
    ? moved(room, {
        kind: 'help_asked',
        nack: { seq: room.place.cursor, rule: rejoinRule, message: provider.random(16) },
      })
    : room

/** Whether this device waits for a member to bring it in. */
export const isAsking = ({ phase }: RoomState): boolean => phase.kind === 'repairing' && phase.asked

/** What others did to bring this device in has not helped: it looks for a way itself, and asks again. */
export const retryRepair = (room: RoomState): RoomState => moved(room, { kind: 'repair_retried' })

/** It was tried often enough for a day: what is wrong would be wrong again. */
export const freezeExhausted = (room: RoomState): RoomState => moved(room, { kind: 'repair_exhausted' })

/**
 * The server does not know this device as one of the room's any more. Where the device has followed the group, the log
 * must show how it came to that; where it has lost all of it, there is nobody else to ask, and nothing to lose.
 */
export const dropRoom = (room: RoomState): RoomState =>
  publicOf(room) ? room : moved(room, { kind: 'dropped' })

/** The user wants it tried once more. */
export const repairAgain = (room: RoomState): RoomState => moved(room, { kind: 'repair_wanted' })

/** Whether a room that is frozen for this reason may be entered anew by this device itself. */
export const isOwnFault = (code: FailureCode, rule: string | null): boolean =>
  code === 'client_rollback' || code === 'storage_damaged' || (rule?.startsWith('mls:') ?? false)
