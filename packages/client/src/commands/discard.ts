import { messageOfItem } from '../room/messageName.ts'
import { discardItem } from '../room/send.ts'
import { ofAccount } from './command.ts'
import { fields, string } from './input.ts'

/** Forgets a message that has failed. `not_found` for any other: what may be on its way cannot be taken back. */
export type Discard = (input: { readonly room: string; readonly id: string }) => Promise<void>

export const discard = ofAccount<Discard>({
  input: fields({ room: string, id: string }),
  run: async ({ rooms }, { room, id }) =>
    rooms.get(room).take((state) => discardItem(state, messageOfItem(id))),
})
