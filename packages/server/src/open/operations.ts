import { limits } from '@sotto/protocol'
import { scopes, type Scope } from './accounts/scope.ts'
import type { OpenCode } from './failure.ts'
import {
  messageId,
  ownName,
  publicKey,
  publicUserShape,
  roomId,
  success,
  timestamp,
  username,
} from './fields.ts'
import {
  boolean,
  integer,
  type JsonSchema,
  judged,
  list,
  nullable,
  object,
  oneOf,
  optional,
  type Shape,
  text,
} from './form/shape.ts'
import { refuse } from './failure.ts'

/**
 * Who may ask: anyone, whoever has a session or access token of this lane (with a scope), or a person with the session
 * of his own client, which is what makes access tokens.
 */
export type OpenAccess =
  | { readonly kind: 'anyone' }
  | { readonly kind: 'lane'; readonly scope: Scope }
  | { readonly kind: 'person' }

/** One REST operation, as data: what answers it and what describes it are made of the same. */
export interface OpenOperation<Input> {
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** With `:name` for parameters, which are fields of the input, as are those of the query. */
  readonly path: string
  /** Under which it is known as well. */
  readonly aliases: readonly string[]
  readonly access: OpenAccess
  readonly input: Shape<Input>
  /** Names of the input's fields that stand in the query. */
  readonly query: readonly string[]
  readonly status: 200 | 201
  readonly output: JsonSchema
  /** What it refuses, beyond what every operation can: sessions, form, rate, store. With `QUOTA`: what only adds. */
  readonly codes: readonly OpenCode[]
  readonly summary: string
}

const anyone: OpenAccess = { kind: 'anyone' }
const person: OpenAccess = { kind: 'person' }
const lane = (scope: Scope): OpenAccess => ({ kind: 'lane', scope })

const describe = <Input>(
  operation: Omit<OpenOperation<Input>, 'aliases' | 'query' | 'status'> &
    Partial<Pick<OpenOperation<Input>, 'aliases' | 'query' | 'status'>>,
): OpenOperation<Input> => ({ aliases: [], query: [], status: 200, ...operation })

const passwordText = text(1024)
const nothing = object({})
const pem = text(limits.openKeyCharactersMax)
const schemaOf = (shape: Shape<unknown>): JsonSchema => shape.schema

/** How a list is answered: `object` as other programs read one. */
const listFormats = ['list', 'object'] as const
export type ListFormat = (typeof listFormats)[number]
const format = optional(oneOf(...listFormats))

/** A list, or an object with it where `format` asks for one. */
const listOf = <T>(name: 'users' | 'rooms', one: Shape<T>): JsonSchema => {
  const all = list(one, 0, limits.openListedMax)
  return { anyOf: [all.schema, object({ [name]: all }).schema] }
}

const users = listOf('users', object(publicUserShape))

/** A number that stands in an address. */
const pathNumber = judged({ type: 'integer', minimum: 1 }, (value) =>
  typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value) ? Number(value) : refuse('PAYLOAD_INVALID'),
)

const room = object({
  id: messageId,
  kind: oneOf('classic'),
  name: text(80),
  description: text(500),
  created_by: username,
  created_at: timestamp,
  is_private: boolean,
})

const tokenDescription = {
  id: integer(1, Number.MAX_SAFE_INTEGER),
  name: text(80),
  scopes: list(oneOf(...scopes), 1, scopes.length),
  created_at: timestamp,
  expires_at: timestamp,
} as const

