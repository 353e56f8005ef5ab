/**
 * Every failure that one part of Sotto reports to another: the same code on the wire, in the SDK, in the exit code
 * of the terminal client and in the texts of the web client. Codes are stable; texts may change.
 */
export const failures = {
  // What was asked for is not well formed or not allowed.
  bad_request: { status: 400, exit: 2, text: 'The request is not understood' },
  name_invalid: {
    status: 400,
    exit: 2,
    text: 'A name has 2 to 31 letters, digits, dots, dashes or underscores, all in one script',
  },
  name_reserved: { status: 400, exit: 2, text: 'That name is reserved' },
  title_invalid: { status: 400, exit: 2, text: 'This name cannot be used' },
  text_empty: { status: 400, exit: 2, text: 'This message is empty' },
  password_weak: { status: 400, exit: 2, text: 'A password has at least 12 characters' },
  too_large: { status: 413, exit: 2, text: 'This is larger than the server accepts' },
  unsupported_media: { status: 415, exit: 2, text: 'This kind of body is not accepted' },
  not_found: { status: 404, exit: 3, text: 'There is no such thing here' },
  name_unknown: { status: 404, exit: 3, text: 'Nobody here has that name' },
  room_unknown: { status: 404, exit: 3, text: 'There is no such room' },
  name_taken: { status: 409, exit: 4, text: 'That name is taken' },
  name_alike: { status: 409, exit: 4, text: 'That name looks like one that is taken' },
  room_full: { status: 409, exit: 4, text: 'The room is full' },
  already_member: { status: 409, exit: 4, text: 'That person is already in the room' },
  open_room_taken: { status: 409, exit: 4, text: 'This server already has an open room' },
  already_invited: { status: 409, exit: 4, text: 'That person has already been invited' },

  // Who is asking.
  unauthorized: { status: 401, exit: 5, text: 'Sign in first' },
  session_expired: { status: 401, exit: 5, text: 'The session has ended; sign in again' },
  invalid_credentials: { status: 401, exit: 5, text: 'The name or the password is wrong' },
  device_unknown: { status: 403, exit: 5, text: 'This device does not belong to the account' },
  forbidden: { status: 403, exit: 6, text: 'This is not allowed' },
  origin_refused: { status: 403, exit: 6, text: 'The request comes from a page of another site' },
  // Not 421 (RFC 9110 §15.5.20): fetch repeats what is answered with it, and Node's breaks off with a body in hand.
  host_refused: { status: 403, exit: 10, text: 'The server does not know this host name' },
  plain_http: {
    status: 403,
    exit: 6,
    text: 'Passwords are not accepted over plain http from other machines',
  },
  registration_closed: { status: 403, exit: 6, text: 'This server does not accept new accounts' },
  invite_required: { status: 403, exit: 6, text: 'This server accepts new accounts by invitation only' },
  invite_invalid: { status: 403, exit: 6, text: 'The invite key is not valid, or no longer valid' },
  account_suspended: {
    status: 403,
    exit: 6,
    text: 'The person who runs the server has suspended this account',
  },
  not_member: { status: 403, exit: 6, text: 'This device is not in the room' },
  policy: { status: 403, exit: 6, text: 'The rules of the room do not allow this' },
  last_owner: { status: 403, exit: 6, text: 'The last owner of a room with members cannot leave it' },

  // Order: another was first, or somebody has gone back in time.
  stale_epoch: { status: 409, exit: 7, text: 'The room has changed in the meantime' },
  fork: { status: 409, exit: 8, text: 'The server and this device have different histories of the room' },
  client_rollback: { status: 409, exit: 8, text: 'This device has gone back to an older state' },
  server_rollback: { status: 409, exit: 8, text: 'The server has lost messages that it had confirmed' },
  id_reused: { status: 409, exit: 8, text: 'This message id was used for another message' },
  integrity: {
    status: 400,
    exit: 8,
    text: 'The server sent something that does not match what it confirmed before',
  },
  identity_changed: {
    status: 409,
    exit: 8,
    text: 'The identity of this account has changed',
  },

  // Not now.
  rate: { status: 429, exit: 9, text: 'Too many requests; wait a moment' },
  quota: { status: 507, exit: 9, text: 'There is no space left for this at the moment' },
  key_package_unavailable: {
    status: 409,
    exit: 9,
    text: 'That person has no device that can be invited yet',
  },
  read_only: { status: 507, exit: 10, text: 'The server cannot store anything at the moment' },
  unavailable: { status: 503, exit: 10, text: 'The server is not ready' },
  offline: { status: 503, exit: 10, text: 'The server cannot be reached' },
  timeout: { status: 504, exit: 10, text: 'The server did not answer in time' },

  // This device.
  no_account: { status: 400, exit: 11, text: 'There is no account on this device' },
  account_exists: { status: 409, exit: 11, text: 'This device already has an account' },
  profile_in_use: { status: 409, exit: 11, text: 'Another program is using this profile' },
  keys_locked: { status: 423, exit: 11, text: 'The keys of this profile cannot be opened here' },
  passphrase_wrong: { status: 401, exit: 11, text: 'The passphrase does not open the keys of this profile' },
  fenced: { status: 409, exit: 11, text: 'Another tab or program has taken over' },
  storage_full: { status: 507, exit: 11, text: 'There is no space left on this device' },
  storage_damaged: { status: 500, exit: 11, text: 'What is stored on this device cannot be read' },
  storage_newer: {
    status: 409,
    exit: 11,
    text: 'What is stored on this device was written by a newer version of Sotto',
  },
  clock_wrong: { status: 409, exit: 11, text: 'The clocks of this device and of the server do not agree' },
  closed: { status: 409, exit: 11, text: 'This client has been closed' },
  unsupported: { status: 501, exit: 11, text: 'This browser lacks something that Sotto needs' },
  helper_lost: { status: 500, exit: 11, text: 'Part of the program did not start, or has stopped' },
  outdated: { status: 409, exit: 11, text: 'This version of Sotto is older than the one on its server' },
  room_frozen: { status: 409, exit: 12, text: 'The room is frozen until it has been repaired' },

  // A bug.
  internal: { status: 500, exit: 70, text: 'Something went wrong on our side' },
} as const satisfies Record<string, { status: number; exit: number; text: string }>

