import { SottoError } from '@sotto/protocol'
import { roleOf, roles } from '@sotto/trust'
import { givenUp } from '../room/ending.ts'
import type { Room } from '../room/atWork.ts'
import { moved } from '../room/move.ts'
import { type Ended, endOf, policyIn } from '../room/state.ts'
import { stepped } from '../room/step.ts'
import { type AccountScope, ofSession } from './command.ts'
import { roomOnly } from './input.ts'

/**
 * Resolves when the others have been asked; the room stays here, to be read. `last_owner` where nobody else could change
 * the room any more, `not_member` where the user is out already.
 */
export type Leave = (input: { readonly room: string }) => Promise<void>

const giveUp = (room: Room, end: Ended): Promise<void> => room.take((state) => givenUp(state, end))

/** Asks to be taken out and waits until the others have been asked. */
const askToLeave = (room: Room): Promise<void> =>
  room.outcome('left', () => room.take((state) => stepped(moved(state, { kind: 'leave_wanted' }))))

const leaveActive = async ({ openRoom, tools }: AccountScope, room: Room): Promise<void> => {
  await openRoom.closeIfAlone(room)
  const policy = policyIn(room.state())
  if (!policy || policy.members.length === 1) return giveUp(room, { kind: 'left' })
  const owners = policy.members.filter(({ role }) => role === roles.owner)
  // A room without an owner could never be changed again; the rules refuse the commit.
  if (owners.length === 1 && roleOf(policy, tools.account) === roles.owner)
    throw new SottoError('last_owner', undefined, { rule: 'C5g' })
  return askToLeave(room)
}

export const leave = ofSession<Leave>({
  input: roomOnly,
  run: async (scope, { room: id }) => {
    const room = scope.rooms.get(id)
    const { phase } = room.state()
    switch (phase.kind) {
      case 'creating':
        return giveUp(room, { kind: 'absent' })
      case 'frozen':
      case 'repairing':
        if (endOf(room.state())) throw new SottoError('not_member')
        return giveUp(room, { kind: 'left' })
      case 'invited':
      case 'leaving':
      case 'parting':
      case 'left':
      case 'removed':
      case 'refounded':
      case 'absent':
        throw new SottoError('not_member')
      case 'active':
        return leaveActive(scope, room)
    }
  },
})
