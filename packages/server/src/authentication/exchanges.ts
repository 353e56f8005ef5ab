import { randomBytes } from 'node:crypto'
import { messageIdBytes, toHex } from '@sotto/protocol'
import type { Clock } from '../configuration.ts'

/** A login between its first and its second message. */
export interface Exchange {
  readonly name: string
  readonly account: Uint8Array | undefined
  readonly state: string
}

export interface Exchanges {
  /** @param share whose: an address, or a device that has proven itself */
  begin(exchange: Exchange, share: string): Uint8Array
  /** What was begun under this id. It can be taken once, and only for a while. */
  take(id: Uint8Array): (Exchange & { readonly share: string }) | undefined
}

export interface ExchangesMax {
  readonly perShare: number
  readonly total: number
}

interface Open extends Exchange {
  readonly share: string
  readonly untilMs: number
}

/**
 * Beyond its share the oldest of whoever begins another is forgotten, and not those of others; beyond the total the
 * oldest of all. Its owner starts again.
 */
export const makeExchanges = (
  clock: Clock,
  lifetimeMs: number,
  { perShare, total }: ExchangesMax,
): Exchanges => {
  const open = new Map<string, Open>()
  /** The ids of each share, the oldest first. */
  const shares = new Map<string, Set<string>>()

  const remove = (id: string): Open | undefined => {
    const found = open.get(id)
    if (!found) return undefined
    open.delete(id)
    const ids = shares.get(found.share)
    ids?.delete(id)
    if (ids?.size === 0) shares.delete(found.share)
    return found
  }

  const dropEnded = (nowMs: number): void => {
    // In order of their beginning, and therefore of their end.
    for (const [id, { untilMs }] of open) {
      if (untilMs > nowMs && open.size < total) return
      remove(id)
    }
  }

  const makeRoom = (share: string): void => {
    const ids = shares.get(share)
    const oldest = ids && ids.size >= perShare ? ids.values().next().value : undefined
    if (oldest !== undefined) remove(oldest)
  }

  return {
    begin: (exchange, share) => {
      const nowMs = clock.nowMs()
      dropEnded(nowMs)
      makeRoom(share)
      const id = new Uint8Array(randomBytes(messageIdBytes))
      const key = toHex(id)
      open.set(key, { ...exchange, share, untilMs: nowMs + lifetimeMs })
      shares.set(share, (shares.get(share) ?? new Set()).add(key))
      return id
    },
    take: (id) => {
      const found = remove(toHex(id))
      return found && found.untilMs > clock.nowMs() ? found : undefined
    },
  }
}
