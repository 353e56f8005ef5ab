import { limits } from '@sotto/protocol'
import { type Bell, makeBell } from './bell.ts'
import type { LaneEvent } from './events.ts'
import { fail, LaneError } from './failure.ts'
import type { Opened } from './letterQueue.ts'
import type { Letters } from './letters.ts'
import type { Once } from './once.ts'
import { isVerdict } from './patience.ts'
import type { Pins } from './pins.ts'
import type { LanePorts } from './ports/index.ts'
import type { PlaceKey, Places } from './places.ts'
import { textOf } from './proof.ts'
import { makeKeysGiven } from './keyGiven.ts'
import { asList, asNumber, asObject, asText, fullIn } from './rest.ts'
import type { PublicKeys } from './keys.ts'
import { makeSaidOnce, type Saying } from './saidOnce.ts'
import type { Sealing } from './sealing.ts'
import { openFromRoom, sealForRoom, type SharedKey } from './sharedKey.ts'
import type { LaneStore } from './ports/store.ts'
import type { JsonObject } from './strict.ts'
import type { Wire } from './wire.ts'

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

interface Dependencies {
  readonly ports: LanePorts
  readonly wire: Wire
  readonly store: LaneStore
  readonly places: Places
  readonly sealing: Sealing
  readonly pins: Pins
  readonly once: Once
  readonly letters: Letters
  /** Whether this program is told messages, or leaves them to the next. */
  readonly isTold: boolean
  fetchMembers(room: number): Promise<readonly unknown[]>
}

interface RoomMessage {
  readonly id: number
  readonly sender: string
  readonly payload: JsonObject
}

/** A key may come a moment later than what is under it: the one by mail, the other at once. */
const keyWaitMs = 15_000
const stallMs = 2000
const pageMessages = 50
const pagesMax = 200

const audienceOf = (room: number): PlaceKey => `room:${room}`

/** Up to where a room has been told: a row of its own, for it changes while keys come. */
const lastRow = (room: number): string => `last/${room}`

const readMessage = (value: unknown): RoomMessage => {
  const payload = asObject(value)
  return { id: asNumber(payload['id']), sender: asText(payload['sender']), payload }
}

