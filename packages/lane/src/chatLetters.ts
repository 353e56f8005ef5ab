import {
  type ChatStatement,
  H,
  readChatProof,
  readMoment,
  signedContent,
  toBase64url,
  utf8Bytes,
} from '@sotto/protocol'
import { type ChatDesk, placeOf } from './chatKeys.ts'
import type { LaneEvent } from './events.ts'
import { fail } from './failure.ts'
import type { Opened } from './letterQueue.ts'
import { placeMessage } from './placeMessage.ts'
import { type Claims, isProof, signedAtS } from './proof.ts'
import { asList, asText } from './rest.ts'
import { isSigned, openFromChat, type SharedKey } from './sharedKey.ts'
import { formed, type JsonObject } from './strict.ts'

/** A new chat has no id yet when its key is made. */
export const newChat = 'chat'

/** A text that is signed by the proof beside it alone says no more than that says. */
const plainClaims = (body: string, statement: ChatStatement): Claims => ({
  iss: statement.sender,
  aud: placeOf(statement.chat),
  iat: signedAtS(formed(() => readMoment(statement.timestamp)) / 1000),
  // The same message has the same id, however often it is delivered.
  jti: toBase64url(H(utf8Bytes(signedContent(statement)))),
  body,
})

/** Who is in the chat the server alone says: what is signed there is read, and nothing is sealed for them. */
const unsignedInvitation = (
  { store, places }: ChatDesk,
  chat: string,
  from: string,
  key: SharedKey,
): Opened => {
  store.write(places.withKey(placeOf(chat), key))
  const event: LaneEvent = { kind: 'refused', from, place: { kind: 'chat', chat }, code: 'PROOF_INVALID' }
  return { events: [event], claims: null, rows: {} }
}

export const invitationArrived = async (desk: ChatDesk, payload: JsonObject): Promise<Opened> => {
  const { store, places, sealing, once } = desk
  const [chat, from] = [asText(payload['chat_id']), asText(payload['initiator'])]
  const participants = asList(payload['participants']).map(asText)
  const { claims, key } = await sealing.openedKey(payload['encrypted_key'], from, newChat)
  if (!claims) return unsignedInvitation(desk, chat, from, key)
  // Somebody whom the initiator did not name was put in by the server.
  if (participants.some((name) => !key.holders.includes(name))) fail('ENVELOPE_INVALID')
  once.check(claims)
  store.write(places.withKey(placeOf(chat), key, { participants }))
  const event: LaneEvent = { kind: 'invitation', chat, from, participants }
  return { events: [event], claims, rows: {} }
}

export const keyArrived = async (
  { store, places, sealing, once, keyCame }: ChatDesk,
  payload: JsonObject,
): Promise<Opened> => {
  const [chat, from] = [asText(payload['chat_id']), asText(payload['sender'])]
  const { claims, key } = await sealing.openedKey(payload['encrypted_key'], from, placeOf(chat))
  if (claims) once.check(claims)
  store.write(places.withKey(placeOf(chat), key, isSigned(key) ? { participants: key.holders } : {}))
  keyCame.ring()
  return { events: [], claims, rows: {} }
}

export const messageArrived = async (
  { ports, places, sealing, once }: ChatDesk,
  payload: JsonObject,
): Promise<Opened> => {
  const [chat, from] = [asText(payload['chat_id']), asText(payload['sender'])]
  const { encrypted_message: message, signature, signature_type: type, timestamp } = payload
  const statement = { chat, sender: from, timestamp: String(timestamp), message }
  const proof = formed(() => readChatProof(asText(signature), asText(type), statement))
  const text = await openFromChat(ports.cryptography, message, places.readingKeys(placeOf(chat)))
  const claims = isProof(text)
    ? await sealing.verified(text, from, placeOf(chat))
    : plainClaims(text, statement)
  await sealing.provenBy(from, proof)
  const event = placeMessage(sealing, { kind: 'chat', chat }, from, claims)
  once.check(claims)
  return { events: [event], claims, rows: {} }
}
