import { createHmac, randomBytes } from 'node:crypto'
import type { Clock } from '../configuration.ts'

/**
 * Where requests come from, told apart for a day and never told: an address as its HMAC under a key that is in memory
 * only and another one every 24 hours (ASVS 14.2.4, 16.2.5).
 */
export interface Sources {
  /** 16 hexadecimal digits: the same for an address until the key changes. */
  of(address: string): string
}

const keyLifetimeMs = 86_400_000
const keyBytes = 32
const digits = 16

export const makeSources = (clock: Clock): Sources => {
  let key = randomBytes(keyBytes)
  let sinceMs = clock.nowMs()
  return {
    of: (address) => {
      const nowMs = clock.nowMs()
      // A clock that is set back begins anew as well: no key is used for longer than its day.
      if (nowMs < sinceMs || nowMs - sinceMs >= keyLifetimeMs) {
        key = randomBytes(keyBytes)
        sinceMs = nowMs
      }
      return createHmac('sha256', key).update(address).digest('hex').slice(0, digits)
    },
  }
}
