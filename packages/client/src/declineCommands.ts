import { SottoError } from '@sotto/protocol'
import type { Joining } from './room/enter.ts'
import { isEnded, uninvited } from './room/state.ts'
import { stepped } from './room/step.ts'
import type { Rooms } from './sync/rooms.ts'
import type { ClientCommands } from './view.ts'

interface Deps {
  readonly rooms: Pick<Rooms, 'get' | 'all'>
  /** @throws SottoError */
  enter(room: string, phase: Joining['phase']): Promise<void>
}

/** What people do about invitations that they do not take. */
export const declineCommands = ({ rooms, enter }: Deps): Pick<ClientCommands, 'decline' | 'declineAll'> => {
  const decline: ClientCommands['decline'] = async ({ room: id }) => {
    const room = rooms.get(id)
    const { phase } = room.state()
    if (phase.kind !== 'invited') throw new SottoError('not_found')
    try {
      const left = room.left()
      left.catch(() => {})
      await enter(id, { kind: 'parting', to: phase.before, isDeclined: true })
      // What could not be opened is over already.
      if (!isEnded(room.state().phase)) await left
    } catch (error) {
      // What cannot be entered need not be left.
      if (!(error instanceof SottoError) || error.code === 'offline' || error.code === 'timeout') throw error
      await room.take((state) => stepped(uninvited(state)))
    }
  }

  return {
    decline,
    declineAll: async () => {
      const invited = [...rooms.all()].filter((room) => room.state().phase.kind === 'invited')
      for (const { id } of invited) await decline({ room: id })
      return { count: invited.length }
    },
  }
}
