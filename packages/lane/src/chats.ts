import {
  type ChatStatement,
  H,
  readChatProof,
  readMoment,
  signedContent,
  toBase64url,
  utf8Bytes,
  writeMoment,
} from '@sotto/protocol'
import { makeBell } from './bell.ts'
import type { LaneEvent } from './events.ts'
import { fail, LaneError } from './failure.ts'
import type { PublicKeys } from './keys.ts'
import type { Opened } from './letterQueue.ts'
import type { Once } from './once.ts'
import type { LanePorts } from './ports/index.ts'
import type { Pins } from './pins.ts'
import type { PlaceKey, Places } from './places.ts'
import { makeKeysGiven } from './keyGiven.ts'
import { type Identity, signatureAlgorithmFor } from './keys.ts'
import { type Claims, isProof, signedAtS, textOf } from './proof.ts'
import { asList, asText, fullIn } from './rest.ts'
import type { Sealing } from './sealing.ts'
import { isSigned, openFromChat, sealForChat, type SharedKey } from './sharedKey.ts'
import type { LaneStore } from './ports/store.ts'
import { formed, type JsonObject } from './strict.ts'
import type { Wire } from './wire.ts'

/** Invited sessions: one key, made by who invites, for exactly those who are named; a new one when somebody leaves. */
export interface Chats {
  /** @returns the chat, who of them was away and is told when he comes, and whose mailbox has no room: he is not in it */
  start(
    participants: readonly string[],
  ): Promise<{ readonly chat: string; readonly offline: readonly string[]; readonly full: readonly string[] }>
  /** Says that one is there. */
  join(chat: string): Promise<void>
  leave(chat: string): Promise<void>
  /** @returns who does not get it, because his mailbox has no room */
  send(chat: string, text: string): Promise<{ readonly full: readonly string[] }>
  participants(chat: string): readonly string[]
  heard(event: string, payload: JsonObject): void
  /** Somebody may have left these chats without our being told: who is there is asked for where we are in them. */
  catchUpWith(chats: readonly string[]): Promise<void>
  invitationArrived(payload: JsonObject): Promise<Opened>
  keyArrived(payload: JsonObject): Promise<Opened>
  messageArrived(payload: JsonObject): Promise<Opened>
}

interface Dependencies {
  readonly ports: LanePorts
  readonly wire: Wire
  readonly store: LaneStore
  readonly places: Places
  readonly sealing: Sealing
  readonly identity: Identity
  readonly pins: Pins
  readonly once: Once
}

/** A new chat has no id yet when its key is made. */
const newChat = 'chat'
const attemptsMax = 4
const keyWaitMs = 10_000

const placeOf = (chat: string): PlaceKey => `chat:${chat}`

/** A text that is signed by the proof beside it alone says no more than that says. */
const plainClaims = (body: string, statement: ChatStatement): Claims => ({
  iss: statement.sender,
  aud: placeOf(statement.chat),
  iat: signedAtS(formed(() => readMoment(statement.timestamp)) / 1000),
  // The same message has the same id, however often it is delivered.
  jti: toBase64url(H(utf8Bytes(signedContent(statement)))),
  body,
})

