import { anchorHashBytes, equalBytes } from '@sotto/protocol'
import type { Promised } from './sending.ts'
import { follows, type RoomState } from './state.ts'

/**
 * Whether the log shows what the server has signed for: each entry at its place, with its hash.
 *
 * @param anchor the first half of the hash of an entry, if it is one of the newest
 */
export const keepsPromises = (
  room: RoomState,
  promised: ReadonlyMap<string, Promised>,
  anchor: (seq: number) => Uint8Array | undefined,
): boolean => {
  // A room that has stopped already cannot stop once more: each try would lead to the next.
  if (!follows(room)) return true
  return [...promised.values()].every(({ seq, hash }) => {
    const shown = seq > room.place.cursor ? undefined : anchor(seq)
    return !shown || equalBytes(shown, hash.subarray(0, anchorHashBytes))
  })
}
