import { readableAt, readableIn } from '../database/readings.ts'
import type { Store } from '../ports/store.ts'
import { decodeLogRecord } from '../timeline/record.ts'
import { roomKeys } from './keys.ts'

/** First half of the hash of an entry that this device has read; undefined also where its row cannot be read. */
export const storedAnchor = async (store: Store, room: string, seq: number) => {
  const row = await readableAt(store, roomKeys.logEntry(room, seq))
  return row && readableIn(() => decodeLogRecord(row).anchor)
}
