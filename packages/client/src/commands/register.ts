import { ofClient } from './command.ts'
import { fields, string } from './input.ts'

/**
 * Resolves when others can invite the account; where its key packages cannot be put up for now, after 20 s. Only then
 * is the account told of. `registration_closed`, `invite_required`, `invite_invalid`: as the server's host wants it.
 */
export type Register = (input: {
  readonly name: string
  readonly password: string
  readonly invite?: string | undefined
}) => Promise<void>

export const register = ofClient<Register>({
  input: fields({ name: string, password: string }, { invite: string }),
  run: ({ entrance }, input) => entrance.register(input),
})
