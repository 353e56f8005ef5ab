import type { ClientEvent, TimelineItem } from '../view.ts'

/** Up to where each room has been shown on this side: what a dying server did not tell is read from there. */
export interface Shown {
  note(room: string, items: readonly TimelineItem[]): void
  /** What was read, and is noted as shown. */
  noted<T extends { readonly items: readonly TimelineItem[] }>(room: string, read: T): T
  /** The first place that has not been shown. */
  next(room: string): number
  /** What comes of a room that is shown is shown. */
  heard(event: ClientEvent): void
  rooms(): Iterable<string>
  forget(room: string): void
}

/** An own message has its place as soon as it is acknowledged, before what stands in front of it has been read. */
const isFromLog = (item: TimelineItem): boolean => item.kind !== 'message' || !item.sender.own

export const openShown = (): Shown => {
  const places = new Map<string, number>()
  const note: Shown['note'] = (room, items) => {
    const newest = items.filter(isFromLog).reduce((seq, item) => Math.max(seq, item.seq ?? 0), 0)
    places.set(room, Math.max(newest, places.get(room) ?? 0))
  }
  return {
    note,
    noted: (room, read) => {
      note(room, read.items)
      return read
    },
    next: (room) => (places.get(room) ?? 0) + 1,
    heard: (event) => {
      if (event.kind === 'timeline' && places.has(event.room)) note(event.room, event.items)
    },
    rooms: () => places.keys(),
    forget: (room) => places.delete(room),
  }
}