export const makeRooms = (dependencies: Dependencies): Rooms => {
  const { ports, wire, store, places, sealing, pins, once, letters, isTold, fetchMembers } = dependencies
  const { clock, cryptography } = ports
  const members = new Map<number, Promise<ReadonlyMap<string, PublicKeys>>>()
  const histories = new Map<number, readonly RoomMessage[]>()
  /** Rooms that are catching up, and what came meanwhile. */
  const catching = new Map<number, RoomMessage[]>()
  const keysGiven = makeKeysGiven(clock.nowMs)
  const saidOnce = makeSaidOnce(store)
  /** Ring when a key of the room has come. */
  const bells = new Map<number, Bell>()

  const lastOf = (room: number): number => Number(store.get(lastRow(room)) ?? 0)

  const readMembers = async (room: number): Promise<ReadonlyMap<string, PublicKeys>> => {
    const found = new Map<string, PublicKeys>()
    for (const one of await fetchMembers(room)) {
      const { username, public_key: key } = asObject(one)
      // Who has no key can be given none, and reads nothing.
      if (key !== null && username !== sealing.name)
        found.set(asText(username), await pins.believedKeysOf(asText(username), key))
    }
    return found
  }

  const membersOf = (room: number): Promise<ReadonlyMap<string, PublicKeys>> => {
    const known = members.get(room)
    if (known) return known
    const asked = readMembers(room)
    members.set(room, asked)
    asked.catch(() => members.delete(room))
    return asked
  }

  const keyFor = async (room: number): Promise<SharedKey> => {
    const others = await membersOf(room)
    const [newest] = places.get(audienceOf(room))?.keys ?? []
    if (newest && keysGiven.willDo(audienceOf(room), newest, [...others.keys(), sealing.name])) return newest
    return giveKey(room, others)
  }

  /** A new one, to all: what was said before stays with those who were there. */
  const giveKey = async (room: number, others: ReadonlyMap<string, PublicKeys>): Promise<SharedKey> => {
    const { claims, key, envelope } = await sealing.newKey(audienceOf(room), others)
    // Before it is sent: what others seal under it has to be readable here. Nobody else has it as long as that is not
    // acknowledged: a program that is killed meanwhile seals nothing under it.
    const own = { ...key, holders: [sealing.name] }
    store.write({ ...places.withKey(audienceOf(room), own), ...once.rowsOf(claims) })
    const keep = (full: readonly string[]): SharedKey => {
      const held = keysGiven.given(audienceOf(room), key, full)
      store.write(places.withKey(audienceOf(room), held))
      return held
    }
    try {
      return keep(fullIn(await wire.ask('rekey', { room_id: room, keys: envelope })))
    } catch (error) {
      // Nobody has it as far as is known: the next message comes with another.
      keep([...others.keys()])
      throw error
    }
  }

  /** When a key was given last because somebody had asked: each costs a letter to every member. */
  const answeredMs = new Map<number, number>()

  /** Somebody who is in the room has no key, or has lost it, and the server has chosen us to give one. */
  const keyRequested = async (room: number): Promise<void> => {
    const nowMs = clock.nowMs()
    const isEarly = nowMs - (answeredMs.get(room) ?? -Infinity) < limits.openKeyRequestIntervalMs
    if (isEarly || !places.get(audienceOf(room))) return
    answeredMs.set(room, nowMs)
    members.delete(room)
    await giveKey(room, await membersOf(room))
  }

  const bellOf = (room: number): Bell => {
    const bell = bells.get(room) ?? makeBell(clock)
    bells.set(room, bell)
    return bell
  }

  const openedText = async (room: number, { payload }: RoomMessage): Promise<string> => {
    const { encrypted_content: content, iv } = payload
    const deadlineMs = clock.nowMs() + keyWaitMs
    for (;;) {
      // Listened for before the try: it may come while that is made.
      const key = bellOf(room).listen(deadlineMs)
      try {
        return await openFromRoom(cryptography, content, iv, places.readingKeys(audienceOf(room)))
      } catch (error) {
        const isWithoutKey = error instanceof LaneError && error.code === 'NOT_FOR_US'
        // Several may be on their way, this one not the first of them.
        if (!isWithoutKey || !(await key.rung)) throw error
      } finally {
        key.cancel()
      }
    }
  }

  const opened = async (room: number, message: RoomMessage): Promise<Opened> => {
    const place = { kind: 'room', room } as const
    const { id, sender: from } = message
    if (!places.get(audienceOf(room)) || id <= lastOf(room)) return { events: [], claims: null, rows: {} }
    const rows = { [lastRow(room)]: String(id) }
    try {
      const claims = await sealing.verified(await openedText(room, message), from, audienceOf(room))
      const said = textOf(claims)
      once.check(claims)
      const event: LaneEvent = {
        kind: 'place_message',
        place,
        from,
        own: from === sealing.name,
        id: claims.jti,
        timeMs: claims.iat * 1000,
        text: said,
      }
      return { events: [event], claims, rows }
    } catch (error) {
      if (!(error instanceof LaneError) || !isVerdict(error)) throw error
      if (error.code === 'REPLAYED') return { events: [], claims: null, rows }
      return {
        events: [{ kind: 'refused', from, place, code: error.code }],
        claims: null,
        rows,
      }
    }
  }

  /** Rooms of which nothing more is told before they have caught up. */
  const stalled = new Set<number>()

  const stall = (room: number): void => {
    stalled.add(room)
    clock.after(stallMs, () => {
      stalled.delete(room)
      catchUpIn(room).catch(() => {})
    })
  }

  const openNext = async (room: number, message: RoomMessage): Promise<void> => {
    if (stalled.has(room)) return
    try {
      const found = await opened(room, message)
      letters.passing(() => Promise.resolve(found))
    } catch {
      stall(room)
    }
  }

  const queues = new Map<number, Promise<void>>()
  /** Rooms wait for keys, and one does not wait for another, nor letters for rooms: keys are letters. */
  const enqueue = (room: number, messages: readonly RoomMessage[]): void => {
    for (const message of messages) {
      const before = queues.get(room) ?? Promise.resolve()
      queues.set(
        room,
        before.then(() => openNext(room, message)),
      )
    }
  }

  const history = async (room: number, before?: number): Promise<readonly RoomMessage[]> => {
    histories.delete(room)
    const page = before === undefined ? {} : { before }
    await wire.ask('room_history', { room_id: room, limit: pageMessages, ...page })
    // The answer comes before its acknowledgement.
    return histories.get(room) ?? fail('ANSWER_INVALID')
  }

  /** What came since the last one that was told, oldest first. */
  const missedIn = async (room: number): Promise<readonly RoomMessage[]> => {
    const lastId = lastOf(room)
    let missed: readonly RoomMessage[] = []
    for (let page = 0; page < pagesMax; page++) {
      const found = await history(room, missed[0]?.id)
      missed = [...found.filter(({ id }) => id > lastId), ...missed]
      if (found.length < pageMessages || (found[0]?.id ?? 0) <= lastId) break
    }
    return missed
  }

  const catchUpIn = async (room: number): Promise<void> => {
    const came: RoomMessage[] = catching.get(room) ?? []
    catching.set(room, came)
    try {
      const missed = await missedIn(room)
      const newest = missed.at(-1)?.id ?? 0
      enqueue(room, [...missed, ...came.filter(({ id }) => id > newest)])
    } finally {
      catching.delete(room)
    }
  }

  const catchUpWith = async (missed: readonly number[]): Promise<void> => {
    for (const room of missed) members.delete(room)
    await Promise.allSettled(missed.map(catchUpIn))
    await Promise.all(queues.values())
  }

  /** The bytes of before where they are still good: the server knows them again by their iv. */
  const sayingOf = async (room: number, text: string, before: Saying | undefined): Promise<Saying> => {
    const key = await keyFor(room)
    if (before?.under === key.key) return before
    const fresh = sealing.claims(audienceOf(room), text)
    const claims = before ? { ...fresh, jti: before.jti } : fresh
    const content = await sealForRoom(cryptography, await sealing.signed(claims), key)
    return { jti: claims.jti, under: key.key, content }
  }

  const sendOnce: Rooms['sendOnce'] = async (room, text, name) => {
    const said = saidOnce.said(room, name)
    if (said !== undefined) return { id: said }
    const before = saidOnce.saying(room, name)
    const settled = (id: unknown): { readonly id: number } => {
      const known = typeof id === 'number' ? id : 0
      saidOnce.settle(room, name, known)
      return { id: known }
    }
    if (before && once.isTold({ iss: sealing.name, jti: before.jti })) return settled(0)
    const saying = await sayingOf(room, text, before)
    saidOnce.begin(room, name, saying)
    try {
      return settled((await wire.ask('send_message', { room_id: room, ...saying.content }))['id'])
    } catch (error) {
      const isThere = before === saying && error instanceof LaneError && error.code === 'IV_REUSED'
      if (isThere) return settled(0)
      throw error
    }
  }

  return {
    sendOnce,
    isUnsure: (room, name) => saidOnce.saying(room, name) !== undefined,
    join: async (wanted) => {
      const { room_id } = await wire.ask(
        'join_room',
        typeof wanted === 'number' ? { room_id: wanted } : { room: wanted },
      )
      const room = asNumber(room_id)
      members.delete(room)
      if (!places.get(audienceOf(room))) {
        // What was said before is under keys that were never ours.
        const lastId = histories.get(room)?.at(-1)?.id ?? 0
        store.write({ ...places.changed(audienceOf(room), {}), [lastRow(room)]: String(lastId) })
      } else if (isTold) await catchUpIn(room)
      return room
    },
    leave: async (room) => {
      await wire.ask('leave_room', { room_id: room })
      store.write({ ...places.gone(audienceOf(room)), [lastRow(room)]: null })
      members.delete(room)
    },
    send: async (room, text) => {
      const key = await keyFor(room)
      const signing = sealing.claims(audienceOf(room), text)
      const content = await sealForRoom(cryptography, await sealing.signed(signing), key)
      const { id } = await wire.ask('send_message', { room_id: room, ...content })
      return { id: typeof id === 'number' ? id : 0 }
    },
    heard: (event, payload) => {
      const { room_id: room } = payload
      if (typeof room !== 'number') return false
      switch (event) {
        case 'new_message':
          if (places.get(audienceOf(room))) {
            const meanwhile = catching.get(room)
            if (meanwhile) meanwhile.push(readMessage(payload))
            else enqueue(room, [readMessage(payload)])
          }
          return true
        case 'key_requested':
          // Who asked asks again.
          keyRequested(room).catch(() => {})
          return true
        case 'room_history':
          histories.set(room, asList(payload['messages']).map(readMessage))
          return true
        case 'user_joined':
        case 'user_left':
        case 'rekey_required':
          members.delete(room)
          return event === 'rekey_required'
        default:
          return false
      }
    },
    keyArrived: async (payload) => {
      const room = asNumber(payload['room_id'])
      const from = asText(payload['sender'])
      const { claims, key } = await sealing.openedKey(payload['encrypted_key'], from, audienceOf(room))
      if (claims) once.check(claims)
      store.write(places.withKey(audienceOf(room), key))
      bellOf(room).ring()
      return { events: [], claims, rows: {} }
    },
    catchUpWith: (missed) => catchUpWith(missed.filter((room) => places.get(audienceOf(room)))),
    catchUp: async () => {
      members.clear()
      await catchUpWith(places.rooms())
    },
  }
}
