import { equalBytes } from '@sotto/protocol'
import { summaryOf } from '../content/content.ts'
import type { PlacedRecord } from '../timeline/project.ts'
import type { RecordedItem } from '../timeline/record.ts'
import { standsAlone } from '../timeline/target.ts'
import type { RoomSummary } from './state.ts'

const previewCharactersMax = 200

/** What lists show of a room after these records; what others wrote beyond the read marker is unread. */
export const summaryAfter = (
  account: Uint8Array,
  summary: RoomSummary,
  shown: readonly PlacedRecord[],
): RoomSummary => {
  const messages = shown.flatMap(({ seq, record: { items, timeMs } }) =>
    items
      .filter((item) => standsAlone(item))
      .flatMap((item) => {
        const words = wordsOf(item)
        return words ? [{ ...words, seq, timeMs }] : []
      }),
  )
  const unread = messages.filter(
    (message) => message.seq > summary.readSeq && !equalBytes(message.sender, account),
  )
  const last = messages.at(-1)
  const activeMs = shown.at(-1)?.record.timeMs
  if (activeMs === undefined) return summary
  return {
    ...summary,
    unread: summary.unread + unread.length,
    activeMs: Math.max(summary.activeMs, activeMs),
    latest: last ? { sender: last.sender, text: preview(last.text), timeMs: last.timeMs } : summary.latest,
  }
}

/** Whether an item beyond the read marker is unread: the words of other people, and of scripts. */
export const isSaidByOthers = (account: Uint8Array, item: RecordedItem): boolean => {
  const words = standsAlone(item) ? wordsOf(item) : undefined
  return words !== undefined && !equalBytes(words.sender, account)
}

interface Words {
  /** An account, or a hook. */
  readonly sender: Uint8Array
  readonly text: string
}

const wordsOf = (item: RecordedItem): Words | undefined => {
  switch (item.kind) {
    case 'message':
      return { sender: item.account, text: summaryOf(item.said.content) }
    case 'hook':
      return item.text === null ? undefined : { sender: item.hook, text: item.text }
    case 'event':
    case 'missed':
    case 'unreadable':
      return undefined
  }
}

/** The beginning of a text, cut between characters. */
const preview = (text: string): string =>
  Array.from(text.slice(0, 2 * previewCharactersMax))
    .slice(0, previewCharactersMax)
    .join('')
    .toWellFormed()
