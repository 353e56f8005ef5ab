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
  begin(exchange: Exchange): Uint8Array
  /** What was begun under this id. It can be taken once, and only for a while. */
  take(id: Uint8Array): Exchange | undefined
}

/** Beyond this the oldest is forgotten: its owner starts again. */
const exchangesMax = 10_000

export const makeExchanges = (clock: Clock, lifetimeMs: number): Exchanges => {
  const open = new Map<string, Exchange & { readonly untilMs: number }>()
  const dropEnded = (nowMs: number): void => {
    // In order of their beginning, and therefore of their end.
    for (const [id, { untilMs }] of open) {
      if (untilMs > nowMs && open.size < exchangesMax) return
      open.delete(id)
    }
  }
  return {
    begin: (exchange) => {
      const nowMs = clock.nowMs()
      dropEnded(nowMs)
      const id = new Uint8Array(randomBytes(messageIdBytes))
      open.set(toHex(id), { ...exchange, untilMs: nowMs + lifetimeMs })
      return id
    },
    take: (id) => {
      const key = toHex(id)
      const found = open.get(key)
      open.delete(key)
      return found && found.untilMs > clock.nowMs() ? found : undefined
    },
  }
}
