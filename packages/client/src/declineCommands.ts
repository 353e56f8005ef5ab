import { SottoError } from '@sotto/protocol'
import type { Room } from './room/room.ts'
import type { Rooms } from './sync/rooms.ts'
import type { ClientCommands } from './view.ts'

interface Deps {
  readonly rooms: Pick<Rooms, 'get' | 'all'>
  /** @throws SottoError */
  enter(room: string, phase: 'leaving'): Promise<void>
  forget(room: Room): Promise<void>
}

/** What people do about invitations that they do not take. */
export const declineCommands = ({
  rooms,
  enter,
  forget,
}: Deps): Pick<ClientCommands, 'decline' | 'declineAll'> => {
  const decline: ClientCommands['decline'] = async ({ room: id }) => {
    const room = rooms.get(id)
    if (room.state().phase.kind !== 'invited') throw new SottoError('not_found')
    try {
      const left = room.left()
      left.catch(() => {})
      await enter(id, 'leaving')
      // What could not be opened is gone already.
      if (room.state().phase.kind !== 'left') await left
    } catch (error) {
      // What cannot be entered need not be left.
      if (!(error instanceof SottoError) || error.code === 'offline' || error.code === 'timeout') throw error
      if (room.state().phase.kind === 'invited') await forget(room)
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
