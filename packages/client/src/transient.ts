import { limits, SottoError } from '@sotto/protocol'
import { obstacleIn } from './ports/obstacle.ts'

/** Whether a proxy in front of the server takes nothing of this size: that does not pass by itself. */
export const isTooLargeOnTheWay = ({ detail }: SottoError): boolean => obstacleIn(detail) === 'body_limit'

/**
 * Whether what failed may be done yet, or was done and the answer is lost: the same is tried again. Whatever stands
 * between this device and the server decides nothing: its answers are no answers.
 */
export const isTransient = ({ code, detail }: SottoError): boolean => {
  if (obstacleIn(detail)) return true
  switch (code) {
    case 'offline':
    case 'timeout':
    case 'unavailable':
    case 'read_only':
    case 'rate':
    case 'quota':
    case 'unauthorized':
    case 'session_expired':
    case 'internal':
    case 'integrity':
    case 'storage_full':
    case 'fenced':
    case 'closed':
    case 'helper_lost':
      return true
    default:
      return false
  }
}

/** How long one waits at most before the same is tried again: longest where the server itself has said so. */
export const retryDelayMaxMs = (error: unknown): number => {
  const isOnTheWay =
    error instanceof SottoError &&
    (error.code === 'offline' || error.code === 'timeout' || obstacleIn(error.detail) !== undefined)
  return isOnTheWay ? limits.obstacleRetryMaxMs : limits.retryDelayMaxMs
}
