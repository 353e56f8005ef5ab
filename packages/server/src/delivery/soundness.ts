import type { PublicGroup } from '@sotto/mls/public'
import { decodeEntry, entryHash, entryKinds, equalBytes, SottoError } from '@sotto/protocol'
import { encodePolicy, policyOf } from '@sotto/trust'
import { digest } from './digest.ts'
import type { Room } from './rooms.ts'
import type { DeliveryStore, RoomPlace, StoredEntry } from './store.ts'

/** The epoch in which a room is behind an entry. */
const epochAfter = (kind: number, epoch: number): number => (kind === entryKinds.commit ? epoch + 1 : epoch)

const isHead = ({ room, epoch, head }: RoomPlace, { entry: bytes, hash, payload }: StoredEntry): boolean => {
  const entry = decodeEntry(bytes)
  return (
    equalBytes(entryHash(bytes), head.hash) &&
    equalBytes(hash, head.hash) &&
    equalBytes(entry.room, room) &&
    entry.seq === head.seq &&
    entry.timeMs === head.timeMs &&
    epochAfter(entry.kind, entry.epoch) === epoch &&
    (payload === null || equalBytes(digest(payload), entry.payloadHash))
  )
}

/**
 * Whether what is stored of a room agrees with its log: the log ends where the room says, with the entry whose hash it
 * has. A disk that has lost or changed something must not be acknowledged anew.
 */
export const endsAsItSays = async (
  store: Pick<DeliveryStore, 'entry'>,
  place: RoomPlace,
): Promise<boolean> => {
  const { room, head } = place
  try {
    const last = await store.entry(room, head.seq)
    return last !== undefined && isHead(place, last) && !(await store.entry(room, head.seq + 1))
  } catch (error) {
    // Unreadable, or no entry at all.
    if (error instanceof SottoError) return false
    throw error
  }
}

/** Whether a group is the one of the room's epoch. */
export const isGroupOf = (room: Room, { context }: PublicGroup): boolean => {
  const policy = policyOf(context)
  return (
    equalBytes(context.groupId, room.id) &&
    context.epoch === BigInt(room.epoch) &&
    policy.kind === 'ok' &&
    equalBytes(encodePolicy(policy.value), encodePolicy(room.policy))
  )
}
