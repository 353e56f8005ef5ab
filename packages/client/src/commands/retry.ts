import { messageOfItem } from '../room/messageName.ts'
import { retryItem } from '../room/send.ts'
import { ofAccount } from './command.ts'
import { fields, string } from './input.ts'

/** Sends a message once more that has failed. `not_found` for any other. */
export type Retry = (input: { readonly room: string; readonly id: string }) => Promise<void>

export const retry = ofAccount<Retry>({
  input: fields({ room: string, id: string }),
  run: async ({ rooms }, { room, id }) =>
    rooms.get(room).take((state) => retryItem(state, messageOfItem(id))),
})
