import { type Bell, makeBell } from './bell.ts'
import { fail, LaneError } from './failure.ts'
import { type KeysGiven, makeKeysGiven } from './keyGiven.ts'
import type { Identity, PublicKeys } from './keys.ts'
import type { Once } from './once.ts'
import type { Pins } from './pins.ts'
import type { PlaceKey, Places } from './places.ts'
import type { LanePorts } from './ports/index.ts'
import type { LaneStore } from './ports/store.ts'
import { fullIn } from './rest.ts'
import type { Sealing } from './sealing.ts'
import type { SharedKey } from './sharedKey.ts'
import type { Wire } from './wire.ts'

export interface ChatDependencies {
  readonly ports: LanePorts
  readonly wire: Wire
  readonly store: LaneStore
  readonly places: Places
  readonly sealing: Sealing
  readonly identity: Identity
  readonly pins: Pins
  readonly once: Once
}

/** What chats need, and what is known of their keys beside what is stored. */
export interface ChatDesk extends ChatDependencies {
  readonly keysGiven: KeysGiven
  /** Rings when somebody has given a key. */
  readonly keyCame: Bell
}

export const chatDeskOf = (dependencies: ChatDependencies): ChatDesk => {
  const { clock } = dependencies.ports
  return { ...dependencies, keysGiven: makeKeysGiven(clock.nowMs), keyCame: makeBell(clock) }
}

const keyWaitMs = 10_000

export const placeOf = (chat: string): PlaceKey => `chat:${chat}`

/** @throws LaneError `CHAT_NOT_FOUND` */
export const rowOf = ({ places }: Pick<ChatDesk, 'places'>, chat: string) =>
  places.get(placeOf(chat)) ?? fail('CHAT_NOT_FOUND')

/** The keys of these people but ours. */
export const keysOf = async (
  { sealing, pins }: Pick<ChatDesk, 'sealing' | 'pins'>,
  names: readonly string[],
): Promise<ReadonlyMap<string, PublicKeys>> => {
  const others = names.filter((name) => name !== sealing.name)
  return new Map(await Promise.all(others.map(async (name) => [name, await pins.keysOf(name)] as const)))
}

/** Gives a new key to whoever is in a chat, or waits for that of somebody who was first. */
export const rekey = async (desk: ChatDesk, chat: string): Promise<void> => {
  const { ports, wire, store, places, sealing, once, keysGiven, keyCame } = desk
  const { participants } = rowOf(desk, chat)
  const { claims, key, envelope } = await sealing.newKey(placeOf(chat), await keysOf(desk, participants))
  const given = keyCame.listen(ports.clock.nowMs() + keyWaitMs)
  try {
    const full = fullIn(await wire.ask('rekey', { chat_id: chat, keys: envelope }))
    const held = keysGiven.given(placeOf(chat), key, full)
    store.write({ ...places.withKey(placeOf(chat), held), ...once.rowsOf(claims) })
  } catch (error) {
    if (!(error instanceof LaneError) || error.code !== 'REKEY_STALE') throw error
    // Another one was first: his key is on its way.
    await given.rung
  } finally {
    given.cancel()
  }
}

/** The key that those who are in a chat hold. */
export const keyOf = async (desk: ChatDesk, chat: string): Promise<SharedKey> => {
  const { participants, keys } = rowOf(desk, chat)
  if (participants.length === 0) fail('PROOF_INVALID', 'nobody has signed who is in this chat')
  const [newest] = keys
  if (newest && desk.keysGiven.willDo(placeOf(chat), newest, participants)) return newest
  await rekey(desk, chat)
  return rowOf(desk, chat).keys[0] ?? fail('REKEY_REQUIRED')
}
