import { type ServerFrame, SottoError } from '@sotto/protocol'
import { obstacleIn } from '../ports/obstacle.ts'
import type { OfflineReason } from '../view.ts'

/** Why there is no line to the server. */
export type Why =
  | { readonly kind: 'failed'; readonly failure: SottoError | undefined }
  /** Another server is there, and has proven it. */
  | { readonly kind: 'other' }

export const isAboutSession = ({ code }: SottoError): boolean =>
  code === 'unauthorized' || code === 'session_expired'

/** That a session is over is not said here: it is, or something else is the matter. */
export const whyOf = (error: unknown): Why => ({
  kind: 'failed',
  failure: error instanceof SottoError && !isAboutSession(error) ? error : undefined,
})

export const failureOf = ({ code, detail }: Extract<ServerFrame, { kind: 'refused' }>): SottoError =>
  new SottoError(code, undefined, detailOf(detail))

export const reasonOf = ({ code, detail }: SottoError): OfflineReason => {
  const obstacle = obstacleIn(detail)
  return { code, ...(obstacle ? { obstacle } : {}) }
}

const detailMax = 16

/** Numbers and texts of the server's detail; anything else in it is not for programs. */
const detailOf = (text: string): Record<string, number | string> => {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return {}
  }
  if (typeof parsed !== 'object' || parsed === null) return {}
  const entries = Object.entries(parsed).filter(
    (entry): entry is [string, number | string] =>
      typeof entry[1] === 'number' || typeof entry[1] === 'string',
  )
  return Object.fromEntries(entries.slice(0, detailMax))
}
