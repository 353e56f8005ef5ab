import { ofSession } from './command.ts'
import { roomOnly } from './input.ts'

/**
 * Asks to come into the open room. Resolves when the wish is kept: whoever of the members is online brings the user in,
 * and until then `openRoom` of the state is `waiting`. `not_found` where it is not the open room any more, `rate`.
 */
export type JoinOpenRoom = (input: { readonly room: string }) => Promise<void>

export const joinOpenRoom = ofSession<JoinOpenRoom>({
  input: roomOnly,
  run: ({ openRoom }, { room }) => openRoom.join(room),
})
