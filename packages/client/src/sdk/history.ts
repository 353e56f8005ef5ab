import type { Client, TimelineItem, TimelinePlace, TimelineStretch } from '../view.ts'
import { type Message, messageOf } from './events.ts'

export interface HistoryPage {
  /** Oldest first; own ones too. */
  readonly messages: readonly Message[]
  /** Where the page before this one ends: the next `before`. Null at the beginning. */
  readonly before: number | null
  /** Where the page after this one begins: the next `from: { seq }`. Null at the end. */
  readonly after: number | null
}

export interface HistoryOptions {
  /** What stands from a place on: the newest, where unread begins, a message by its id, a place in the log, a time. */
  readonly from?: TimelinePlace
  /** Only what stands before this place; without it and without `from`, the newest. */
  readonly before?: number
  /** 1 to 500 places of the log; default 50. */
  readonly limit?: number
}

const historyLimit = 50

const pageOf = (room: string, { items, hasOlder, hasNewer }: TimelineStretch): HistoryPage => {
  const placed = items.flatMap((item): readonly (TimelineItem & { readonly seq: number })[] =>
    item.seq === null ? [] : [{ ...item, seq: item.seq }],
  )
  const [first, last] = [placed[0], placed.at(-1)]
  return {
    messages: placed.flatMap((item) => messageOf(room, item) ?? []),
    before: hasOlder && first ? first.seq : null,
    after: hasNewer && last ? last.seq + 1 : null,
  }
}

/** A page of what a room's messages are on this device. @throws SottoError `not_found` for a message that is not there */
export const readHistory = async (
  client: Pick<Client, 'timeline' | 'timelineAround'>,
  room: string,
  { from, before, limit = historyLimit }: HistoryOptions,
): Promise<HistoryPage> => {
  if (from !== undefined)
    return pageOf(room, await client.timelineAround({ room, at: from, older: 0, newer: limit }))
  const { items, more } = await client.timeline({ room, limit, ...(before === undefined ? {} : { before }) })
  return pageOf(room, { items, hasOlder: more, hasNewer: before !== undefined })
}
