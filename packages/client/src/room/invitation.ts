import type { WaitingWelcome } from '@sotto/protocol'
import { moved } from './move.ts'
import type { RoomState } from './state.ts'

/** Somebody invites to the room, which is here to be read where it was one of the user's before. */
export const invitedTo = (
  room: RoomState,
  { inviter, timeMs, seq, entryHash }: Pick<WaitingWelcome, 'inviter' | 'timeMs' | 'seq' | 'entryHash'>,
): RoomState =>
  moved(room, {
    kind: 'invited',
    inviter,
    timeMs,
    entry: { seq, hash: entryHash },
    wasMember: room.summary.memberCount > 0,
  })

/** The invitation is over; the room is what it was before it. */
export const uninvited = (room: RoomState): RoomState => moved(room, { kind: 'uninvited' })
