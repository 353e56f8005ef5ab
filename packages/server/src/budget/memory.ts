import { SottoError } from '@sotto/protocol'
import type { ServerLimits } from '../configuration.ts'

/**
 * The bytes that this server keeps for its peers: what they are sending, what waits to be worked on, and what they do
 * not read. One ledger for every edge and both directions, by address, by account and over all.
 */
export interface MemoryBudget {
  /** A place in the ledger for one request or socket of an address; nothing is held yet. */
  open(address: string): Lease
  heldBytes(): number
}

/** What one request or one socket holds. */
export interface Lease {
  /** From now on the bytes count for the account, too; only the first call counts. @throws SottoError `rate` */
  belongTo(account: string): void
  /** Takes `bytes` more, or nothing. @throws SottoError `rate` by whose bounds it is, `unavailable` by the server's */
  take(bytes: number): void
  /** The same as a question: whether they were taken. */
  tryTake(bytes: number): boolean
  /** Says what is held now, where it is held already; whether that is within all bounds. */
  keep(bytes: number): boolean
  give(bytes: number): void
  readonly heldBytes: number
  /** Gives back everything; the lease can be used no more. */
  end(): void
}

type Bounds = Pick<
  ServerLimits,
  'memoryBytesMax' | 'memoryBytesPerAddressMax' | 'memoryBytesPerAccountMax' | 'memoryRetryMs'
>

/** What all leases of one address or account hold. */
interface Tally {
  heldBytes: number
  leases: number
}

type Refusal = 'rate' | 'unavailable'

/** Nobody holds more than this part of what is still free: many who are greedy leave something for the next. */
const partOfFree = 1 / 2

const makeTallies = (boundBytes: number) => {
  const tallies = new Map<string, Tally>()
  return {
    boundBytes,
    join: (key: string): Tally => {
      const tally = tallies.get(key) ?? { heldBytes: 0, leases: 0 }
      tallies.set(key, tally)
      tally.leases++
      return tally
    },
    leave: (key: string, tally: Tally): void => {
      if (--tally.leases === 0) tallies.delete(key)
    },
  }
}

export const makeMemoryBudget = (limits: Bounds): MemoryBudget => {
  const addresses = makeTallies(limits.memoryBytesPerAddressMax)
  const accounts = makeTallies(limits.memoryBytesPerAccountMax)
  let totalBytes = 0

  const refusalOf = (tally: Tally, boundBytes: number, moreBytes: number): Refusal | null => {
    const bytes = tally.heldBytes + moreBytes
    if (bytes > boundBytes) return 'rate'
    const freeBytes = limits.memoryBytesMax - totalBytes
    return bytes > freeBytes * partOfFree ? 'unavailable' : null
  }

  const open = (address: string): Lease => {
    const ofAddress = addresses.join(address)
    let account: { readonly key: string; readonly tally: Tally } | null = null
    let heldBytes = 0
    let hasEnded = false

    const count = (bytes: number): void => {
      heldBytes += bytes
      totalBytes += bytes
      ofAddress.heldBytes += bytes
      if (account) account.tally.heldBytes += bytes
    }

    const refusal = (bytes: number): Refusal | null =>
      (account && refusalOf(account.tally, accounts.boundBytes, bytes)) ??
      refusalOf(ofAddress, addresses.boundBytes, bytes)

    const failure = (code: Refusal): SottoError =>
      new SottoError(code, 'too many bytes are held', { retryAfterMs: limits.memoryRetryMs })

    const tryTake = (bytes: number): Refusal | null => {
      if (hasEnded) return null
      const refused = refusal(bytes)
      if (!refused) count(bytes)
      return refused
    }

    return {
      belongTo: (key) => {
        if (account || hasEnded) return
        const tally = accounts.join(key)
        tally.heldBytes += heldBytes
        account = { key, tally }
        const refused = refusalOf(tally, accounts.boundBytes, 0)
        if (refused) throw failure(refused)
      },
      take: (bytes) => {
        const refused = tryTake(bytes)
        if (refused) throw failure(refused)
      },
      tryTake: (bytes) => tryTake(bytes) === null,
      keep: (bytes) => {
        if (hasEnded) return true
        if (bytes !== heldBytes) count(bytes - heldBytes)
        return refusal(0) === null
      },
      give: (bytes) => {
        if (!hasEnded) count(-Math.min(bytes, heldBytes))
      },
      get heldBytes() {
        return heldBytes
      },
      end: () => {
        if (hasEnded) return
        count(-heldBytes)
        hasEnded = true
        addresses.leave(address, ofAddress)
        if (account) accounts.leave(account.key, account.tally)
      },
    }
  }

  return { open, heldBytes: () => totalBytes }
}
