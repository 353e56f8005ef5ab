import { type Acknowledgement, toHex } from '@sotto/protocol'
import type { Room } from '../room/atWork.ts'
import { readAgain } from '../room/freeze.ts'
import { follows, type Place } from '../room/state.ts'
import { stepped } from '../room/step.ts'

/**
 * Takes the signed heads of all rooms in which the server knows a leaf of this device.
 *
 * @param then the places that the rooms had reached before the heads were asked for
 * @throws what a store throws
 */
export const takeHeads = async (
  rooms: ReadonlyMap<string, Room>,
  heads: readonly Acknowledgement[],
  then: ReadonlyMap<string, Place>,
): Promise<void> => {
  const failures: unknown[] = []
  const noted = (error: unknown): void => void failures.push(error)
  for (const ack of heads) {
    const room = rooms.get(toHex(ack.room))
    // What one room cannot keep must not stop the others from hearing of theirs.
    if (room) {
      await readOnceMore(room).catch(noted)
      await takeOne(room, ack, then.get(room.id)).catch(noted)
    }
  }
  // A room of ours that the server does not list: this device was taken out of it, and its log says how.
  const listed = new Set(heads.map(({ room }) => toHex(room)))
  for (const room of rooms.values()) {
    const state = room.state()
    if (follows(state) && !listed.has(room.id)) room.hint(state.place.cursor + 1)
  }
  if (failures.length > 0) throw failures[0]
}

const readOnceMore = async (room: Room): Promise<void> => {
  if (readAgain(room.state()) !== room.state()) await room.take((state) => stepped(readAgain(state)))
}

const takeOne = async (room: Room, ack: Acknowledgement, then: Place | undefined): Promise<void> => {
  if (then && follows(room.state())) return room.headIs(ack, then)
  // What was being made may be there already, with words of ours in it that this device has lost (REC-1).
  if (room.state().phase.kind === 'creating') return room.hint(ack.seq)
  // The server may have what it had lost: that is seen when the room is looked after again.
  return room.proceed()
}
