import { ofClient } from './command.ts'
import { fields, nullOr, string } from './input.ts'

/** Durable when it resolves; null forgets. `too_large` beyond `limits.noteCharactersMax`, `rate` beyond `limits.notesMax`. */
export type WriteNote = (input: { readonly key: string; readonly text: string | null }) => Promise<void>

export const writeNote = ofClient<WriteNote>({
  input: fields({ key: string, text: nullOr(string) }),
  run: ({ notes }, { key, text }) => notes.write(key, text),
})
