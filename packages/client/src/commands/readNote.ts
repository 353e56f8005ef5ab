import { ofClient } from './command.ts'
import { fields, string } from './input.ts'

/**
 * What a program has to remember beside its rooms, sealed in the profile like everything else; also before there is
 * an account, and gone with it. `key` has 1 to 128 characters. Null where nothing was written.
 */
export type ReadNote = (input: { readonly key: string }) => Promise<string | null>

export const readNote = ofClient<ReadNote>({
  input: fields({ key: string }),
  run: ({ notes }, { key }) => notes.read(key),
})
