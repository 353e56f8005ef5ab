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
  REPLAYED: 'This was sent before',
  TOO_MANY_RECIPIENTS: 'There are more recipients than fit into one envelope',
  TEXT_EMPTY: 'There is nothing to see in this message',
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
  /** Of `ANSWER_INVALID`: the status of what is no answer of a Sotto server. */
  status: number | undefined

  constructor(code: LaneCode, detail?: string, retryAfterMs?: number, scope?: string) {
    super(detail === undefined ? textOf(code) : `${textOf(code)}: ${detail}`)
    this.code = code
    this.retryAfterMs = retryAfterMs
    this.scope = scope
  }
}

/** What the server's refusal says. A code that this side does not know is none: a newer server has more of them. */
export const failureOfAnswer = (answer: unknown, status?: number): LaneError => {
  const told = (answer ?? {}) as Readonly<Record<string, unknown>>
  const { code, retry_after_ms: retryAfterMs, scope } = told
  const reason = nameReasonIn(told)
  if (!isOpenCode(code)) {
    const failure = new LaneError('ANSWER_INVALID', status === undefined ? undefined : `status ${status}`)
    failure.status = status
    return failure
  }
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
