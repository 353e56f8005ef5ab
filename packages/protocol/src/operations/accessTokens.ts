import { list, moment, oneOf, struct, text, uint } from '../cbor/shape.ts'
import { limits } from '../limits.ts'
import { nothing, operation, uintParam } from './operation.ts'

/**
 * What an access token of the open lane reaches. `read`: people, keys, rooms, histories and what arrives · `send`:
 * messages into rooms, chats and mailboxes · `rooms`: make, join and leave rooms and chats, and give keys out ·
 * `account`: own key and presence.
 */
export const accessScopes = ['read', 'send', 'rooms', 'account'] as const

export type AccessScope = (typeof accessScopes)[number]

const label = text(2 * limits.accessTokenLabelCharactersMax)
const scopes = list(oneOf(...accessScopes), accessScopes.length)

/** The token itself is told here and never again. `not_found` where the server has no open lane. */
export const createAccessToken = operation({
  name: 'accesstokens.create',
  method: 'POST',
  path: '/v1/access-tokens',
  access: 'device',
  params: {},
  body: struct({ label, scopes, days: uint(limits.openAccessTokenDaysMax) }),
  output: struct({ id: uint(), token: text(64), expiresMs: moment }),
  bodyBytesMax: 1024,
})

export const listAccessTokens = operation({
  name: 'accesstokens.list',
  method: 'GET',
  path: '/v1/access-tokens',
  access: 'device',
  params: {},
  body: nothing,
  output: struct({
    tokens: list(
      struct({ id: uint(), label, scopes, createdMs: moment, expiresMs: moment }),
      limits.openAccessTokensPerAccountMax,
    ),
  }),
  bodyBytesMax: 0,
})

/** From then on it is refused, and its sockets are closed. */
export const revokeAccessToken = operation({
  name: 'accesstokens.revoke',
  method: 'POST',
  path: '/v1/access-tokens/:id/revoke',
  access: 'device',
  params: { id: uintParam },
  body: nothing,
  output: nothing,
  bodyBytesMax: 16,
})
