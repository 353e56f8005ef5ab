import { signedContent, writeMoment } from '@sotto/protocol'
import {
  type ChatDependencies,
  type ChatDesk,
  chatDeskOf,
  keyOf,
  keysOf,
  placeOf,
  rekey,
  rowOf,
} from './chatKeys.ts'
import { invitationArrived, keyArrived, messageArrived, newChat } from './chatLetters.ts'
import { LaneError } from './failure.ts'
import { signatureAlgorithmFor } from './keys.ts'
import type { Opened } from './letterQueue.ts'
import { asList, asText, fullIn } from './rest.ts'
import { sealForChat } from './sharedKey.ts'
import type { JsonObject } from './strict.ts'

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

const attemptsMax = 4

const start = async (desk: ChatDesk, participants: readonly string[]): ReturnType<Chats['start']> => {
  const { wire, store, places, sealing, once } = desk
  const made = await sealing.newKey(newChat, await keysOf(desk, participants))
  const answer = await wire.ask('initiate_chat', { participants, keys: made.envelope, queue: true })
  const chat = asText(answer['chat_id'])
  const names = asList(answer['participants']).map(asText)
  store.write({
    ...places.withKey(placeOf(chat), made.key, { participants: names }),
    ...once.rowsOf(made.claims),
  })
  return { chat, offline: asList(answer['offline']).map(asText), full: fullIn(answer) }
}

const join = async ({ wire }: ChatDesk, chat: string): Promise<void> => {
  await wire.ask('join_chat', { chat_id: chat })
}

const leave = async ({ wire, store, places }: ChatDesk, chat: string): Promise<void> => {
  await wire.ask('leave_chat', { chat_id: chat })
  store.write(places.gone(placeOf(chat)))
}

const sendOnce = async (desk: ChatDesk, chat: string, jws: string): ReturnType<Chats['send']> => {
  const { ports, wire, sealing, identity } = desk
  const message = await sealForChat(ports.cryptography, jws, await keyOf(desk, chat))
  const timestamp = writeMoment(ports.clock.nowMs())
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

const send = async (desk: ChatDesk, chat: string, text: string): ReturnType<Chats['send']> => {
  const { sealing } = desk
  const jws = await sealing.signed(sealing.claims(placeOf(chat), text))
  for (let attempt = 1; ; attempt++)
    try {
      return await sendOnce(desk, chat, jws)
    } catch (error) {
      const mayTryAgain =
        error instanceof LaneError && error.code === 'REKEY_REQUIRED' && attempt < attemptsMax
      if (!mayTryAgain) throw error
      // Who has left while we were away is not among those who are there.
      await join(desk, chat)
      await rekey(desk, chat)
    }
}

const left = ({ store, places }: ChatDesk, chat: string, name: string): void => {
  const row = places.get(placeOf(chat))
  if (!row) return
  const participants = row.participants.filter((one) => one !== name)
  store.write(places.changed(placeOf(chat), { participants }))
}

/** Nobody comes into a chat that has begun, so whom the server names beside those who were invited is not believed. */
const stillThere = (desk: ChatDesk, chat: string, told: unknown): readonly string[] => {
  const names = asList(told)
  return rowOf(desk, chat).participants.filter((name) => names.includes(name))
}

const heard = (desk: ChatDesk, event: string, payload: JsonObject): void => {
  const { store, places } = desk
  const { chat_id: chat, username, participants } = payload
  if (typeof chat !== 'string') return
  if (event === 'user_left' && typeof username === 'string') left(desk, chat, username)
  if (event === 'joined_chat' && places.get(placeOf(chat)))
    store.write(places.changed(placeOf(chat), { participants: stillThere(desk, chat, participants) }))
}

export const makeChats = (dependencies: ChatDependencies): Chats => {
  const desk = chatDeskOf(dependencies)
  return {
    start: (participants) => start(desk, participants),
    join: (chat) => join(desk, chat),
    leave: (chat) => leave(desk, chat),
    send: (chat, text) => send(desk, chat, text),
    participants: (chat) => rowOf(desk, chat).participants,
    heard: (event, payload) => heard(desk, event, payload),
    catchUpWith: async (missed) => {
      const ours = missed.filter((chat) => desk.places.get(placeOf(chat)))
      await Promise.allSettled(ours.map((chat) => join(desk, chat)))
    },
    invitationArrived: (payload) => invitationArrived(desk, payload),
    keyArrived: (payload) => keyArrived(desk, payload),
    messageArrived: (payload) => messageArrived(desk, payload),
  }
}
