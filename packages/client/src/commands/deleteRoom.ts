import { deleted } from '../room/ending.ts'
import { ofAccount } from './command.ts'
import { roomOnly } from './input.ts'

/**
 * Erases a room that the user is not in any more from this device: its name and all that was said in it. Nobody else
 * hears of it. `bad_request` for a room that the user is in: it is left first.
 */
export type DeleteRoom = (input: { readonly room: string }) => Promise<void>

export const deleteRoom = ofAccount<DeleteRoom>({
  input: roomOnly,
  run: async ({ rooms }, { room }) => rooms.get(room).take(deleted),
})
