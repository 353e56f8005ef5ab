import { SottoError } from '@sotto/protocol'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

/** Counts attempts by key in a window that begins with the first. */
export interface Attempts {
  /** @throws SottoError `rate {retryAfterMs}` when the window's attempts are used up */
  count(key: string): Promise<void>
  forget(key: string): Promise<void>
}

export const makeAttempts = (attemptsMax: number, windowMs: number): Attempts => {
  const limiter = new RateLimiterMemory({ points: attemptsMax, duration: windowMs / 1000 })
  return {
    count: async (key) => {
      try {
        await limiter.consume(key)
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error
        throw new SottoError('rate', undefined, { retryAfterMs: error.msBeforeNext })
      }
    },
    forget: async (key) => {
      await limiter.delete(key)
    },
  }
}
