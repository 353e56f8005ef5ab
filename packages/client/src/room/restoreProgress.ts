import { limits } from '@sotto/protocol'
import type { HandedBack } from '../view.ts'
import type { Place } from './state.ts'

/** Where a server stood at the first look and stands now, in what it had signed for up to `to`. */
export interface RestoreProgress {
  readonly from: number
  readonly at: number
  readonly to: number
  readonly next: HandedBack['next']
  /** Looks in a row at which nothing had changed. */
  readonly looks: number
}

/** What came of one look at a server that has lost some of a log. */
export type Restored =
  | { readonly kind: 'restored' }
  /** The server has taken something from this device, and there may be more. */
  | { readonly kind: 'handing' }
  /** Another device hands back: two at the same would only do the same twice. */
  | { readonly kind: 'watching' }
  /** This device has nothing to offer; it has looked so often since anything changed. */
  | { readonly kind: 'waiting'; readonly looks: number }
  /** The server takes more from this device only then; others may go on. */
  | { readonly kind: 'later'; readonly delayMs: number }

/** Up to where a log is whole: what was read, or what the server has signed for. */
export const wholeAt = ({ cursor, confirmed }: Place): number => Math.max(cursor, confirmed)

/** The server has shown a head below what it had signed for before. */
export const shrunkTo = (head: number, to: number): RestoreProgress => ({
  from: head,
  at: head,
  to,
  next: 'here',
  looks: 0,
})

/** Whether the server has come further since the last look, and not by this device. */
export const hasMoved = (before: RestoreProgress | null, head: number): boolean =>
  before !== null && head > before.at

export const lookedAt = (before: RestoreProgress | null, head: number, to: number): RestoreProgress => ({
  // A server may be set back once more meanwhile.
  from: before ? Math.min(before.from, head) : head,
  at: head,
  to,
  next: before?.next ?? 'here',
  looks: before && !hasMoved(before, head) ? before.looks + 1 : 0,
})

/** The server has taken what this device had, up to there. */
export const handedUpTo = (before: RestoreProgress | null, head: number): RestoreProgress | null =>
  before && { ...before, at: head, next: 'here', looks: 0 }

/** This device has nothing more of what is missing. */
export const leftToOthers = (before: RestoreProgress | null): RestoreProgress | null =>
  before && { ...before, next: 'elsewhere' }

export const handedBackIn = (progress: RestoreProgress | null): HandedBack | null =>
  progress && {
    lost: progress.to - progress.from,
    count: progress.at - progress.from,
    next: progress.next,
  }

/** How soon it is looked again at a server to which this device has nothing to give back; twice as long each time. */
const waitingMs = 2000

/**
 * How long to wait before the next look, in milliseconds; null where there is nothing left to look for.
 *
 * @param between a time of chance, so that devices that began together do not go on doing the same
 */
export const pauseAfter = (
  restored: Restored,
  between: (minMs: number, maxMs: number) => number,
): number | null => {
  const { retryDelayMinMs, retryDelayMaxMs } = limits
  switch (restored.kind) {
    case 'restored':
      return null
    case 'handing':
      return between(retryDelayMinMs, 2 * retryDelayMinMs)
    case 'watching':
      return between(4 * retryDelayMinMs, 10 * retryDelayMinMs)
    case 'later':
      return Math.min(restored.delayMs, retryDelayMaxMs)
    case 'waiting':
      return Math.min(retryDelayMaxMs, waitingMs * 2 ** Math.min(restored.looks, 10))
  }
}
