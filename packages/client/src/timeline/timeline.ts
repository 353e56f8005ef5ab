import { SottoError } from '@sotto/protocol'
import type { Store } from '../ports/store.ts'
import type { Room } from '../room/atWork.ts'
import type { TimelineItem, TimelinePlace, TimelineStretch } from '../view.ts'
import { withMarks } from './lookUp.ts'
import { type RecordPage, recordsBefore, recordsFrom } from './pages.ts'
import { placeOfItem, placeOfTime } from './places.ts'
import { itemsOf, outboxItemsOf, type SenderOf } from './view.ts'

export interface TimelineQuery {
  readonly before?: number
  readonly after?: number
  readonly limit: number
}

/** What the timeline shows of a room. */
export type ReadRoom = Pick<Room, 'id' | 'state' | 'acknowledged' | 'noSpaceFor'>

/** Who looks at the timeline. */
export interface Reader {
  readonly account: Uint8Array
  readonly device: Uint8Array
  readonly senderOf: SenderOf
}

/** Of entries, in each direction. */
const limitMax = 500

const entriesOf = (limit: number, least = 1): number =>
  Math.max(least, Math.min(limitMax, Math.floor(limit) || least))

/** A page of a room's timeline, oldest first; what the log does not show yet stands at its end. */
export const readTimeline = async (
  store: Store,
  room: ReadRoom,
  reader: Reader,
  { before, after, limit }: TimelineQuery,
): Promise<{ readonly items: readonly TimelineItem[]; readonly more: boolean }> => {
  const count = entriesOf(limit)
  // Taken before the log is read: what moves into the log meanwhile is seen twice rather than not at all.
  const waiting = outboxItems(room, reader)
  const page =
    after === undefined
      ? await recordsBefore(store, room.id, before ?? null, count)
      : await recordsFrom(store, room.id, after, count)
  const items = await itemsIn(store, room, reader, page)
  const isAtEnd = after === undefined ? before === undefined : !page.more
  return { items: isAtEnd ? withWaiting(items, waiting) : items, more: page.more }
}

/** Where `at` is in the log; behind its end for what has no place in it yet. @throws SottoError `not_found` */
const seqOf = async (
  store: Store,
  room: ReadRoom,
  waiting: readonly TimelineItem[],
  at: TimelinePlace,
): Promise<number> => {
  const { place, summary } = room.state()
  if (at === 'newest') return place.cursor + 1
  if (at === 'readMarker') return summary.readSeq + 1
  if ('seq' in at) return at.seq
  if ('dateMs' in at) return placeOfTime(store, room.id, place.cursor, at.dateMs)
  const seq = await placeOfItem(store, room.id, at.message)
  if (seq !== undefined) return seq
  if (waiting.some(({ id }) => id === at.message)) return place.cursor + 1
  throw new SottoError('not_found', 'there is no such item')
}

export interface AroundQuery {
  readonly at: TimelinePlace
  readonly older: number
  readonly newer: number
}

/**
 * The `newer` entries from a place on, and the `older` ones before it.
 * @throws SottoError `not_found` for an item that the timeline does not show
 */
export const readAround = async (
  store: Store,
  room: ReadRoom,
  reader: Reader,
  { at, older, newer }: AroundQuery,
): Promise<TimelineStretch> => {
  const waiting = outboxItems(room, reader)
  const seq = await seqOf(store, room, waiting, at)
  // First what comes after: what arrives between the two is told, and stands there or beyond.
  const after = await recordsFrom(store, room.id, seq, entriesOf(newer))
  const before = await recordsBefore(store, room.id, seq, entriesOf(older, 0))
  const found = await itemsIn(store, room, reader, { records: [...before.records, ...after.records] })
  const items = after.more ? found : withWaiting(found, waiting)
  if (typeof at === 'object' && 'message' in at && !items.some(({ id }) => id === at.message))
    throw new SottoError('not_found', 'there is no such item')
  return { items, hasOlder: before.more, hasNewer: after.more }
}

const itemsIn = async (
  store: Store,
  { id }: ReadRoom,
  { senderOf }: Reader,
  { records }: Pick<RecordPage, 'records'>,
): Promise<readonly TimelineItem[]> =>
  (await withMarks(store, id, records)).flatMap((shown) => itemsOf(shown, senderOf))

const withWaiting = (
  items: readonly TimelineItem[],
  waiting: readonly TimelineItem[],
): readonly TimelineItem[] => {
  const shown = new Set(items.map(({ id }) => id))
  return [...items, ...waiting.filter(({ id }) => !shown.has(id))]
}

const outboxItems = (room: ReadRoom, { account, device, senderOf }: Reader): readonly TimelineItem[] =>
  outboxItemsOf(room.state().outbox, {
    device,
    sender: senderOf(account),
    acknowledged: room.acknowledged,
    noSpaceFor: room.noSpaceFor,
  })
