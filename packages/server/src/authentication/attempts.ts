import { SottoError } from '@sotto/protocol'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

/** Counts attempts by key in a window that begins with the first. */
export interface Attempts {
  /** @throws SottoError `rate {retryAfterMs}` when the window's attempts are used up */
  count(key: string): Promise<void>
  /** Counts, and tells whether there was one left. */
  isWithin(key: string): Promise<boolean>
}

/**
 * How many keys are counted at once. Beyond it the one that has been quiet for longest is forgotten: whoever wants that
 * for one key has to make as many attempts with others.
 */
const keysMaxDefault = 50_000

export const makeAttempts = (
  attemptsMax: number,
  windowMs: number,
  keysMax: number = keysMaxDefault,
): Attempts => {
  const limiter = new RateLimiterMemory({ points: attemptsMax, duration: windowMs / 1000 })
  const keys = new Set<string>()

  const remember = async (key: string): Promise<void> => {
    keys.delete(key)
    keys.add(key)
    if (keys.size <= keysMax) return
    const quietest = keys.values().next().value as string
    keys.delete(quietest)
    await limiter.delete(quietest)
  }

  /** How long to wait for the next attempt; undefined where this one may be made. */
  const waitMs = async (key: string): Promise<number | undefined> => {
    await remember(key)
    try {
      await limiter.consume(key)
      return undefined
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error
      return error.msBeforeNext
    }
  }

  return {
    count: async (key) => {
      const retryAfterMs = await waitMs(key)
      if (retryAfterMs !== undefined) throw new SottoError('rate', undefined, { retryAfterMs })
    },
    isWithin: async (key) => (await waitMs(key)) === undefined,
  }
}
