import { firstReadings, readableIn, type Reading } from '../database/readings.ts'
import { roomKeys, within } from '../room/keys.ts'
import type { Store } from '../ports/store.ts'
import type { PlacedRecord } from './project.ts'
import { decodeLogRecord, type LogRecord, type RecordedItem } from './record.ts'
import { standsAlone } from './target.ts'

/** Records with something to show, in the order of the log; `more` says whether others lie beyond in the direction read. */
export interface RecordPage {
  readonly records: readonly PlacedRecord[]
  readonly more: boolean
}

/** Rows read at a time: records without items are passed over, so a page may need more than one reading. */
const rowsPerReading = 256
/** As many as are missing, and the one that says that there are more; a few more where few are. */
const rowsFor = (missing: number): number => Math.min(rowsPerReading, Math.max(32, missing + 1))

/** What stands at a place of which the row is damaged: something that cannot be read. */
const damaged: LogRecord = { anchor: new Uint8Array(), timeMs: 0, items: [{ kind: 'unreadable' }] }

const placed = (reading: Reading): PlacedRecord => ({
  seq: roomKeys.logSeq(reading.key),
  record: (reading.kind === 'row' ? readableIn(() => decodeLogRecord(reading.value)) : undefined) ?? damaged,
})

/** A place without a time of its own has that of the one before it, or of the first that has one. */
const dated = (records: readonly PlacedRecord[]): readonly PlacedRecord[] => {
  let timeMs = records.find(({ record }) => record !== damaged)?.record.timeMs ?? 0
  return records.map((one) => {
    if (one.record === damaged) return { ...one, record: { ...damaged, timeMs } }
    ;({ timeMs } = one.record)
    return one
  })
}

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
    const wanted = rowsFor(limit - found.length)
    const rows = await firstReadings(store, { from: folder.from, to }, { limit: wanted, direction: 'down' })
    for (const reading of rows) {
      const row = placed(reading)
      if (!isShown(row)) continue
      if (found.length === limit) return { records: dated(found.toReversed()), more: true }
      found.push(row)
    }
    const last = rows.at(-1)
    if (!last || rows.length < wanted) return { records: dated(found.toReversed()), more: false }
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
    const rows = await firstReadings(
      store,
      { from: roomKeys.logEntry(room, start), to: end },
      { limit: rowsPerReading },
    )
    for (const reading of rows) count += placed(reading).record.items.filter(counts).length
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
    const wanted = rowsFor(limit - found.length)
    const bounds = { from: roomKeys.logEntry(room, start), to: folder.to }
    const rows = await firstReadings(store, bounds, { limit: wanted })
    for (const reading of rows) {
      const row = placed(reading)
      if (!isShown(row)) continue
      if (found.length === limit) return { records: dated(found), more: true }
      found.push(row)
    }
    const last = rows.at(-1)
    if (!last || rows.length < wanted) return { records: dated(found), more: false }
    start = roomKeys.logSeq(last.key) + 1
  }
}
