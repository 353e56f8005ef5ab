import { ofClient } from './command.ts'
import { fields, string } from './input.ts'

/** Opens a new session for the account of this device. `device_unknown` where the account lives elsewhere. */
export type Login = (input: { readonly name: string; readonly password: string }) => Promise<void>

export const login = ofClient<Login>({
  input: fields({ name: string, password: string }),
  run: ({ entrance }, input) => entrance.login(input),
})
