import { SottoError } from '@sotto/protocol'
import type { Clock } from './configuration.ts'

/**
 * Token buckets by key: `perSecond` in the long run, `burst` at once. What costs more than the burst is taken from a full
 * bucket, which then owes the rest.
 */
export interface Rate {
  /** Takes `cost` tokens, 1 where none is named; takes nothing where it throws. @throws SottoError `rate {retryAfterMs}` */
  take(key: string, cost?: number): void
  /** Takes what has been used already, whether it is there or not: the next who takes waits for it. */
  owe(key: string, cost: number): void
  /** Whether `take` would throw now; takes nothing. @throws SottoError `rate {retryAfterMs}` */
  check(key: string, cost?: number): void
}

interface Bucket {
  tokens: number
  atMs: number
}

/** Beyond this many keys the buckets that have filled up again are dropped: they say nothing. */
const bucketsMax = 50_000

export const makeRate = (
  clock: Clock,
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
): Rate => {
  const buckets = new Map<string, Bucket>()

  const filled = ({ tokens, atMs }: Bucket, nowMs: number): number =>
    Math.min(burst, tokens + (Math.max(0, nowMs - atMs) * perSecond) / 1000)

  const dropFull = (nowMs: number): void => {
    for (const [key, bucket] of buckets) if (filled(bucket, nowMs) >= burst) buckets.delete(key)
    // An attacker with many keys and none full: forgetting all of them errs on the side of service.
    if (buckets.size >= bucketsMax) buckets.clear()
  }

  const tokensIn = (bucket: Bucket | undefined, nowMs: number): number => {
    // A clock that was ahead for a while must not leave anybody without tokens until it is there again.
    if (bucket && bucket.atMs > nowMs) bucket.atMs = nowMs
    return bucket ? filled(bucket, nowMs) : burst
  }

  const keep = (key: string, tokens: number, nowMs: number): void => {
    const bucket = buckets.get(key)
    if (bucket) {
      bucket.tokens = tokens
      bucket.atMs = nowMs
      return
    }
    if (buckets.size >= bucketsMax) dropFull(nowMs)
    buckets.set(key, { tokens, atMs: nowMs })
  }

  const tokensOf = (bucket: Bucket | undefined, nowMs: number, cost: number): number => {
    const needed = Math.min(cost, burst)
    const tokens = tokensIn(bucket, nowMs)
    if (tokens < needed)
      throw new SottoError('rate', undefined, {
        retryAfterMs: Math.ceil(((needed - tokens) * 1000) / perSecond),
      })
    return tokens
  }

  return {
    check: (key, cost = 1) => {
      tokensOf(buckets.get(key), clock.nowMs(), cost)
    },
    take: (key, cost = 1) => {
      const nowMs = clock.nowMs()
      keep(key, tokensOf(buckets.get(key), nowMs, cost) - cost, nowMs)
    },
    owe: (key, cost) => {
      const nowMs = clock.nowMs()
      keep(key, tokensIn(buckets.get(key), nowMs) - cost, nowMs)
    },
  }
}
