import { type AccessScope, accessScopes, limits, oneOf, operations, titleFor } from '@sotto/protocol'
import { ofClient } from './command.ts'
import { fields, listOf, number, shaped, string } from './input.ts'

/**
 * Makes an access token, with which a program of the user reaches the open lane; told once.
 *
 * `not_found` where the server has no open lane, `bad_request` for no scope, `forbidden` where there are too many.
 */
export type CreateAccessToken = (input: {
  readonly label: string
  readonly scopes: readonly AccessScope[]
  readonly days: number
}) => Promise<{ readonly id: number; readonly token: string; readonly expiresMs: number }>

export const createAccessToken = ofClient<CreateAccessToken>({
  input: fields({ label: string, scopes: listOf(shaped(oneOf(...accessScopes))), days: number }),
  run: ({ call }, input) =>
    call(operations.createAccessToken, {
      ...input,
      label: titleFor(input.label, limits.accessTokenLabelCharactersMax),
    }),
})
