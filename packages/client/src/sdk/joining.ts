import { SottoError } from '@sotto/protocol'
import type { Client, ClientState } from '../view.ts'

const isIn = ({ rooms }: ClientState, id: string): boolean =>
  rooms.some((room) => room.id === id && (room.state.kind === 'active' || room.state.kind === 'behind'))

/**
 * Asks to come into the open room, and resolves with its id when this account is in it.
 *
 * @throws SottoError `room_unknown` where it is not the open room, or is not any more
 */
export const joinOpenRoom = async (client: Client, nameOrId: string): Promise<string> => {
  const open = await client.findOpenRoom({})
  if (!open || (open.room !== nameOrId && open.name !== nameOrId))
    throw new SottoError('room_unknown', `${nameOrId} is not the open room of this server`)
  const { room: id } = open
  await client.joinOpenRoom({ room: id })
  return new Promise((resolve, reject) => {
    const look = (state: ClientState): void => {
      if (isIn(state, id)) resolve(id)
      else if (state.openRoom?.room === id && state.openRoom.standing !== 'outside') return
      else reject(new SottoError('room_unknown', `${nameOrId} is not the open room of this server any more`))
      stop()
    }
    const stop = client.subscribe((event) => {
      if (event.kind === 'state') look(event.state)
    })
    look(client.state())
  })
}
