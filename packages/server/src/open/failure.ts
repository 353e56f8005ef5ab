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

/** What the open lane refuses. Only the text of the code leaves the server: what was sent is never quoted. */
export class OpenRefusal extends Error {
  override readonly name = 'OpenRefusal'
  readonly code: OpenCode
  readonly retryAfterMs: number | undefined
  /** Of `QUOTA`: whose budget is used up. */
  readonly scope: string | undefined
  /** Of `USERNAME_INVALID` and `NAME_INVALID`: which rule the name breaks. */
  readonly reason: NameReason | undefined

  constructor(code: OpenCode, retryAfterMs?: number, scope?: string, reason?: NameReason) {
    super(reason === undefined ? openFailures[code].text : nameReasons[reason])
    this.code = code
    this.retryAfterMs = retryAfterMs
    this.scope = scope
    this.reason = reason
  }
}

/** What a failure looks like over HTTP; on a socket `message` repeats the text. `timestamp` is RFC 3339, UTC. */
export interface OpenFailureBody {
  readonly error: string
  readonly code: OpenCode
  readonly timestamp: string
  readonly retry_after_ms?: number
  readonly scope?: string
  readonly reason?: NameReason
}

export const openFailureBody = (refusal: OpenRefusal, nowMs: number): OpenFailureBody => ({
  error: refusal.message,
  code: refusal.code,
  timestamp: new Date(nowMs).toISOString(),
  ...(refusal.retryAfterMs === undefined ? {} : { retry_after_ms: refusal.retryAfterMs }),
  ...(refusal.scope === undefined ? {} : { scope: refusal.scope }),
  ...(refusal.reason === undefined ? {} : { reason: refusal.reason }),
})

/** What the services that both lanes use throw, in the codes of this lane. */
const refusalOf = (error: SottoError): OpenRefusal | undefined => {
  switch (error.code) {
    case 'rate': {
      const { retryAfterMs } = error.detail
      return new OpenRefusal('RATE_LIMITED', typeof retryAfterMs === 'number' ? retryAfterMs : 1000)
    }
    case 'quota': {
      const { retryAfterMs, scope } = error.detail
      return new OpenRefusal('QUOTA', Number(retryAfterMs), String(scope))
    }
    case 'name_invalid':
      return new OpenRefusal('USERNAME_INVALID', undefined, undefined, nameReasonIn(error.detail))
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
  throw new OpenRefusal(code, undefined, undefined, reason)
}
