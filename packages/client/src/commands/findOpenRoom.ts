import type { OpenRoomView } from '../view.ts'
import { ofSession } from './command.ts'
import { nothing } from './input.ts'

/** Asks the server for its open room. */
export type FindOpenRoom = (input: object) => Promise<OpenRoomView | null>

export const findOpenRoom = ofSession<FindOpenRoom>({
  input: nothing,
  run: async ({ openRoom, connected }) => {
    await connected()
    await openRoom.look()
    return openRoom.view()
  },
})
