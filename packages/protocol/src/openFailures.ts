/**
 * Every code that the open lane answers with: the status over HTTP and the text beside it. Codes are stable; texts may
 * change. They are written as the lane's own programs expect them, and none is shared with the other lane.
 */
export const openFailures = {
  PAYLOAD_INVALID: { status: 400, text: 'The payload is not of the documented form' },
  PAYLOAD_TOO_LARGE: { status: 413, text: 'The payload is larger than the server accepts' },
  MEDIA_TYPE: { status: 415, text: 'Bodies are application/json' },
  METHOD_NOT_ALLOWED: { status: 405, text: 'This address does not take that method' },
  NOT_FOUND: { status: 404, text: 'There is no such thing here' },
  ORIGIN_REFUSED: { status: 403, text: 'The request comes from a page of another site' },
  HOST_REFUSED: { status: 403, text: 'The server does not know this host name' },
  TRANSPORT_INVALID: { status: 400, text: 'This is no handshake of Socket.IO 4' },
  EVENT_UNKNOWN: { status: 400, text: 'There is no such event' },
  EVENT_REPLACED: { status: 410, text: 'There is something else in place of this event' },

  UNAUTHORIZED: { status: 401, text: 'Log in first, and show the token with each request and socket' },
  INVALID_CREDENTIALS: {
    status: 401,
    text: 'The name or the password is wrong; a person logs in here with an access token',
  },
  PERSON_ACCOUNT: {
    status: 401,
    text: 'A person sends an access token, made in the settings, as Authorization: Bearer TOKEN',
  },
  SESSION_EXPIRED: { status: 401, text: 'The session has ended' },
  GONE: {
    status: 410,
    text: 'A cookie that asserts an identity is not believed, and none is given out; log in',
  },
  SCOPE_MISSING: { status: 403, text: 'This access token does not reach so far' },
  IDENTITY_MISMATCH: { status: 403, text: 'The name in the payload is not the name of the session' },

  PLAIN_HTTP: {
    status: 403,
    text: 'No passwords over plain http from elsewhere: one that was sent may have been read',
  },
  REGISTRATION_CLOSED: { status: 403, text: 'This server does not accept new accounts' },
  INVITE_REQUIRED: { status: 403, text: 'This server accepts new accounts by invitation only' },
  INVITE_INVALID: { status: 403, text: 'The invite key is not valid, or no longer valid' },
  ACCOUNT_SUSPENDED: { status: 403, text: 'The person who runs the server has suspended this account' },

  USERNAME_INVALID: { status: 400, text: 'A name has 2 to 31 letters or digits of one script' },
  USERNAME_RESERVED: { status: 400, text: 'That name is reserved' },
  USERNAME_TAKEN: { status: 409, text: 'That name is taken' },
  USERNAME_ALIKE: { status: 409, text: 'That name looks like one that is taken' },
  WEAK_PASSWORD: {
    status: 400,
    text: 'A password has 12 to 256 characters beside the name, five different ones',
  },
  USER_NOT_FOUND: { status: 404, text: 'Nobody here has that name' },
  KEY_NOT_FOUND: { status: 404, text: 'That account has no public key' },
  KEY_INVALID: {
    status: 400,
    text: 'Not a public key that is accepted: RSA from 3072 bits, or EC P-256, whose labels agree',
  },
  TOKEN_NOT_FOUND: { status: 404, text: 'There is no such access token' },
  TOKEN_LIMIT: { status: 409, text: 'There are too many access tokens; revoke one' },

  NAME_REQUIRED: { status: 400, text: 'A room has a name of 1 to 80 characters' },
  NAME_INVALID: { status: 400, text: 'A room cannot be called so' },
  ROOM_EXISTS: { status: 409, text: 'A room of that name, or of one that looks like it, exists' },
  ROOM_NOT_FOUND: { status: 404, text: 'There is no such room' },
  ROOM_LIMIT: { status: 409, text: 'There are too many rooms or members' },
  NOT_MEMBER: { status: 403, text: 'Join the room first' },
  USERS_OFFLINE: {
    status: 409,
    text: 'Not everybody is there; with queue: true they are told when they come',
  },
  CHAT_NOT_FOUND: { status: 404, text: 'There is no such chat' },
  REKEY_REQUIRED: { status: 409, text: 'Somebody has left; the chat needs a new key first' },
  REKEY_STALE: { status: 409, text: 'Another key was given out first' },

  PLAINTEXT_REFUSED: { status: 400, text: 'Plaintext is not accepted; encrypt it first' },
  UNAUTHENTICATED_ENCRYPTION: {
    status: 400,
    text: 'Encryption without an authentication tag is not accepted',
  },
  MESSAGE_HASH_PLAINTEXT: {
    status: 400,
    text: 'message_hash is empty or the hex SHA-256 of iv and ciphertext, nothing else',
  },
  IV_REUSED: { status: 409, text: 'This iv was used before with the same key' },
  CLIENT_KEY_REQUIRED: { status: 400, text: 'Keys are made by clients; the server makes none' },
  ALG_WITHDRAWN: { status: 400, text: 'This algorithm is not accepted any more' },

  RATE_LIMITED: { status: 429, text: 'Too many requests; wait a moment' },
  QUOTA: { status: 507, text: 'There is no space left for this at the moment' },
  MAILBOX_FULL: { status: 507, text: 'The recipient has too many messages waiting' },
  READ_ONLY: { status: 507, text: 'The server cannot store anything at the moment' },
  UNAVAILABLE: { status: 503, text: 'The server is not ready' },
  INTERNAL: { status: 500, text: 'Something went wrong on our side' },
} as const satisfies Record<string, { status: number; text: string }>

export type OpenCode = keyof typeof openFailures

export const isOpenCode = (value: unknown): value is OpenCode =>
  typeof value === 'string' && Object.hasOwn(openFailures, value)
