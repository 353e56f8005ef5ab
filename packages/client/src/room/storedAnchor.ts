import type { Store } from '../ports/store.ts'
import { decodeLogRecord } from '../timeline/record.ts'
import { roomKeys } from './keys.ts'

/** First half of the hash of an entry that this device has read. */
export const storedAnchor = async (store: Store, room: string, seq: number) => {
  const row = await store.get(roomKeys.logEntry(room, seq))
  return row && decodeLogRecord(row).anchor
}
