import { equalBytes } from '@sotto/protocol'
import type { PlacedRecord } from '../timeline/pages.ts'
import { shownText } from '../timeline/view.ts'
import type { Face } from './state.ts'

const previewCharactersMax = 200

/** What lists show of a room after these records; what others wrote beyond the read marker is unread. */
export const faceAfter = (account: Uint8Array, face: Face, shown: readonly PlacedRecord[]): Face => {
  const messages = shown.flatMap(({ seq, record: { items, timeMs } }) =>
    items.flatMap((item) => (item.kind === 'message' ? [{ ...item, seq, timeMs }] : [])),
  )
  const unread = messages.filter(
    (message) => message.seq > face.readSeq && !equalBytes(message.account, account),
  )
  const last = messages.at(-1)
  const activeMs = shown.at(-1)?.record.timeMs
  if (activeMs === undefined) return face
  return {
    ...face,
    unread: face.unread + unread.length,
    activeMs: Math.max(face.activeMs, activeMs),
    latest: last ? { sender: last.account, text: preview(last.content), timeMs: last.timeMs } : face.latest,
  }
}

/** The beginning of a text, cut between characters. */
const preview = (content: Uint8Array): string =>
  Array.from(shownText(content).slice(0, 2 * previewCharactersMax))
    .slice(0, previewCharactersMax)
    .join('')
    .toWellFormed()
