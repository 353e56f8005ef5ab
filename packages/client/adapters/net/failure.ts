import { codeWritten, type FailureCode, type FailureDetail, failures, SottoError } from '@sotto/protocol'
import { naming, obstacleOfStatus } from '../../src/ports/obstacleOf.ts'

/** What an answer means that did not come from Sotto but from something between: nothing about what was asked. */
const codeOfStatus = (status: number): FailureCode => {
  if (status === 413) return 'too_large'
  return status === 429 || status >= 500 ? 'unavailable' : 'offline'
}

/** The failure of whatever answers in place of the server. */
export const foreignAnswer = (status: number): SottoError =>
  new SottoError(codeOfStatus(status), undefined, { status, ...naming(obstacleOfStatus(status)) })

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Numbers and short texts only: what an error carries ends up in logs and on screens. */
export const readDetail = (value: unknown): FailureDetail =>
  isRecord(value)
    ? Object.fromEntries(
        Object.entries(value)
          .filter(
            (entry): entry is [string, number | string] =>
              // What stood in the way is said by this side alone.
              entry[0] !== 'obstacle' &&
              ((typeof entry[1] === 'number' && Number.isFinite(entry[1])) ||
                (typeof entry[1] === 'string' && entry[1].length <= 256)),
          )
          .slice(0, 16),
      )
    : {}

const parseJson = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

export const isJson = (type: string): boolean => /^application\/json\b/i.test(type)

/** RFC 3339, UTC: every failure of a Sotto server has one, and hardly one of anything else beside `code` and `error`. */
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

/**
 * The error that an answer with a failing status stands for. Never throws: whatever came is some failure. A refusal is
 * the server's only in the form in which it writes them (`FailureBody`), under the status of its code: proxies and other
 * programs have codes such as `unauthorized` and `not_found`, too.
 */
export const failureOfAnswer = (status: number, type: string, body: Uint8Array): SottoError => {
  const parsed = isJson(type) ? parseJson(body) : undefined
  if (!isRecord(parsed)) return foreignAnswer(status)
  const { code: written, error, timestamp: at, detail } = parsed
  if (typeof error !== 'string' || typeof at !== 'string' || !timestamp.test(at)) return foreignAnswer(status)
  const code = codeWritten(written)
  if (code && failures[code].status === status) return new SottoError(code, undefined, readDetail(detail))
  // A newer server knows more codes.
  return typeof written === 'string' && !code
    ? new SottoError('integrity', undefined, { status })
    : foreignAnswer(status)
}
