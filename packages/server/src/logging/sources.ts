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
const knownMax = 4096

export const makeSources = (clock: Clock): Sources => {
  let key = randomBytes(keyBytes)
  let sinceMs = clock.nowMs()
  /** Who asks without pause is counted with each request: the same HMAC would be made thousands of times. */
  const known = new Map<string, string>()
  return {
    of: (address) => {
      const nowMs = clock.nowMs()
      // A clock that is set back begins anew as well: no key is used for longer than its day.
      if (nowMs < sinceMs || nowMs - sinceMs >= keyLifetimeMs) {
        key = randomBytes(keyBytes)
        sinceMs = nowMs
        known.clear()
      }
      const before = known.get(address)
      if (before !== undefined) return before
      if (known.size >= knownMax) known.clear()
      const source = createHmac('sha256', key).update(address).digest('hex').slice(0, digits)
      known.set(address, source)
      return source
    },
  }
}
