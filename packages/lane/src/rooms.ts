import type { Opened } from './letterQueue.ts'
import { asList, asNumber } from './rest.ts'
import { audienceOf, keyArrived, keyRequested, type RoomDependencies, roomKeyDeskOf } from './roomKeys.ts'
import { lastRow, readMessage } from './roomMessages.ts'
import { catchUpIn, catchUpWith, messageCame, type RoomDesk, roomDeskOf } from './roomReading.ts'
import { send, sendOnce } from './roomSending.ts'
import { makeSaidOnce } from './saidOnce.ts'
import type { JsonObject } from './strict.ts'

/**
 * Classic rooms. A key is used while exactly those who are in the room hold it: whoever sends first after somebody came
 * or left makes a new one. Who is in the room is the server's word.
 */
export interface Rooms {
  join(room: number | string): Promise<number>
  leave(room: number): Promise<void>
  send(room: number, text: string): Promise<{ readonly id: number }>
  /** The same under a name: once, also where an earlier program has begun it and did not learn what became of it. */
  sendOnce(room: number, text: string, name: string): Promise<{ readonly id: number }>
  /** Whether something is on its way under this name of which it is not known whether it has arrived. */
  isUnsure(room: number, name: string): boolean
  /** An event of the wire that is about rooms; false where it is none. */
  heard(event: string, payload: JsonObject): boolean
  /** Something was said in these rooms that we were not told: it is read where we are in them. */
  catchUpWith(rooms: readonly number[]): Promise<void>
  keyArrived(payload: JsonObject): Promise<Opened>
  /** Asks for what was missed; resolves when that is told, or could not be asked for. */
  catchUp(): Promise<void>
}

const join = async (desk: RoomDesk, wanted: number | string): Promise<number> => {
  const { wire, store, places, members, histories, isTold } = desk
  const named = typeof wanted === 'number' ? { room_id: wanted } : { room: wanted }
  const room = asNumber((await wire.ask('join_room', named))['room_id'])
  members.delete(room)
  if (!places.get(audienceOf(room))) {
    // What was said before is under keys that were never ours.
    const lastId = histories.get(room)?.at(-1)?.id ?? 0
    store.write({ ...places.changed(audienceOf(room), {}), [lastRow(room)]: String(lastId) })
  } else if (isTold) await catchUpIn(desk, room)
  return room
}

const leave = async ({ wire, store, places, members }: RoomDesk, room: number): Promise<void> => {
  await wire.ask('leave_room', { room_id: room })
  store.write({ ...places.gone(audienceOf(room)), [lastRow(room)]: null })
  members.delete(room)
}

const heard = (desk: RoomDesk, event: string, payload: JsonObject): boolean => {
  const { room_id: room } = payload
  if (typeof room !== 'number') return false
  switch (event) {
    case 'new_message':
      messageCame(desk, room, () => readMessage(payload))
      return true
    case 'key_requested':
      // Who asked asks again.
      keyRequested(desk, room).catch(() => {})
      return true
    case 'room_history':
      desk.histories.set(room, asList(payload['messages']).map(readMessage))
      return true
    case 'user_joined':
    case 'user_left':
    case 'rekey_required':
      desk.members.delete(room)
      return event === 'rekey_required'
    default:
      return false
  }
}

export const makeRooms = (dependencies: RoomDependencies): Rooms => {
  const saidOnce = makeSaidOnce(dependencies.store)
  const desk = { ...roomDeskOf(roomKeyDeskOf(dependencies)), saidOnce }
  const { places, members } = desk
  return {
    join: (wanted) => join(desk, wanted),
    leave: (room) => leave(desk, room),
    send: (room, text) => send(desk, room, text),
    sendOnce: (room, text, name) => sendOnce(desk, room, text, name),
    isUnsure: (room, name) => saidOnce.saying(room, name) !== undefined,
    heard: (event, payload) => heard(desk, event, payload),
    keyArrived: (payload) => keyArrived(desk, payload),
    catchUpWith: (missed) =>
      catchUpWith(
        desk,
        missed.filter((room) => places.get(audienceOf(room))),
      ),
    catchUp: async () => {
      members.clear()
      await catchUpWith(desk, places.rooms())
    },
  }
}
