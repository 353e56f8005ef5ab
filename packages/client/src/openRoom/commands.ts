import type { Rooms } from '../sync/rooms.ts'
import type { ClientCommands } from '../view.ts'
import type { OpenRoom } from './openRoom.ts'

interface Deps {
  readonly openRoom: OpenRoom
  readonly rooms: Pick<Rooms, 'get'>
  /** @throws SottoError `offline` */
  connected(): Promise<void>
}

export const openRoomCommands = ({
  openRoom,
  rooms,
  connected,
}: Deps): Pick<
  ClientCommands,
  'findOpenRoom' | 'joinOpenRoom' | 'withdrawJoin' | 'setOpenness' | 'people'
> => ({
  findOpenRoom: async () => {
    await connected()
    await openRoom.look()
    return openRoom.view()
  },
  joinOpenRoom: ({ room }) => openRoom.join(room),
  withdrawJoin: () => openRoom.withdraw(),
  setOpenness: async ({ room, isOpen }) => {
    await connected()
    await openRoom.setOpenness(rooms.get(room), isOpen)
  },
  people: async () => {
    await connected()
    return openRoom.people()
  },
})