export type FailureCode = keyof typeof failures

/** Numbers and short texts that make a failure useful to a program: `epoch`, `head`, `rule`, `retryAfterMs`. */
export type FailureDetail = Readonly<Record<string, number | string>>

/** The one error class of Sotto outside of `mls`. */
export class SottoError extends Error {
  override readonly name = 'SottoError'
  readonly code: FailureCode
  readonly detail: FailureDetail

  constructor(code: FailureCode, message: string = failures[code].text, detail: FailureDetail = {}) {
    super(message)
    this.code = code
    this.detail = detail
  }
}

export const isFailureCode = (value: unknown): value is FailureCode =>
  typeof value === 'string' && Object.hasOwn(failures, value)

/** What a failure looks like on the wire. `timestamp` is RFC 3339, UTC. */
export interface FailureBody {
  readonly error: string
  readonly code: FailureCode
  readonly timestamp: string
  readonly detail?: FailureDetail
}

/** A code as it is written over HTTP: in the one case that all lanes of a server have. */
export const writtenCode = (code: FailureCode): string => code.toUpperCase()

/** The code that is written, in that case or in the one of the version before. */
export const codeWritten = (written: unknown): FailureCode | undefined => {
  if (typeof written !== 'string') return undefined
  const code = written === written.toUpperCase() ? written.toLowerCase() : written
  return isFailureCode(code) ? code : undefined
}

/** Says with a request which case its sender reads: a client of ours that does not is of the version before. */
export const codesHeader = { name: 'sotto-codes', value: 'upper' } as const

/** Only the stable text of the code goes out: the message of an error may quote what an adversary sent. */
export const failureBody = (error: SottoError, timestamp: string): FailureBody => ({
  error: failures[error.code].text,
  code: error.code,
  timestamp,
  ...(Object.keys(error.detail).length > 0 ? { detail: error.detail } : {}),
})
