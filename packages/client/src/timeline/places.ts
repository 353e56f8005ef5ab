import { decodeAs, encodeAs, uint } from '@sotto/protocol'
import { everyReading, readableAt, readableIn } from '../database/readings.ts'
import type { Store } from '../ports/store.ts'
import { roomKeys, within } from '../room/keys.ts'
import { decodeUses } from '../room/uses.ts'
import { decodeLogRecord } from './record.ts'

/** Where things stand in a room's log, as the index says: it is written with each entry. */
export const place = uint()

export const encodePlace = (seq: number): Uint8Array => encodeAs(place, seq)

/** Undefined where it cannot be read: the message is shown where it stands, and not found by its name. */
const decodePlace = (stored: Uint8Array): number | undefined => readableIn(() => decodeAs(place, stored))

/** The place of a message, by its `messageReference` in hex. */
export const placeOfReference = async (
  store: Pick<Store, 'get'>,
  room: string,
  reference: string,
): Promise<number | undefined> => {
  const row = await readableAt(store, roomKeys.reference(room, reference))
  return row && decodePlace(row)
}

/** Ids of messages are `<device>.<message>`; those of everything else say where it stands. */
const messageId = /^([0-9a-f]{32})\.([0-9a-f]{32})$/
const otherId = /^(?:event|hook|missed|unreadable)\.(\d{1,15})(?:\.\d{1,15})?$/

/** The place of an item of the timeline, by its id. */
export const placeOfItem = async (store: Store, room: string, id: string): Promise<number | undefined> => {
  const [, other] = otherId.exec(id) ?? []
  if (other !== undefined) return Number(other)
  const [, device, message] = messageId.exec(id) ?? []
  if (message === undefined) return undefined
  const row = await readableAt(store, roomKeys.knownMessage(room, message))
  const use = row && decodeUses(row).find((one) => one.device === device)
  return use?.seq ?? undefined
}

/**
 * The first entry at or after a time, or the place behind the last one. The times of a log never fall, so that halving
 * it finds the entry, and nothing is written for it.
 */
export const placeOfTime = async (
  store: Store,
  room: string,
  cursor: number,
  timeMs: number,
): Promise<number> => {
  let [low, high] = [0, cursor + 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const next = await timeFrom(store, room, middle)
    if (!next || next.timeMs >= timeMs) high = middle
    else low = next.seq + 1
  }
  return low
}

/** The next entry of which the time is known: between two stays in a room there are places without an entry. */
const timeFrom = async (
  store: Store,
  room: string,
  seq: number,
): Promise<{ readonly seq: number; readonly timeMs: number } | undefined> => {
  const { to } = within(roomKeys.log(room))
  for await (const reading of everyReading(store, { from: roomKeys.logEntry(room, seq), to }, 1)) {
    const record = reading.kind === 'row' ? readableIn(() => decodeLogRecord(reading.value)) : undefined
    if (record) return { seq: roomKeys.logSeq(reading.key), timeMs: record.timeMs }
  }
  return undefined
}
