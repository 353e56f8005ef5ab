import { operations } from '@sotto/protocol'
import { ofClient } from './command.ts'
import { fields, number } from './input.ts'

/** `not_found` where there is no such token. */
export type RevokeAccessToken = (input: { readonly id: number }) => Promise<void>

export const revokeAccessToken = ofClient<RevokeAccessToken>({
  input: fields({ id: number }),
  run: async ({ call }, { id }) => {
    await call(operations.revokeAccessToken, { id })
  },
})
