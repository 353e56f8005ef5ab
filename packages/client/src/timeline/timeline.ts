import type { Store } from '../ports/store.ts'
import type { Room } from '../room/atWork.ts'
import type { TimelineItem } from '../view.ts'
import { withMarks } from './lookUp.ts'
import { recordsBefore, recordsFrom } from './pages.ts'
import { itemsOf, outboxItemsOf, type SenderOf } from './view.ts'

export interface TimelineQuery {
  readonly before?: number
  readonly after?: number
  readonly limit: number
}

/** Who looks at the timeline. */
export interface Reader {
  readonly account: Uint8Array
  readonly device: Uint8Array
  readonly senderOf: SenderOf
}

const limitMax = 500

/** A page of a room's timeline, oldest first; what the log does not show yet stands at its end. */
export const readTimeline = async (
  store: Store,
  room: Room,
  reader: Reader,
  { before, after, limit }: TimelineQuery,
): Promise<{ readonly items: readonly TimelineItem[]; readonly more: boolean }> => {
  const count = Math.max(1, Math.min(limitMax, Math.floor(limit) || 1))
  // Taken before the log is read: what moves into the log meanwhile is seen twice rather than not at all.
  const waiting = outboxItems(room, reader)
  const page =
    after === undefined
      ? await recordsBefore(store, room.id, before ?? null, count)
      : await recordsFrom(store, room.id, after, count)
  const shown = await withMarks(store, room.id, page.records)
  const items = shown.flatMap((placed) => itemsOf(placed, reader.senderOf))
  const isAtEnd = after === undefined ? before === undefined : !page.more
  if (!isAtEnd) return { items, more: page.more }
  const inLog = new Set(items.map(({ id }) => id))
  return { items: [...items, ...waiting.filter(({ id }) => !inLog.has(id))], more: page.more }
}

const outboxItems = (room: Room, { account, device, senderOf }: Reader): readonly TimelineItem[] =>
  outboxItemsOf(room.state().outbox, {
    device,
    sender: senderOf(account),
    acknowledged: room.acknowledged,
    noSpaceFor: room.noSpaceFor,
  })
