import { type FailureCode, type ServerFrame, SottoError } from '@sotto/protocol'

export const failureOf = (error: unknown): { readonly code: FailureCode; readonly detail: string } =>
  error instanceof SottoError
    ? { code: error.code, detail: JSON.stringify(error.detail) }
    : { code: 'internal', detail: '{}' }

/** Says no to something that has no number of its own. */
export const refused = (code: FailureCode): ServerFrame => ({
  kind: 'refused',
  requestId: null,
  code,
  detail: '{}',
})
