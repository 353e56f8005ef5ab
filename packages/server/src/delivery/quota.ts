import { SottoError } from '@sotto/protocol'
import { boundedCache } from '../boundedCache.ts'
import type { ServerLimits } from '../configuration.ts'
import { mapKey } from './digest.ts'
import type { Append, DeliveryStore } from './store.ts'

/**
 * How much an account may have in the logs of all rooms together. Whoever has used it up reads on, and is refused
 * whatever the size: of two messages the smaller must not overtake the larger.
 */
export interface Quota {
  /** @throws SottoError `rate {retryAfterMs, storedBytesMax}` */
  check(account: Uint8Array): Promise<void>
  /** Notes what has become durable. */
  note(appends: readonly Append[]): void
}

const accountsMax = 50_000
/** Waiting does not help; asking again and again does not either. */
const retryAfterMs = 600_000

export const makeQuota = (
  store: Pick<DeliveryStore, 'storedBytes'>,
  { storedBytesPerAccountMax: storedBytesMax }: Pick<ServerLimits, 'storedBytesPerAccountMax'>,
): Quota => {
  const stored = boundedCache<number>({ weightMax: accountsMax, weigh: () => 1 })
  return {
    check: async (account) => {
      const key = mapKey(account)
      const bytes = stored.get(key) ?? (await store.storedBytes(account))
      stored.set(key, bytes)
      if (bytes >= storedBytesMax) throw new SottoError('rate', undefined, { retryAfterMs, storedBytesMax })
    },
    note: (appends) => {
      for (const { account, bytes } of appends.map(({ charge }) => charge)) {
        const known = stored.get(mapKey(account))
        if (known !== undefined) stored.set(mapKey(account), known + bytes)
      }
    },
  }
}
