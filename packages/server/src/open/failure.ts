import {
  FormRefusal,
  nameReasonIn,
  nameReasons,
  type NameReason,
  type OpenCode,
  openFailures,
  SottoError,
} from '@sotto/protocol'

export { type OpenCode, openFailures } from '@sotto/protocol'

/** What is the matter with a field, beside that it is not of its form. */
export type FieldFault = 'missing' | 'unknown'

/** What a refusal says beside its code. */
export interface RefusalDetail {
  readonly retryAfterMs?: number
  /** Of `QUOTA`: whose budget is used up. */
  readonly scope?: string
  /** Of `USERNAME_INVALID` and `NAME_INVALID`: which rule the name breaks. */
  readonly reason?: NameReason | undefined
  /** The field that is refused. */
  readonly field?: string
  readonly fault?: FieldFault
  /** Of what there is no more: what to ask instead. */
  readonly instead?: string
  /** Of `USERS_OFFLINE`: who is away. */
  readonly offlineUsers?: readonly string[]
}

const faultTexts: Readonly<Record<FieldFault, string>> = {
  missing: ' is missing',
  unknown: ' is not known here',
}

const textOf = (code: OpenCode, { reason, field, fault, instead }: RefusalDetail): string => {
  if (reason !== undefined) return nameReasons[reason]
  const { text } = openFailures[code]
  if (instead !== undefined) return `${text}: ${instead}`
  const isOfForm = code === 'PAYLOAD_INVALID' && field !== undefined
  return isOfForm ? `${text}: ${field}${fault === undefined ? '' : faultTexts[fault]}` : text
}

/** What the open lane refuses. Only the text of the code leaves the server, and the name of a field: no value is ever quoted. */
export class OpenRefusal extends Error {
  override readonly name = 'OpenRefusal'
  readonly code: OpenCode
  readonly detail: RefusalDetail

  constructor(code: OpenCode, detail: RefusalDetail = {}) {
    super(textOf(code, detail))
    this.code = code
    this.detail = detail
  }
}

/** What a failure looks like, over HTTP and on a socket. `timestamp` is RFC 3339, UTC. */
export interface OpenFailureBody {
  readonly error: string
  /** The text again, under the name by which other programs read it. */
  readonly message: string
  readonly code: OpenCode
  readonly timestamp: string
  readonly success: false
  readonly field?: string
  readonly retry_after_ms?: number
  readonly scope?: string
  readonly reason?: NameReason
  readonly instead?: string
  readonly offline_users?: readonly string[]
}

export const openFailureBody = ({ message, code, detail }: OpenRefusal, nowMs: number): OpenFailureBody => {
  const { field, retryAfterMs, scope, reason, instead, offlineUsers } = detail
  return {
    error: message,
    message,
    code,
    timestamp: new Date(nowMs).toISOString(),
    success: false,
    ...(field === undefined ? {} : { field }),
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
    ...(scope === undefined ? {} : { scope }),
    ...(reason === undefined ? {} : { reason }),
    ...(instead === undefined ? {} : { instead }),
    ...(offlineUsers === undefined ? {} : { offline_users: offlineUsers }),
  }
}

/** What the services that both lanes use throw, in the codes of this lane. */
const refusalOf = (error: SottoError): OpenRefusal | undefined => {
  switch (error.code) {
    case 'rate': {
      const { retryAfterMs } = error.detail
      return new OpenRefusal('RATE_LIMITED', {
        retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : 1000,
      })
    }
    case 'quota': {
      const { retryAfterMs, scope } = error.detail
      return new OpenRefusal('QUOTA', { retryAfterMs: Number(retryAfterMs), scope: String(scope) })
    }
    case 'name_invalid':
      return new OpenRefusal('USERNAME_INVALID', { reason: nameReasonIn(error.detail) })
    case 'name_reserved':
      return new OpenRefusal('USERNAME_RESERVED')
    case 'registration_closed':
      return new OpenRefusal('REGISTRATION_CLOSED')
    case 'invite_required':
      return new OpenRefusal('INVITE_REQUIRED')
    case 'invite_invalid':
      return new OpenRefusal('INVITE_INVALID')
    case 'account_suspended':
      return new OpenRefusal('ACCOUNT_SUSPENDED')
    case 'read_only':
      return new OpenRefusal('READ_ONLY')
    case 'unavailable':
      return new OpenRefusal('UNAVAILABLE')
    case 'unauthorized':
      return new OpenRefusal('UNAUTHORIZED')
    case 'host_refused':
      return new OpenRefusal('HOST_REFUSED')
    case 'plain_http':
      return new OpenRefusal('PLAIN_HTTP')
    case 'session_expired':
      return new OpenRefusal('SESSION_EXPIRED')
    default:
      return undefined
  }
}

/** The refusal that an error stands for; undefined for a bug. */
export const asRefusal = (error: unknown): OpenRefusal | undefined => {
  if (error instanceof OpenRefusal) return error
  if (error instanceof FormRefusal) return new OpenRefusal(error.code)
  return error instanceof SottoError ? refusalOf(error) : undefined
}

export const refuse = (code: OpenCode, reason?: NameReason): never => {
  throw new OpenRefusal(code, reason === undefined ? {} : { reason })
}

/** The refusal that an error stands for, of a field of what was sent, where nobody has named one; other errors as they are. */
export const ofField = (error: unknown, field: string): unknown => {
  const refusal = asRefusal(error)
  return refusal && refusal.detail.field === undefined
    ? new OpenRefusal(refusal.code, { ...refusal.detail, field })
    : error
}

/** Reads a field: whatever is refused in it names the field. @throws OpenRefusal */
export const inField = <T>(field: string, read: () => T): T => {
  try {
    return read()
  } catch (error) {
    throw ofField(error, field)
  }
}

/** Fields that a service judges, which does not know under what name its input was sent. */
const judgedFields: Partial<Readonly<Record<OpenCode, readonly string[]>>> = {
  WEAK_PASSWORD: ['password'],
  KEY_INVALID: ['public_key'],
  ALG_WITHDRAWN: ['public_key', 'keys'],
  USERNAME_INVALID: ['username'],
  USERNAME_RESERVED: ['username'],
  USERNAME_TAKEN: ['username'],
  USERNAME_ALIKE: ['username'],
  INVITE_REQUIRED: ['invite'],
  INVITE_INVALID: ['invite'],
  NAME_REQUIRED: ['name', 'room'],
  NAME_INVALID: ['name', 'room'],
  ROOM_EXISTS: ['name', 'room'],
  USER_NOT_FOUND: ['recipient', 'participants', 'username', 'name'],
  KEY_NOT_FOUND: ['name'],
  ROOM_NOT_FOUND: ['room_id'],
  CHAT_NOT_FOUND: ['chat_id'],
  CLIENT_KEY_REQUIRED: ['keys'],
  IV_REUSED: ['iv'],
  MESSAGE_HASH_PLAINTEXT: ['message_hash'],
}

/** The same for what a service has refused, by the fields that were asked for. */
export const ofFields = (error: unknown, fields: readonly string[]): unknown => {
  const code = asRefusal(error)?.code
  const field = code && judgedFields[code]?.find((name) => fields.includes(name))
  return field === undefined ? error : ofField(error, field)
}
