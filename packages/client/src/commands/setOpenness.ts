import { boolean } from '@sotto/protocol'
import { ofSession } from './command.ts'
import { fields, shaped, string } from './input.ts'

/**
 * Opens a room to whoever has an account on the server, or closes it again. Owners only: `forbidden`; `open_room_taken`
 * {name} where another room is the open one.
 */
export type SetOpenness = (input: { readonly room: string; readonly isOpen: boolean }) => Promise<void>

export const setOpenness = ofSession<SetOpenness>({
  input: fields({ room: string, isOpen: shaped(boolean) }),
  run: async ({ openRoom, rooms, connected }, { room, isOpen }) => {
    await connected()
    await openRoom.setOpenness(rooms.get(room), isOpen)
  },
})
