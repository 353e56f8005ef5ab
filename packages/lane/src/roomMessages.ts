import { LaneError } from './failure.ts'
import type { Opened } from './letterQueue.ts'
import { placeMessage } from './placeMessage.ts'
import { isVerdict } from './patience.ts'
import type { LaneStore } from './ports/store.ts'
import { asNumber, asObject, asText } from './rest.ts'
import { audienceOf, bellOf, type RoomKeyDesk } from './roomKeys.ts'
import { openFromRoom } from './sharedKey.ts'
import type { JsonObject } from './strict.ts'

export interface RoomMessage {
  readonly id: number
  readonly sender: string
  readonly payload: JsonObject
}

/** A key may come a moment later than what is under it: the one by mail, the other at once. */
const keyWaitMs = 15_000

/** Up to where a room has been told: a row of its own, for it changes while keys come. */
export const lastRow = (room: number): string => `last/${room}`

export const lastOf = (store: LaneStore, room: number): number => Number(store.get(lastRow(room)) ?? 0)

export const readMessage = (value: unknown): RoomMessage => {
  const payload = asObject(value)
  return { id: asNumber(payload['id']), sender: asText(payload['sender']), payload }
}

const openedText = async (desk: RoomKeyDesk, room: number, { payload }: RoomMessage): Promise<string> => {
  const { clock, cryptography } = desk.ports
  const { encrypted_content: content, iv } = payload
  const deadlineMs = clock.nowMs() + keyWaitMs
  for (;;) {
    // Listened for before the try: it may come while that is made.
    const key = bellOf(desk, room).listen(deadlineMs)
    try {
      return await openFromRoom(cryptography, content, iv, desk.places.readingKeys(audienceOf(room)))
    } catch (error) {
      const isWithoutKey = error instanceof LaneError && error.code === 'NOT_FOR_US'
      // Several may be on their way, this one not the first of them.
      if (!isWithoutKey || !(await key.rung)) throw error
    } finally {
      key.cancel()
    }
  }
}

const eventOf = async (desk: RoomKeyDesk, room: number, message: RoomMessage) => {
  const { sealing, once } = desk
  const { sender: from } = message
  const claims = await sealing.verified(await openedText(desk, room, message), from, audienceOf(room))
  const event = placeMessage(sealing, { kind: 'room', room }, from, claims)
  once.check(claims)
  return { event, claims }
}

/** What a message of a room says. @throws LaneError where it cannot be judged for now */
export const openedMessage = async (
  desk: RoomKeyDesk,
  room: number,
  message: RoomMessage,
): Promise<Opened> => {
  const { store, places } = desk
  const { id, sender: from } = message
  if (!places.get(audienceOf(room)) || id <= lastOf(store, room))
    return { events: [], claims: null, rows: {} }
  const rows = { [lastRow(room)]: String(id) }
  try {
    const { event, claims } = await eventOf(desk, room, message)
    return { events: [event], claims, rows }
  } catch (error) {
    if (!(error instanceof LaneError) || !isVerdict(error)) throw error
    if (error.code === 'REPLAYED') return { events: [], claims: null, rows }
    const refused = { kind: 'refused', from, place: { kind: 'room', room }, code: error.code } as const
    return { events: [refused], claims: null, rows }
  }
}
