import { ofAccount } from './command.ts'
import { roomOnly } from './input.ts'

/** Stores now what was written last in a room: for a screen that is about to go. Resolves when it is stored. */
export type KeepDraft = (input: { readonly room: string }) => Promise<void>

export const keepDraft = ofAccount<KeepDraft>({
  input: roomOnly,
  run: async ({ rooms }, { room }) => rooms.get(room).drafts.keep(),
})
