import { roomKeys, within } from '../room/keys.ts'
import type { Store } from '../ports/store.ts'
import type { PlacedRecord } from './project.ts'
import { decodeLogRecord, type RecordedItem } from './record.ts'
import { standsAlone } from './target.ts'

/** Records with something to show, in the order of the log; `more` says whether others lie beyond in the direction read. */
export interface RecordPage {
  readonly records: readonly PlacedRecord[]
  readonly more: boolean
}

/** Rows read at a time: records without items are passed over, so a page may need more than one reading. */
const rowsPerReading = 256

const placed = (key: string, value: Uint8Array): PlacedRecord => ({
  seq: roomKeys.logSeq(key),
  record: decodeLogRecord(value),
})

const isShown = ({ record }: PlacedRecord): boolean => record.items.some((item) => standsAlone(item))

/** The newest `limit` records, or the `limit` just before `before`. */
export const recordsBefore = async (
  store: Store,
  room: string,
  before: number | null,
  limit: number,
): Promise<RecordPage> => {
  const folder = within(roomKeys.log(room))
  const found: PlacedRecord[] = []
  let to = before === null ? folder.to : roomKeys.logEntry(room, before)
  for (;;) {
    const rows = await store.range(folder.from, to, { limit: rowsPerReading, direction: 'down' })
    for (const { key, value } of rows) {
      const row = placed(key, value)
      if (!isShown(row)) continue
      if (found.length === limit) return { records: found.toReversed(), more: true }
      found.push(row)
    }
    const last = rows.at(-1)
    if (!last || rows.length < rowsPerReading) return { records: found.toReversed(), more: false }
    to = last.key
  }
}

/** How many items of the records at `from` up to and with `to` are among those that `counts` says. */
export const countItems = async (
  store: Store,
  room: string,
  { from, to }: { readonly from: number; readonly to: number },
  counts: (item: RecordedItem) => boolean,
): Promise<number> => {
  const end = roomKeys.logEntry(room, to + 1)
  let count = 0
  for (let start = from; start <= to;) {
    const rows = await store.range(roomKeys.logEntry(room, start), end, { limit: rowsPerReading })
    for (const { key, value } of rows) count += placed(key, value).record.items.filter(counts).length
    const last = rows.at(-1)
    if (!last || rows.length < rowsPerReading) break
    start = roomKeys.logSeq(last.key) + 1
  }
  return count
}

/** The `limit` records from `from` on. */
export const recordsFrom = async (
  store: Store,
  room: string,
  from: number,
  limit: number,
): Promise<RecordPage> => {
  const folder = within(roomKeys.log(room))
  const found: PlacedRecord[] = []
  let start = from
  for (;;) {
    const rows = await store.range(roomKeys.logEntry(room, start), folder.to, { limit: rowsPerReading })
    for (const { key, value } of rows) {
      const row = placed(key, value)
      if (!isShown(row)) continue
      if (found.length === limit) return { records: found, more: true }
      found.push(row)
    }
    const last = rows.at(-1)
    if (!last || rows.length < rowsPerReading) return { records: found, more: false }
    start = roomKeys.logSeq(last.key) + 1
  }
}
