import { boundedCache } from '../../boundedCache.ts'
import type { RoomStore } from '../store.ts'

/** Who has joined each room, by id: asked with every message, and read once. */
export interface MemberIds {
  of(room: number): Promise<readonly number[]>
  /** A membership has changed, durably. */
  forget(room: number): void
}

const idsKeptMax = 200_000

export const makeMemberIds = (store: Pick<RoomStore, 'joinedIds'>): MemberIds => {
  const known = boundedCache<readonly number[]>({ weightMax: idsKeptMax, weigh: (ids) => 1 + ids.length })
  let changes = 0
  return {
    of: async (room) => {
      const before = known.get(String(room))
      if (before) return before
      const seen = changes
      const ids = await store.joinedIds(room)
      // Read before a change, it would keep telling somebody who has left.
      if (seen === changes) known.set(String(room), ids)
      return ids
    },
    forget: (room) => {
      changes++
      known.delete(String(room))
    },
  }
}
