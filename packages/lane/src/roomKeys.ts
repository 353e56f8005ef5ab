import { limits } from '@sotto/protocol'
import { type Bell, makeBell } from './bell.ts'
import { type KeysGiven, makeKeysGiven } from './keyGiven.ts'
import type { PublicKeys } from './keys.ts'
import type { Opened } from './letterQueue.ts'
import type { Letters } from './letters.ts'
import type { Once } from './once.ts'
import type { Pins } from './pins.ts'
import type { PlaceKey, Places } from './places.ts'
import type { LanePorts } from './ports/index.ts'
import type { LaneStore } from './ports/store.ts'
import { asNumber, asObject, asText, fullIn } from './rest.ts'
import type { Sealing } from './sealing.ts'
import type { SharedKey } from './sharedKey.ts'
import type { JsonObject } from './strict.ts'
import type { Wire } from './wire.ts'

export interface RoomDependencies {
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

/** What rooms need, and what is known of their keys beside what is stored. */
export interface RoomKeyDesk extends RoomDependencies {
  readonly members: Map<number, Promise<ReadonlyMap<string, PublicKeys>>>
  readonly keysGiven: KeysGiven
  /** Ring when a key of the room has come. */
  readonly bells: Map<number, Bell>
  /** When a key was given last because somebody had asked: each costs a letter to every member. */
  readonly answeredMs: Map<number, number>
}

export const roomKeyDeskOf = (dependencies: RoomDependencies): RoomKeyDesk => ({
  ...dependencies,
  members: new Map(),
  keysGiven: makeKeysGiven(dependencies.ports.clock.nowMs),
  bells: new Map(),
  answeredMs: new Map(),
})

export const audienceOf = (room: number): PlaceKey => `room:${room}`

const readMembers = async (desk: RoomKeyDesk, room: number): Promise<ReadonlyMap<string, PublicKeys>> => {
  const { fetchMembers, sealing, pins } = desk
  const found = new Map<string, PublicKeys>()
  for (const one of await fetchMembers(room)) {
    const { username, public_key: key } = asObject(one)
    // Who has no key can be given none, and reads nothing.
    if (key !== null && username !== sealing.name)
      found.set(asText(username), await pins.believedKeysOf(asText(username), key))
  }
  return found
}

const membersOf = (desk: RoomKeyDesk, room: number): Promise<ReadonlyMap<string, PublicKeys>> => {
  const { members } = desk
  const known = members.get(room)
  if (known) return known
  const asked = readMembers(desk, room)
  members.set(room, asked)
  asked.catch(() => members.delete(room))
  return asked
}

/** A new one, to all: what was said before stays with those who were there. */
const giveKey = async (
  desk: RoomKeyDesk,
  room: number,
  others: ReadonlyMap<string, PublicKeys>,
): Promise<SharedKey> => {
  const { wire, store, places, sealing, once, keysGiven } = desk
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

/** The key that those who are in a room hold. */
export const keyFor = async (desk: RoomKeyDesk, room: number): Promise<SharedKey> => {
  const { places, sealing, keysGiven } = desk
  const others = await membersOf(desk, room)
  const [newest] = places.get(audienceOf(room))?.keys ?? []
  if (newest && keysGiven.willDo(audienceOf(room), newest, [...others.keys(), sealing.name])) return newest
  return giveKey(desk, room, others)
}

/** Somebody who is in the room has no key, or has lost it, and the server has chosen us to give one. */
export const keyRequested = async (desk: RoomKeyDesk, room: number): Promise<void> => {
  const { ports, places, members, answeredMs } = desk
  const nowMs = ports.clock.nowMs()
  const isEarly = nowMs - (answeredMs.get(room) ?? -Infinity) < limits.openKeyRequestIntervalMs
  if (isEarly || !places.get(audienceOf(room))) return
  answeredMs.set(room, nowMs)
  members.delete(room)
  await giveKey(desk, room, await membersOf(desk, room))
}

export const bellOf = ({ bells, ports }: RoomKeyDesk, room: number): Bell => {
  const bell = bells.get(room) ?? makeBell(ports.clock)
  bells.set(room, bell)
  return bell
}

export const keyArrived = async (desk: RoomKeyDesk, payload: JsonObject): Promise<Opened> => {
  const { store, places, sealing, once } = desk
  const room = asNumber(payload['room_id'])
  const from = asText(payload['sender'])
  const { claims, key } = await sealing.openedKey(payload['encrypted_key'], from, audienceOf(room))
  if (claims) once.check(claims)
  store.write(places.withKey(audienceOf(room), key))
  bellOf(desk, room).ring()
  return { events: [], claims, rows: {} }
}
