import { limits } from '@sotto/protocol'
import { obstacleIn } from '../ports/obstacle.ts'
import type { ConnectionView } from '../view.ts'
import { reasonOf, type Why } from './lineFailure.ts'

/** Where the line to the server stands: plain data, without its token and its handles. */
export type LineState =
  /** `shown`: what the user sees of it. */
  | { readonly kind: 'closed'; readonly shown: ConnectionView }
  | { readonly kind: 'waiting'; readonly retryAtMs: number; readonly why: Why }
  /** `isOther`: another server was met last; so it stays until the right one answers. */
  | { readonly kind: 'opening'; readonly begunMs: number; readonly isOther: boolean }
  | { readonly kind: 'ready'; readonly route: 'websocket' | 'poll' }

export const offline: ConnectionView = { kind: 'offline', retryAtMs: null }
const otherServer: ConnectionView = { kind: 'refused', code: 'integrity' }

export const viewOf = (line: LineState): ConnectionView => {
  switch (line.kind) {
    case 'closed':
      return line.shown
    case 'waiting':
      if (line.why.kind === 'other') return otherServer
      return {
        kind: 'offline',
        retryAtMs: line.retryAtMs,
        ...(line.why.failure ? { reason: reasonOf(line.why.failure) } : {}),
      }
    case 'opening':
      return line.isOther ? otherServer : { kind: 'connecting' }
    case 'ready':
      return { kind: 'online', route: line.route }
  }
}

/** A line that has closed without a reason is on its way again. */
export const isOnItsWay = (line: LineState): boolean => {
  switch (line.kind) {
    case 'opening':
      return true
    case 'waiting':
      return line.why.kind === 'failed' && line.why.failure === undefined
    case 'closed':
    case 'ready':
      return false
  }
}

/** How long the server asks to be left alone, within reason: it may be something else that asks. */
export const askedToWaitMs = (why: Why): number => {
  if (why.kind === 'other' || !why.failure || obstacleIn(why.failure.detail)) return 0
  const { retryAfterMs } = why.failure.detail
  return typeof retryAfterMs === 'number' ? Math.min(retryAfterMs, limits.obstacleRetryMaxMs) : 0
}

/** A random time between the two. */
type Between = (leastMs: number, mostMs: number) => number

/** How soon it is tried again at the earliest. */
export const soonestMs = (between: Between): number =>
  between(limits.retryDelayMinMs / 2, limits.retryDelayMinMs)

/**
 * How long it takes to the next attempt: longer each time, by chance too; the time that an attempt has taken is time that
 * was waited.
 */
export const delayBefore = (attempts: number, tookMs: number, why: Why, between: Between): number => {
  const ceilingMs = Math.min(limits.obstacleRetryMaxMs, limits.retryDelayMinMs * 2 ** Math.min(attempts, 16))
  const backOffMs = between(ceilingMs / 2, ceilingMs) - tookMs
  return Math.max(soonestMs(between), backOffMs, askedToWaitMs(why))
}