export const makeChats = (dependencies: Dependencies): Chats => {
  const { ports, wire, store, places, sealing, identity, pins, once } = dependencies
  const { clock, cryptography } = ports
  const keysGiven = makeKeysGiven(clock.nowMs)
  /** Rings when somebody has given a key. */
  const keyCame = makeBell(clock)

  const rowOf = (chat: string) => places.get(placeOf(chat)) ?? fail('CHAT_NOT_FOUND')

  const keysOf = async (names: readonly string[]): Promise<ReadonlyMap<string, PublicKeys>> => {
    const others = names.filter((name) => name !== sealing.name)
    return new Map(await Promise.all(others.map(async (name) => [name, await pins.keysOf(name)] as const)))
  }

  const rekey = async (chat: string): Promise<void> => {
    const { participants } = rowOf(chat)
    const { claims, key, envelope } = await sealing.newKey(placeOf(chat), await keysOf(participants))
    const given = keyCame.listen(clock.nowMs() + keyWaitMs)
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

  const join = async (chat: string): Promise<void> => {
    await wire.ask('join_chat', { chat_id: chat })
  }

  const keyOf = async (chat: string): Promise<SharedKey> => {
    const { participants, keys } = rowOf(chat)
    if (participants.length === 0) fail('PROOF_INVALID', 'nobody has signed who is in this chat')
    const [newest] = keys
    if (newest && keysGiven.willDo(placeOf(chat), newest, participants)) return newest
    await rekey(chat)
    return rowOf(chat).keys[0] ?? fail('REKEY_REQUIRED')
  }

  const sendOnce = async (chat: string, jws: string): Promise<{ readonly full: readonly string[] }> => {
    const message = await sealForChat(cryptography, jws, await keyOf(chat))
    const timestamp = writeMoment(clock.nowMs())
    const statement = { chat, sender: sealing.name, timestamp, message }
    const answer = await wire.ask('send_message', {
      chat_id: chat,
      encrypted_message: message,
      signature: await sealing.signedBeside(signedContent(statement)),
      signature_type: signatureAlgorithmFor(identity.signing ?? identity.receiving),
      timestamp,
    })
    return { full: fullIn(answer) }
  }

  const left = (chat: string, name: string): void => {
    const row = places.get(placeOf(chat))
    if (!row) return
    const participants = row.participants.filter((one) => one !== name)
    store.write(places.changed(placeOf(chat), { participants }))
  }

  /** Nobody comes into a chat that has begun, so whom the server names beside those who were invited is not believed. */
  const stillThere = (chat: string, told: unknown): readonly string[] => {
    const names = asList(told)
    return rowOf(chat).participants.filter((name) => names.includes(name))
  }

  /** Who is in the chat the server alone says: what is signed there is read, and nothing is sealed for them. */
  const unsignedInvitation = (chat: string, from: string, key: SharedKey): Opened => {
    store.write(places.withKey(placeOf(chat), key))
    const event: LaneEvent = { kind: 'refused', from, place: { kind: 'chat', chat }, code: 'PROOF_INVALID' }
    return { events: [event], claims: null, rows: {} }
  }

  return {
    start: async (participants) => {
      const made = await sealing.newKey(newChat, await keysOf(participants))
      const answer = await wire.ask('initiate_chat', { participants, keys: made.envelope, queue: true })
      const chat = asText(answer['chat_id'])
      const names = asList(answer['participants']).map(asText)
      store.write({
        ...places.withKey(placeOf(chat), made.key, { participants: names }),
        ...once.rowsOf(made.claims),
      })
      return { chat, offline: asList(answer['offline']).map(asText), full: fullIn(answer) }
    },
    join,
    leave: async (chat) => {
      await wire.ask('leave_chat', { chat_id: chat })
      store.write(places.gone(placeOf(chat)))
    },
    send: async (chat, text) => {
      const jws = await sealing.signed(sealing.claims(placeOf(chat), text))
      for (let attempt = 1; ; attempt++)
        try {
          return await sendOnce(chat, jws)
        } catch (error) {
          const mayTryAgain =
            error instanceof LaneError && error.code === 'REKEY_REQUIRED' && attempt < attemptsMax
          if (!mayTryAgain) throw error
          // Who has left while we were away is not among those who are there.
          await join(chat)
          await rekey(chat)
        }
    },
    participants: (chat) => rowOf(chat).participants,
    catchUpWith: async (missed) => {
      const ours = missed.filter((chat) => places.get(placeOf(chat)))
      await Promise.allSettled(ours.map(join))
    },
    heard: (event, payload) => {
      const { chat_id: chat, username, participants } = payload
      if (typeof chat !== 'string') return
      if (event === 'user_left' && typeof username === 'string') left(chat, username)
      if (event === 'joined_chat' && places.get(placeOf(chat)))
        store.write(places.changed(placeOf(chat), { participants: stillThere(chat, participants) }))
    },

    invitationArrived: async (payload) => {
      const [chat, from] = [asText(payload['chat_id']), asText(payload['initiator'])]
      const participants = asList(payload['participants']).map(asText)
      const { claims, key } = await sealing.openedKey(payload['encrypted_key'], from, newChat)
      if (!claims) return unsignedInvitation(chat, from, key)
      // Somebody whom the initiator did not name was put in by the server.
      if (participants.some((name) => !key.holders.includes(name))) fail('ENVELOPE_INVALID')
      once.check(claims)
      store.write(places.withKey(placeOf(chat), key, { participants }))
      const event: LaneEvent = { kind: 'invitation', chat, from, participants }
      return { events: [event], claims, rows: {} }
    },
    keyArrived: async (payload) => {
      const [chat, from] = [asText(payload['chat_id']), asText(payload['sender'])]
      const { claims, key } = await sealing.openedKey(payload['encrypted_key'], from, placeOf(chat))
      if (claims) once.check(claims)
      store.write(places.withKey(placeOf(chat), key, isSigned(key) ? { participants: key.holders } : {}))
      keyCame.ring()
      return { events: [], claims, rows: {} }
    },
    messageArrived: async (payload) => {
      const [chat, from] = [asText(payload['chat_id']), asText(payload['sender'])]
      const { encrypted_message: message, signature, signature_type: type, timestamp } = payload
      const statement = { chat, sender: from, timestamp: String(timestamp), message }
      const proof = formed(() => readChatProof(asText(signature), asText(type), statement))
      const text = await openFromChat(cryptography, message, places.readingKeys(placeOf(chat)))
      const claims = isProof(text)
        ? await sealing.verified(text, from, placeOf(chat))
        : plainClaims(text, statement)
      await sealing.provenBy(from, proof)
      const said = textOf(claims)
      once.check(claims)
      const event: LaneEvent = {
        kind: 'place_message',
        place: { kind: 'chat', chat },
        from,
        own: from === sealing.name,
        id: claims.jti,
        timeMs: claims.iat * 1000,
        text: said,
      }
      return { events: [event], claims, rows: {} }
    },
  }
}
