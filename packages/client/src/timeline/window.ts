import type { Client, ClientEvent, TimelineItem, TimelineStretch } from '../view.ts'

/**
 * The part of a room's timeline that is held for the screen: a stretch wherever in it, which moves up and down by pages
 * of `timeline`, takes what is told while it ends with the room, and lets go of what it need not hold.
 */
export interface TimelineWindow extends TimelineStretch {
  /**
   * What has been told since and lies beyond the last item. It stands in the window when the page that ends with the
   * room has come; while that page was on its way, nothing else would have kept it.
   */
  readonly beyond: readonly TimelineItem[]
  /** Which end the last change was made at: a list that grows at its start must keep its place from the end. */
  readonly changed: 'start' | 'end'
}

type Page = Awaited<ReturnType<Client['timeline']>>

const beyondItemsMax = 500

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

const lastSeq = (items: readonly TimelineItem[]): number =>
  items.findLast(({ seq }) => seq !== null)?.seq ?? -1

export const openWindow = ({ items, hasOlder, hasNewer }: TimelineStretch): TimelineWindow => ({
  items: merged([], items),
  hasOlder,
  hasNewer,
  beyond: [],
  changed: 'end',
})

/**
 * What the pages above and below the window are asked for with; undefined where it ends. The entry at its end is read
 * once more: it may have several items, of which not all were kept.
 */
export const queryForOlder = ({
  items,
  hasOlder,
}: TimelineWindow): { readonly before: number } | undefined => {
  const seq = hasOlder ? items.find((item) => item.seq !== null)?.seq : undefined
  return typeof seq === 'number' ? { before: seq + 1 } : undefined
}

export const queryForNewer = ({
  items,
  hasNewer,
}: TimelineWindow): { readonly after: number } | undefined => {
  const seq = hasNewer ? items.findLast((item) => item.seq !== null)?.seq : undefined
  return typeof seq === 'number' ? { after: seq } : undefined
}

export const withOlder = (window: TimelineWindow, page: Page): TimelineWindow => ({
  ...window,
  items: merged(page.items, window.items),
  hasOlder: page.more,
  changed: 'start',
})

export const withNewer = (window: TimelineWindow, page: Page): TimelineWindow => {
  const items = merged(window.items, page.items)
  if (page.more) return { ...window, items, changed: 'end' }
  // What was still being sent when it was told may be in the log of the page by now.
  const known = new Set(items.map(({ id }) => id))
  const told = window.beyond.filter(({ id, seq }) => seq !== null || !known.has(id))
  return { ...window, items: merged(items, told), hasNewer: false, beyond: [], changed: 'end' }
}

/** Items that are shown otherwise now, as far as the window has them. */
export const withChanged = (window: TimelineWindow, items: readonly TimelineItem[]): TimelineWindow => {
  const renewed = new Map(items.map((item) => [item.id, item]))
  const renew = (before: readonly TimelineItem[]): readonly TimelineItem[] =>
    before.some(({ id }) => renewed.has(id)) ? before.map((item) => renewed.get(item.id) ?? item) : before
  const [shown, beyond] = [renew(window.items), renew(window.beyond)]
  return shown === window.items && beyond === window.beyond ? window : { ...window, items: shown, beyond }
}

/** New and changed items. What lies outside of the window comes with its page. */
export const withChanges = (window: TimelineWindow, items: readonly TimelineItem[]): TimelineWindow => {
  const known = new Set(window.items.map((item) => item.id))
  const start = window.hasOlder ? firstSeq(window.items) : -1
  const end = window.hasNewer ? lastSeq(window.items) : Number.MAX_SAFE_INTEGER
  const isWithin = ({ id, seq }: TimelineItem): boolean =>
    known.has(id) || (seq === null ? !window.hasNewer : seq > start && seq <= end)
  const isBeyond = ({ id, seq }: TimelineItem): boolean => !known.has(id) && (seq === null || seq > end)
  const within = items.filter(isWithin)
  const beyond = window.hasNewer ? items.filter(isBeyond) : []
  if (within.length === 0 && beyond.length === 0) return window
  return {
    ...window,
    items: within.length === 0 ? window.items : merged(window.items, within),
    beyond: merged(window.beyond, beyond).slice(-beyondItemsMax),
    changed: 'end',
  }
}

/** The window after something has happened in its room; the same one where nothing has. */
export const withEvent = (window: TimelineWindow, room: string, event: ClientEvent): TimelineWindow => {
  switch (event.kind) {
    case 'state':
      return window
    case 'timeline':
      return event.room === room ? withChanges(window, event.items) : window
    case 'changed':
      return event.room === room ? withChanged(window, event.items) : window
    case 'discarded':
      return event.room === room ? withoutItem(window, event.id) : window
  }
}

export const withoutItem = (window: TimelineWindow, id: string): TimelineWindow => ({
  ...window,
  items: window.items.filter((item) => item.id !== id),
  beyond: window.beyond.filter((item) => item.id !== id),
  changed: 'end',
})

/** Lets go of the oldest items beyond `itemsMax`: neither a tab that stays open for weeks grows, nor a long reading. */
export const withoutOldest = (window: TimelineWindow, itemsMax: number): TimelineWindow =>
  window.items.length <= itemsMax
    ? window
    : { ...window, items: window.items.slice(-itemsMax), hasOlder: true, changed: 'start' }

/** Lets go of the newest items beyond `itemsMax`. */
export const withoutNewest = (window: TimelineWindow, itemsMax: number): TimelineWindow =>
  window.items.length <= itemsMax
    ? window
    : { ...window, items: window.items.slice(0, itemsMax), hasNewer: true, changed: 'end' }
