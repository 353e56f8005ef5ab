import { type LaneCode, LaneError } from './failure.ts'

/** How long one thing may take in all, connections that break and waits that are asked for included. */
export const patienceMs = 120_000

const retryMs = 500

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Nothing is wrong with what was asked: it may be asked again. */
export const isPassing = (code: LaneCode): boolean => {
  switch (code) {
    case 'OFFLINE':
    case 'TIMEOUT':
    case 'RATE_LIMITED':
    case 'UNAVAILABLE':
      return true
    default:
      return false
  }
}

/**
 * Asks again for what may be asked twice, as long as it only could not be answered.
 *
 * @param isOpen whether there is still anybody who wants to know
 */
export const persistently = async <T>(work: () => Promise<T>, isOpen: () => boolean): Promise<T> => {
  const deadlineMs = Date.now() + patienceMs
  for (;;)
    try {
      return await work()
    } catch (error) {
      const mayPass = error instanceof LaneError && isPassing(error.code)
      if (!mayPass || !isOpen() || Date.now() > deadlineMs) throw error
      await wait(error.retryAfterMs ?? retryMs)
    }
}
