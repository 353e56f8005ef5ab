import { isFailureCode } from '@sotto/client'
import type { FailureCode, FailureDetail } from '@sotto/client'

export interface Failure {
  readonly code: FailureCode
  readonly detail: FailureDetail
}

const hasCode = (error: unknown): error is { readonly code: unknown; readonly detail?: FailureDetail } =>
  typeof error === 'object' && error !== null && 'code' in error

/**
 * What a rejected command means. It is told by its code and not by its class, because it may have crossed a worker.
 * Anything without a code is a bug and is reported as one.
 */
export const failureOf = (error: unknown): Failure => {
  if (hasCode(error) && isFailureCode(error.code)) return { code: error.code, detail: error.detail ?? {} }
  reportError(error)
  return { code: 'internal', detail: {} }
}
