import { limits } from '@sotto/protocol'
import { flyingMax } from './decide.ts'

/**
 * How many messages of a room may be on their way at once. A server that refuses one for being too fast and takes the
 * next would turn their order round; so where its patience may end, the window is one message.
 */
export interface SendWindow {
  size(nowMs: number): number
  sent(count: number, nowMs: number): void
  slowDown(nowMs: number): void
}

const slowMs = 5000
/**
 * What the line takes is missing in the server's allowance: its full bucket does not fill on while the first messages
 * of a burst are on their way. So many messages more must be allowed than are sent at once; 8 are 400 ms.
 */
const margin = 8

/** Follows the server's allowance: a burst, then a steady rate. */
export const makeSendWindow = (): SendWindow => {
  let tokens: number = limits.messageBurst
  let atMs = 0
  let slowUntilMs = 0
  const refill = (nowMs: number): void => {
    const gained = (Math.max(0, nowMs - atMs) * limits.messagesPerSecond) / 1000
    tokens = Math.min(limits.messageBurst, tokens + gained)
    atMs = nowMs
  }
  return {
    size: (nowMs) => {
      refill(nowMs)
      return nowMs < slowUntilMs || tokens < flyingMax + margin ? 1 : flyingMax
    },
    sent: (count, nowMs) => {
      refill(nowMs)
      tokens = Math.max(0, tokens - count)
    },
    slowDown: (nowMs) => {
      slowUntilMs = nowMs + slowMs
    },
  }
}
