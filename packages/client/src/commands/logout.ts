import { boolean } from '@sotto/protocol'
import { ofClient } from './command.ts'
import { fields, shaped } from './input.ts'

/** Ends the session on the server; with `forget` also erases this device's keys and history. */
export type Logout = (input: { readonly forget: boolean }) => Promise<void>

export const logout = ofClient<Logout>({
  input: fields({ forget: shaped(boolean) }),
  run: ({ entrance }, input) => entrance.logout(input),
})
