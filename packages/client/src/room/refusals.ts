import { SottoError, limits } from '@sotto/protocol'
import { isTransient, isTooLargeOnTheWay } from '../transient.ts'

/** What the refusals of a server mean for what was sent: pure looks at a failure. */

export const failureOf = (error: unknown): SottoError =>
  error instanceof SottoError ? error : new SottoError('internal', String(error))

export const numberIn = ({ detail }: SottoError, name: string, otherwise: number): number => {
  const value = detail[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise
}

/** A device that is to be brought in has as many invitations as may wait for it: nobody can say until when. */
const isCrowded = ({ code, detail }: SottoError): boolean =>
  code === 'rate' && detail['retryAfterMs'] === undefined

/**
 * The key packages are good no more, and others may be had: the server does not know that it has handed these out, for it
 * was restored from a copy from before; or one is of a device that was given up a moment ago.
 */
export const areSpent = ({ code, detail: { rule } }: SottoError): boolean =>
  (code === 'key_package_unavailable' && rule === 'DEL-14') || (code === 'policy' && rule === 'C2a')

/** Nothing that happens by itself makes it acceptable; of what is asked for together, less may be. */
export const isFinal = (failure: SottoError): boolean => {
  switch (failure.code) {
    case 'stale_epoch':
    case 'client_rollback':
    case 'fork':
      return false
    default:
      return isCrowded(failure) || isTooLargeOnTheWay(failure) || !isTransient(failure)
  }
}

export const retryDelayMs = (failure: SottoError): number =>
  Math.min(limits.retryDelayMaxMs, Math.max(limits.retryDelayMinMs, numberIn(failure, 'retryAfterMs', 1000)))
