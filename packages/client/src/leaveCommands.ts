import { SottoError } from '@sotto/protocol'
import { roleOf, roles } from '@sotto/trust'
import { deleted, givenUp } from './room/ending.ts'
import type { Room } from './room/atWork.ts'
import { type Ended, endOf, policyIn } from './room/state.ts'
import { stepped } from './room/step.ts'
import type { Rooms } from './sync/rooms.ts'
import type { ClientCommands } from './view.ts'

interface Deps {
  readonly rooms: Pick<Rooms, 'get'>
  readonly account: Uint8Array
  /** What is to be done before the user is out. @throws what keeps it from being done */
  aboutToLeave(room: Room): Promise<void>
}

const giveUp = (room: Room, end: Ended): Promise<void> => room.take((state) => givenUp(state, end))

/** Asks to be taken out and waits until the others have been asked. */
const askToLeave = async (room: Room): Promise<void> => {
  const left = room.left()
  left.catch(() => {})
  await room.take((state) =>
    stepped(state.phase.kind === 'active' ? { ...state, phase: { kind: 'leaving' } } : state),
  )
  await left
}

/** What people do about rooms that they want to be in no more, and then to have no more. */
export const leaveCommands = ({
  rooms,
  account,
  aboutToLeave,
}: Deps): Pick<ClientCommands, 'leave' | 'deleteRoom'> => ({
  leave: async ({ room: id }) => {
    const room = rooms.get(id)
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
      case 'active': {
        await aboutToLeave(room)
        const policy = policyIn(room.state())
        if (!policy || policy.members.length === 1) return giveUp(room, { kind: 'left' })
        const owners = policy.members.filter(({ role }) => role === roles.owner)
        // A room without an owner could never be changed again; the rules refuse the commit.
        if (owners.length === 1 && roleOf(policy, account) === roles.owner)
          throw new SottoError('last_owner', undefined, { rule: 'C5g' })
        return askToLeave(room)
      }
    }
  },

  deleteRoom: async ({ room: id }) => rooms.get(id).take(deleted),
})
