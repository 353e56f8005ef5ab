import type { Store } from '../ports/store.ts'
import { countItems } from '../timeline/pages.ts'
import type { RecordedItem } from '../timeline/record.ts'
import { isSaidByOthers } from './summary.ts'
import type { RoomState } from './state.ts'

/**
 * How much is unread once the marker has moved to `readSeq`. It is counted on the side of the new marker that holds
 * fewer entries: a reader who goes through 30,000 messages a screen at a time has each of them counted once.
 */
export const unreadFrom = async (
  store: Store,
  id: string,
  { summary, place }: RoomState,
  readSeq: number,
  account: Uint8Array,
): Promise<number> => {
  const isUnread = (item: RecordedItem): boolean => isSaidByOthers(account, item)
  if (readSeq - summary.readSeq < place.cursor - readSeq) {
    const read = await countItems(store, id, { from: summary.readSeq + 1, to: readSeq }, isUnread)
    return Math.max(0, summary.unread - read)
  }
  return await countItems(store, id, { from: readSeq + 1, to: place.cursor }, isUnread)
}
