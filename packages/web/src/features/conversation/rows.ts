import type { TimelineItem, TimelineWindow } from '@sotto/client'
import { isSameDay } from '../../ui/calendar.ts'
import type { Stretch } from './reading.ts'

type Message = Extract<TimelineItem, { kind: 'message' }>
type Event = Extract<TimelineItem, { kind: 'event' }>
type Posted = Extract<TimelineItem, { kind: 'hook' }>
type Missed = Extract<TimelineItem, { kind: 'missed' }>

/** Where a message stands among consecutive ones of the same person. */
export type Place = 'only' | 'first' | 'middle' | 'last'

/** What the conversation shows, from top to bottom. */
export type Row =
  /** The top of what is loaded: the beginning of the room, or older messages to come. */
  | { readonly kind: 'top'; readonly id: string }
  | { readonly kind: 'day'; readonly id: string; readonly timeMs: number }
  | { readonly kind: 'unread'; readonly id: string }
  | { readonly kind: 'message'; readonly id: string; readonly item: Message; readonly place: Place }
  | { readonly kind: 'event'; readonly id: string; readonly item: Event }
  | { readonly kind: 'hook'; readonly id: string; readonly item: Posted }
  /** Consecutive messages that this device has no key for. */
  | { readonly kind: 'missed'; readonly id: string; readonly items: readonly Missed[] }
  | { readonly kind: 'unreadable'; readonly id: string; readonly count: number; readonly lastSeq: number }

/** Messages of one person that follow each other within this time stand together. */
const togetherMs = 5 * 60_000

const together = (a: TimelineItem | undefined, b: TimelineItem | undefined, timeZone: string): boolean =>
  a?.kind === 'message' &&
  b?.kind === 'message' &&
  a.sender.account === b.sender.account &&
  Math.abs(b.timeMs - a.timeMs) <= togetherMs &&
  isSameDay(a.timeMs, b.timeMs, timeZone)

const placeOf = (followsOwn: boolean, followedByOwn: boolean): Place =>
  followsOwn ? (followedByOwn ? 'middle' : 'last') : followedByOwn ? 'first' : 'only'

/**
 * Arranges items that are in order. `firstUnread` is the id of the item before which the divider stands; it also
 * parts messages that would stand together. Days are those of `timeZone`. The day
 * of the first item stands above it only where the room begins: with older items it may move further up, and a list
 * keeps its place only where all that comes and goes at its start does so before the items that stay.
 */
export const rowsOf = (
  { items, hasOlder }: Pick<TimelineWindow, 'items' | 'hasOlder'>,
  firstUnread: string | null,
  timeZone: string,
): readonly Row[] => {
  const rows: Row[] = [{ kind: 'top', id: 'top' }]
  items.forEach((item, at) => {
    const before = items[at - 1]
    const after = items[at + 1]
    const divided = item.id === firstUnread
    if (before === undefined ? !hasOlder : !isSameDay(before.timeMs, item.timeMs, timeZone))
      rows.push({ kind: 'day', id: `day ${item.id}`, timeMs: item.timeMs })
    if (divided) rows.push({ kind: 'unread', id: 'unread' })
    switch (item.kind) {
      case 'message':
        rows.push({
          kind: 'message',
          id: item.id,
          item,
          place: placeOf(
            together(before, item, timeZone) && !divided,
            together(item, after, timeZone) && after?.id !== firstUnread,
          ),
        })
        return
      case 'event':
        rows.push({ kind: 'event', id: item.id, item })
        return
      case 'hook':
        rows.push({ kind: 'hook', id: item.id, item })
        return
      case 'missed': {
        const last = rows.at(-1)
        if (last?.kind === 'missed') rows[rows.length - 1] = { ...last, items: [...last.items, item] }
        else rows.push({ kind: 'missed', id: item.id, items: [item] })
        return
      }
      case 'unreadable': {
        const last = rows.at(-1)
        if (last?.kind === 'unreadable')
          rows[rows.length - 1] = { ...last, count: last.count + 1, lastSeq: item.seq }
        else rows.push({ kind: 'unreadable', id: item.id, count: 1, lastSeq: item.seq })
      }
    }
  })
  return rows
}

/**
 * The first message of somebody else after the read marker. Null also where the items do not reach back to the marker:
 * what is unread then begins further up.
 */
export const firstUnreadOf = (
  { items, hasOlder }: Pick<TimelineWindow, 'items' | 'hasOlder'>,
  readSeq: number,
): string | null => {
  const begins = items.find(({ seq }) => seq !== null)?.seq ?? 0
  if (hasOlder && begins > readSeq + 1) return null
  return items.find((item) => isSaidByOthers(item) && item.seq !== null && item.seq > readSeq)?.id ?? null
}

/** Whether the first of a room's items are these: it was made, or founded anew, before the reader's own eyes. */
export const isBeginning = ([first]: readonly TimelineItem[]): boolean =>
  first?.kind === 'event' && (first.event.kind === 'created' || first.event.kind === 'refounded')

/** What counts as unread: the words of other people, and of scripts. */
const isSaidByOthers = (item: TimelineItem): boolean =>
  (item.kind === 'message' && !item.sender.own) || (item.kind === 'hook' && item.text !== null)

/** The place in the log of the last row up to `index`: everything up to there has been seen. */
export const seqAt = (rows: readonly Row[], index: number): number | null => {
  for (let at = Math.min(index, rows.length - 1); at >= 0; at -= 1) {
    const seq = seqOf(rows[at])
    if (seq !== null) return seq
  }
  return null
}

/** The row that shows this entry, or the next one that shows any. */
export const rowAt = (rows: readonly Row[], seq: number): number =>
  rows.findIndex((row) => (seqOf(row) ?? -1) >= seq)

/** What has been seen of the log when the rows from `first` to `last` were on the screen. */
export const stretchOf = (
  rows: readonly Row[],
  { first, last }: { readonly first: number; readonly last: number },
  hasOlder: boolean,
): Stretch | null => {
  const upTo = seqAt(rows, last)
  if (upTo === null) return null
  const before = seqAt(rows, first - 1)
  if (before !== null) return { after: before, upTo }
  const begins = rows.map(seqOf).find((seq) => seq !== null) ?? 0
  return { after: hasOlder ? begins - 1 : -1, upTo }
}

export const seqOf = (row: Row | undefined): number | null => {
  switch (row?.kind) {
    case 'message':
    case 'event':
    case 'hook':
      return row.item.seq
    case 'missed':
      return row.items.at(-1)?.seq ?? null
    case 'unreadable':
      return row.lastSeq
    case 'top':
    case 'day':
    case 'unread':
    case undefined:
      return null
  }
}
