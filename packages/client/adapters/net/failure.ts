import { naming, obstacleOfStatus } from '../../src/ports/obstacleOf.ts'
import { type FailureCode, type FailureDetail, isFailureCode, SottoError } from '@sotto/protocol'

/** The meaning of an answer that did not come from Sotto but from something between. */
const codeOfStatus = (status: number): FailureCode => {
  if (status === 413) return 'too_large'
  if (status === 429) return 'rate'
  if (status >= 502 && status <= 504) return 'unavailable'
  return 'integrity'
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Numbers and short texts only: what an error carries ends up in logs and on screens. */
export const readDetail = (value: unknown): FailureDetail =>
  isRecord(value)
    ? Object.fromEntries(
        Object.entries(value)
          .filter(
            (entry): entry is [string, number | string] =>
              (typeof entry[1] === 'number' && Number.isFinite(entry[1])) ||
              (typeof entry[1] === 'string' && entry[1].length <= 256),
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

/** The error that an answer with a failing status stands for. Never throws: whatever came is some failure. */
export const failureOfAnswer = (status: number, body: Uint8Array): SottoError => {
  const parsed = parseJson(body)
  const code = isRecord(parsed) ? parsed['code'] : undefined
  return isRecord(parsed) && isFailureCode(code)
    ? new SottoError(code, undefined, readDetail(parsed['detail']))
    : new SottoError(codeOfStatus(status), undefined, { status, ...naming(obstacleOfStatus(status)) })
}
