import { failures, SottoError } from '@sotto/client'

/** Why something has failed, as it is said in passing. */
export const whyOf = (error: unknown): string =>
  error instanceof SottoError ? failures[error.code].text : String(error)
