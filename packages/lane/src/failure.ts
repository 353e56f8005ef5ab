import { isOpenCode, nameReasonIn, nameReasons, type OpenCode, openFailures } from '@sotto/protocol'

/** What this side refuses or cannot do, beside the codes with which the server answers. */
const own = {
  OFFLINE: 'The server cannot be reached',
  TIMEOUT: 'The server did not answer in time',
  ANSWER_INVALID: 'What the server answered is not of the documented form',
  KEY_CHANGED: 'The public key of that account is not the one known before',
  ENVELOPE_INVALID: 'The envelope is not of the documented form',
  NOT_FOR_US: 'The envelope cannot be opened with the keys that are here',
  PROOF_INVALID: 'What was sent is not signed by the key of its sender',
  TIME_INVALID: 'The time that was signed cannot be: seconds since 1970 are expected',
  REPLAYED: 'This was sent before',
  TOO_MANY_RECIPIENTS: 'There are more recipients than fit into one envelope',
  TEXT_EMPTY: 'This message is empty',
  TEXT_MALFORMED: 'The text is not well-formed Unicode',
  CLOSED: 'The lane was closed',
} as const

export type LaneCode = OpenCode | keyof typeof own

const textOf = (code: LaneCode): string =>
  Object.hasOwn(own, code) ? own[code as keyof typeof own] : openFailures[code as OpenCode].text

/** Every failure of the open lane: the code of the server's refusal, or one of this side. */
export class LaneError extends Error {
  override readonly name = 'LaneError'
  readonly code: LaneCode
  readonly retryAfterMs: number | undefined
  /** Of `QUOTA`: what of it is used up, `account`, `room` or `server`. */
  readonly scope: string | undefined
  /** Of `OFFLINE` and `ANSWER_INVALID`: the status of what has answered and is not understood. */
  status: number | undefined

  constructor(code: LaneCode, detail?: string, retryAfterMs?: number, scope?: string) {
    super(detail === undefined ? textOf(code) : `${textOf(code)}: ${detail}`)
    this.code = code
    this.retryAfterMs = retryAfterMs
    this.scope = scope
  }
}

/** RFC 3339, UTC: every refusal of a Sotto server has one, and hardly one of anything else beside `code` and `error`. */
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

/** What has answered in place of the server: nothing follows from it, and the same is asked again. */
export const foreignAnswer = (status: number | undefined): LaneError => {
  const failure = new LaneError('OFFLINE')
  failure.status = status
  return failure
}

const unknownRefusal = (status: number | undefined): LaneError => {
  const failure = new LaneError('ANSWER_INVALID', status === undefined ? undefined : `status ${status}`)
  failure.status = status
  return failure
}

/**
 * What the server's refusal says. It is the server's only in the form in which it writes them, and over HTTP under the
 * status of its code: proxies and other programs have codes such as `UNAUTHORIZED`, too. A code that this side does not
 * know says nothing: a newer server has more of them.
 */
export const failureOfAnswer = (answer: unknown, status?: number): LaneError => {
  const told = (answer ?? {}) as Readonly<Record<string, unknown>>
  const { code, error, timestamp: at, retry_after_ms: retryAfterMs, scope } = told
  if (typeof code !== 'string' || typeof error !== 'string' || typeof at !== 'string' || !timestamp.test(at))
    return foreignAnswer(status)
  if (!isOpenCode(code)) return unknownRefusal(status)
  if (status !== undefined && openFailures[code].status !== status) return foreignAnswer(status)
  const reason = nameReasonIn(told)
  return new LaneError(
    code,
    reason && nameReasons[reason],
    typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
    typeof scope === 'string' ? scope : undefined,
  )
}

export const fail = (code: LaneCode, detail?: string): never => {
  throw new LaneError(code, detail)
}
