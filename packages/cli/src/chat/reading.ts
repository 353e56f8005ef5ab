import { type Client, readUpTo, type TimelineItem } from '@sotto/client'
import { jsonLine } from '../json.ts'
import { itemText, messageRecord } from '../message.ts'
import { type Output, styled } from '../output.ts'
import { changedText } from '../reactions.ts'
import type { Screen } from './screen.ts'

const earlierItems = 20
const itemsPerPage = 200

/** A room, and where it is shown. */
export interface Place {
  readonly client: Client
  readonly room: string
  readonly screen: Screen
  readonly output: Output
}

/** What of a room stands on the screen, and up to where it has been read. */
interface Shown {
  readonly ids: Set<string>
  cursor: number
}

type Page = Awaited<ReturnType<Client['timeline']>>

/** What has no place in the log yet is shown when it has. */
const isPlaced = (item: TimelineItem): boolean => item.seq !== null

const showItem = async ({ room, screen, output }: Place, item: TimelineItem): Promise<void> => {
  const record = messageRecord(room, item)
  if (output.format === 'human') await screen.show(itemText(item))
  else if (record) await screen.show(jsonLine(record))
}

const showPage = async (
  place: Place,
  shown: Shown,
  { items, more }: Page,
  breakOff: (error: unknown) => void,
): Promise<void> => {
  const fresh = items.filter((item) => isPlaced(item) && !shown.ids.has(item.id))
  for (const { id } of fresh) shown.ids.add(id)
  // What could not be written has not been read.
  await Promise.all(fresh.map((item) => showItem(place, item))).catch((error: unknown) => {
    breakOff(error)
    throw error
  })
  const seq = readUpTo(items, more ? 'inside' : 'end')
  if (seq <= shown.cursor) return
  shown.cursor = seq
  await place.client.markRead({ room: place.room, seq })
}

/** What is said of messages that stand above. */
const showChanged = async (
  { room, screen, output }: Place,
  shown: Shown,
  items: readonly TimelineItem[],
): Promise<void> => {
  for (const item of items) {
    if (item.kind !== 'message' || !shown.ids.has(item.id)) continue
    if (output.format === 'human') await screen.show(styled('dim', changedText(item)))
    else await screen.show(jsonLine({ room, seq: item.seq, reactions: item.reactions ?? [] }))
  }
}

/** Shows the messages of a room, each once, in the order of the log. */
export interface Reading {
  /** Shows the end of the log. */
  begin(): Promise<void>
  /** Shows what has come since, behind what is being shown. */
  goOn(): void
  /** Shows what these messages have become, if they stand there. */
  changed(items: readonly TimelineItem[]): void
  /** Resolves when nothing is being shown. */
  rested(): Promise<void>
  /** Rejects when something that is to be shown cannot be written. */
  readonly broken: Promise<never>
}

/** @param onFailure hears why something could not be read or shown */
export const makeReading = (place: Place, onFailure: (error: unknown) => void): Reading => {
  const { client, room } = place
  const shown: Shown = { ids: new Set(), cursor: 0 }
  const { promise: broken, reject: breakOff } = Promise.withResolvers<never>()
  broken.catch(() => {})
  let reading: Promise<void> = Promise.resolve()
  const behind = (work: () => Promise<void>): void => {
    reading = reading.then(work).catch(onFailure)
  }
  const readOn = async (): Promise<void> => {
    for (;;) {
      const page = await client.timeline({ room, after: shown.cursor + 1, limit: itemsPerPage })
      await showPage(place, shown, page, breakOff)
      if (!page.more) return
    }
  }
  return {
    begin: async () => {
      const { items } = await client.timeline({ room, limit: earlierItems })
      // What lies before the newest page stays where it is, also when nobody else has a word in it.
      const [oldest] = items.filter(isPlaced)
      shown.cursor = (oldest?.seq ?? 1) - 1
      await showPage(place, shown, { items, more: false }, breakOff)
    },
    goOn: () => behind(readOn),
    changed: (items) => behind(() => showChanged(place, shown, items)),
    rested: () => reading,
    broken,
  }
}
