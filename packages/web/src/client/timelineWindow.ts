import type { TimelineItem } from '@sotto/client'

/**
 * The part of a room's timeline that is held for the screen: an unbroken stretch up to its newest item.
 */
export interface TimelineWindow {
  readonly items: readonly TimelineItem[]
  /** There is more before the first item. */
  readonly more: boolean
  /** Which end the last change was made at: a list that grows at its start must keep its place from the end. */
  readonly changed: 'start' | 'end'
}

interface Page {
  readonly items: readonly TimelineItem[]
  readonly more: boolean
}

/** Acknowledged items stand in the order of the log, the others after them in the order in which they were written. */
const inOrder = (a: TimelineItem, b: TimelineItem): number =>
  (a.seq ?? Number.MAX_SAFE_INTEGER) - (b.seq ?? Number.MAX_SAFE_INTEGER)

const merged = (
  before: readonly TimelineItem[],
  changes: readonly TimelineItem[],
): readonly TimelineItem[] => {
  const byId = new Map(before.map((item) => [item.id, item]))
  for (const item of changes) byId.set(item.id, item)
  return [...byId.values()].toSorted(inOrder)
}

const firstSeq = (items: readonly TimelineItem[]): number => items[0]?.seq ?? 0

export const openWindow = (page: Page): TimelineWindow => ({
  items: merged([], page.items),
  more: page.more,
  changed: 'end',
})

export const withOlder = (window: TimelineWindow, page: Page): TimelineWindow => ({
  items: merged(page.items, window.items),
  more: page.more,
  changed: 'start',
})

/** New and changed items. What lies before the window comes with its page. */
export const withChanges = (window: TimelineWindow, items: readonly TimelineItem[]): TimelineWindow => {
  const known = new Set(window.items.map((item) => item.id))
  const startSeq = firstSeq(window.items)
  const within = items.filter(
    (item) => known.has(item.id) || item.seq === null || !window.more || item.seq > startSeq,
  )
  if (within.length === 0) return window
  return { ...window, items: merged(window.items, within), changed: 'end' }
}

export const withoutItem = (window: TimelineWindow, id: string): TimelineWindow => ({
  ...window,
  items: window.items.filter((item) => item.id !== id),
  changed: 'end',
})

/** Lets go of the oldest items beyond `itemsMax`, so that a tab that stays open for weeks does not grow. */
export const withoutOldest = (window: TimelineWindow, itemsMax: number): TimelineWindow =>
  window.items.length <= itemsMax
    ? window
    : { items: window.items.slice(-itemsMax), more: true, changed: 'start' }