/** Every operation of the open lane. */
export const openOperations = {
  register: describe({
    name: 'register',
    method: 'POST',
    path: '/register',
    aliases: ['/api/register'],
    access: anyone,
    input: object({
      username,
      password: passwordText,
      // Taken, because programs send it; not kept, because nothing here needs it.
      email: optional(nullable(text(254))),
      public_key: optional(nullable(publicKey)),
      // Where registration is by invitation: the key that whoever hosts the server has handed out.
      invite: optional(nullable(text(64))),
    }),
    status: 201,
    output: schemaOf(
      object({ success, message: text(80), public_key: optional(publicKey), public_key_pem: optional(pem) }),
    ),
    codes: [
      'PLAIN_HTTP',
      'REGISTRATION_CLOSED',
      'INVITE_REQUIRED',
      'INVITE_INVALID',
      'WEAK_PASSWORD',
      'KEY_INVALID',
      'ALG_WITHDRAWN',
      'USERNAME_INVALID',
      'USERNAME_RESERVED',
      'USERNAME_TAKEN',
      'USERNAME_ALIKE',
      'QUOTA',
    ],
    summary: 'Makes a program account. The server makes no key, and a taken name is no log-in.',
  }),
  login: describe({
    name: 'login',
    method: 'POST',
    path: '/login',
    aliases: ['/api/login'],
    access: anyone,
    input: object({ username, password: passwordText }),
    output: schemaOf(
      object({
        success,
        token: text(64),
        user: object({ username, public_key: nullable(publicKey), public_key_pem: nullable(pem) }),
      }),
    ),
    codes: ['PLAIN_HTTP', 'INVALID_CREDENTIALS', 'PERSON_ACCOUNT', 'ACCOUNT_SUSPENDED'],
    summary: 'Opens a session of a program account; sets the session cookie.',
  }),
  logout: describe({
    name: 'logout',
    method: 'POST',
    path: '/logout',
    aliases: ['/api/logout'],
    access: lane('read'),
    input: nothing,
    output: schemaOf(object({ success })),
    codes: [],
    summary: 'Ends the session: its token and cookie are refused from now on, its sockets closed.',
  }),

  me: describe({
    name: 'me',
    method: 'GET',
    path: '/api/me',
    access: lane('read'),
    input: nothing,
    output: schemaOf(
      object({
        ...publicUserShape,
        kind: oneOf('program', 'person'),
        presence: oneOf('visible', 'hidden'),
        scopes: tokenDescription.scopes,
        expires_at: timestamp,
      }),
    ),
    codes: [],
    summary: 'Who the session belongs to.',
  }),
  setKey: describe({
    name: 'setKey',
    method: 'PUT',
    path: '/api/me/public-key',
    access: lane('account'),
    input: object({ public_key: publicKey, username: ownName }),
    output: schemaOf(object(publicUserShape)),
    codes: ['KEY_INVALID', 'ALG_WITHDRAWN', 'IDENTITY_MISMATCH'],
    summary: 'Puts up a public key in place of the one before.',
  }),
  setPresence: describe({
    name: 'setPresence',
    method: 'PUT',
    path: '/api/me/presence',
    access: lane('account'),
    input: object({ presence: oneOf('visible', 'hidden') }),
    output: schemaOf(object({ presence: oneOf('visible', 'hidden') })),
    codes: [],
    summary: 'Shows or hides when this account is online.',
  }),
  onlineUsers: describe({
    name: 'onlineUsers',
    method: 'GET',
    path: '/api/users/online',
    access: lane('read'),
    input: object({ after: optional(username), format }),
    query: ['after', 'format'],
    output: users,
    codes: [],
    summary: 'Who has a socket open and does not hide it, in the order of names, from `after` on.',
  }),
  publicKey: describe({
    name: 'publicKey',
    method: 'GET',
    path: '/api/users/public-key/:name',
    access: lane('read'),
    input: object({ name: username }),
    output: schemaOf(object(publicUserShape)),
    codes: ['USER_NOT_FOUND', 'KEY_NOT_FOUND'],
    summary: 'The public key of an account, equal to what was uploaded.',
  }),
  users: describe({
    name: 'users',
    method: 'GET',
    path: '/users',
    access: lane('read'),
    input: object({ after: optional(username), format }),
    query: ['after', 'format'],
    output: users,
    codes: [],
    summary: 'Everybody on this lane in the order of names, from `after` on.',
  }),

  rooms: describe({
    name: 'rooms',
    method: 'GET',
    path: '/api/rooms',
    access: lane('read'),
    input: object({ after: optional(pathNumber), format }),
    query: ['after', 'format'],
    output: listOf('rooms', room),
    codes: [],
    summary: 'The rooms that the caller may see in the order of their ids, from `after` on.',
  }),
  createRoom: describe({
    name: 'createRoom',
    method: 'POST',
    path: '/api/rooms',
    access: lane('rooms'),
    input: object({
      name: optional(text(400)),
      description: optional(nullable(text(500))),
      is_private: optional(boolean),
    }),
    status: 201,
    output: schemaOf(object({ success, room_id: messageId, name: text(160) })),
    codes: ['NAME_REQUIRED', 'NAME_INVALID', 'ROOM_EXISTS', 'ROOM_LIMIT', 'QUOTA'],
    summary:
      'Makes a classic room. Its name is readable to the server, and stored as the answer says: without spaces at its ends, in NFC.',
  }),
  roomMembers: describe({
    name: 'roomMembers',
    method: 'GET',
    path: '/api/rooms/:room_id/members',
    access: lane('read'),
    input: object({ room_id: roomId, after: optional(username), format }),
    query: ['after', 'format'],
    output: users,
    codes: ['ROOM_NOT_FOUND', 'NOT_MEMBER'],
    summary:
      'Who is in the room, with the keys that its key is sealed to, in the order of names, from `after` on.',
  }),
  inviteToRoom: describe({
    name: 'inviteToRoom',
    method: 'POST',
    path: '/api/rooms/:room_id/members',
    access: lane('rooms'),
    input: object({ room_id: roomId, username }),
    output: schemaOf(object({ success })),
    codes: ['ROOM_NOT_FOUND', 'USER_NOT_FOUND', 'ROOM_LIMIT', 'QUOTA'],
    summary: 'Lets somebody join a private room of the caller.',
  }),

  createToken: describe({
    name: 'createToken',
    method: 'POST',
    path: '/api/tokens',
    access: person,
    input: object({
      name: text(80),
      scopes: tokenDescription.scopes,
      days: optional(integer(1, limits.openAccessTokenDaysMax)),
    }),
    status: 201,
    output: schemaOf(object({ id: tokenDescription.id, token: text(64), expires_at: timestamp })),
    codes: ['PLAIN_HTTP', 'TOKEN_LIMIT', 'QUOTA'],
    summary: 'Makes an access token; asked with the session of a person’s own client. It is told once.',
  }),
  tokens: describe({
    name: 'tokens',
    method: 'GET',
    path: '/api/tokens',
    access: person,
    input: nothing,
    output: schemaOf(list(object(tokenDescription), 0, limits.openAccessTokensPerAccountMax)),
    codes: [],
    summary: 'The access tokens of the person, without the tokens themselves.',
  }),
  revokeToken: describe({
    name: 'revokeToken',
    method: 'DELETE',
    path: '/api/tokens/:id',
    access: person,
    input: object({ id: pathNumber }),
    output: schemaOf(object({ success })),
    codes: ['TOKEN_NOT_FOUND'],
    summary: 'Ends an access token and its sockets.',
  }),
} as const
