import { randomBytes } from 'node:crypto'
import { readChatMessage, readChatProof, readRecentMoment } from '@sotto/protocol'
import type { Clock, ServerLimits } from '../../configuration.ts'
import { keyEntriesFor } from '../envelope/keyEntries.ts'
import { inField, refuse } from '../failure.ts'
import type { JsonObject } from '../form/strictJson.ts'
import { type Hints, userTopic } from '../hints.ts'
import type { Mailbox } from '../mail/mailbox.ts'
import { type Outcome, outcomeOf } from '../mail/outcome.ts'
import type { ChatStore, OpenChat, OpenUser } from '../store.ts'
import { invite } from './invite.ts'

export interface Invitation {
  readonly participants: readonly OpenUser[]
  readonly keys: JsonObject | undefined
  /** What becomes of those who are away: they are told of it later, or left out of the telling. */
  readonly away: 'queue' | 'list'
}

export interface SignedMessage {
  readonly encrypted_message: unknown
  readonly signature: string
  readonly signature_type: string
  readonly timestamp: string
}

/** Invited sessions: one key, made by who invites, for exactly those who are named. */
export interface Chats {
  /**
   * Returns who was away; who has no room for an invitation is not invited.
   * @throws OpenRefusal `CLIENT_KEY_REQUIRED`, of the entries' form, `MAILBOX_FULL` where nobody has room
   */
  initiate(
    initiator: OpenUser,
    invitation: Invitation,
  ): Promise<Outcome & { readonly chat: OpenChat; readonly away: readonly string[] }>
  /** @throws OpenRefusal `CHAT_NOT_FOUND`: unknown and not invited look alike */
  join(user: OpenUser, id: string): Promise<OpenChat>
  leave(user: OpenUser, id: string): Promise<void>
  /** @throws OpenRefusal `REKEY_REQUIRED`, `CHAT_NOT_FOUND`, `MAILBOX_FULL`, of the message's form */
  send(user: OpenUser, id: string, sent: SignedMessage): Promise<Outcome & { readonly timeMs: number }>
  /** Gives a new key to all who are left. @throws OpenRefusal `REKEY_STALE`, `CLIENT_KEY_REQUIRED`, `CHAT_NOT_FOUND` */
  rekey(user: OpenUser, id: string, keys: JsonObject): Promise<Outcome & { readonly generation: number }>
}

interface Dependencies {
  readonly store: ChatStore
  readonly mailbox: Mailbox
  readonly hints: Hints
  readonly clock: Clock
  readonly limits: ServerLimits
  isOnline(user: number): boolean
  /** Whether somebody shows that he is there. */
  isVisible(name: string): Promise<boolean>
}

const chatIdBytes = 16
export const makeChats = (dependencies: Dependencies): Chats => {
  const { store, mailbox, hints, clock, limits, isOnline, isVisible } = dependencies
  const of = async (user: OpenUser, id: string): Promise<OpenChat> => {
    const chat = await store.chat(id)
    return chat?.participants.some((one) => one.id === user.id) ? chat : refuse('CHAT_NOT_FOUND')
  }

  /** Whoever writes takes part, whether or not he has said so. */
  const noteJoined = async ({ id, participants }: OpenChat, user: OpenUser): Promise<void> => {
    if (participants.some((one) => one.id === user.id && !one.hasJoined))
      await store.join(id, user.id, clock.nowMs())
  }

  const tellOthers = (chat: OpenChat, user: OpenUser, event: string, payload: unknown): void => {
    for (const { id } of chat.participants)
      if (id !== user.id) hints.publish(userTopic(id), { kind: 'event', event, payload })
  }

  return {
    initiate: async (initiator, { participants, keys, away: whenAway }) => {
      const named = new Map([initiator, ...participants].map((user) => [user.id, user]))
      if (named.size > limits.openParticipantsPerChatMax) refuse('ROOM_LIMIT')
      const guests = [...named.values()].filter(({ id }) => id !== initiator.id)
      const entries = keyEntriesFor(keys, [...named.values()], initiator.name)
      // Whoever hides his presence is away to all who ask.
      const isAway = guests.filter(({ id, presence }) => presence === 'hidden' || !isOnline(id))
      // Who is not told is not in it: nobody takes part without knowing.
      const told = whenAway === 'queue' ? guests : guests.filter((guest) => !isAway.includes(guest))
      const id = randomBytes(chatIdBytes).toString('hex')
      const full = await invite(dependencies, initiator, id, told, entries)
      const chat = (await store.chat(id)) ?? refuse('CHAT_NOT_FOUND')
      return { chat, away: isAway.map(({ name }) => name), ...outcomeOf(told, full) }
    },

    join: async (user, id) => {
      const chat = await of(user, id)
      await noteJoined(chat, user)
      // Who was invited takes part already: that he joins says that he is there, and nothing else.
      if (await isVisible(user.name))
        tellOthers(chat, user, 'user_joined', { username: user.name, chat_id: id })
      return chat
    },

    leave: async (user, id) => {
      const chat = await of(user, id)
      await store.leave(id, user.id)
      tellOthers(chat, user, 'user_left', { username: user.name, chat_id: id })
      tellOthers(chat, user, 'rekey_required', { chat_id: id, generation: chat.generation })
    },

    send: async (user, id, sent) => {
      const { encrypted_message: message, timestamp } = sent
      inField('encrypted_message', () => readChatMessage(message))
      inField('timestamp', () => readRecentMoment(timestamp, clock.nowMs()))
      const statement = { chat: id, sender: user.name, timestamp, message }
      inField('signature', () => readChatProof(sent.signature, sent.signature_type, statement))
      const chat = await of(user, id)
      if (chat.state === 'rekey') refuse('REKEY_REQUIRED')
      const payload = { chat_id: id, sender: user.name, ...sent }
      const full = await mailbox.post({
        sender: user,
        letters: chat.participants.map(({ id: recipient }) => ({
          recipient,
          event: 'new_message',
          payload,
        })),
      })
      await noteJoined(chat, user)
      return { timeMs: clock.nowMs(), ...outcomeOf(chat.participants, full) }
    },

    rekey: async (user, id, keys) => {
      const chat = await of(user, id)
      const entries = keyEntriesFor(keys, chat.participants, user.name)
      const generation = chat.generation + 1
      const told = chat.participants.filter(({ name }) => entries.has(name))
      const letters = told.map(({ id: recipient, name }) => ({
        recipient,
        event: 'rekeyed',
        payload: { chat_id: id, sender: user.name, generation, encrypted_key: entries.get(name) },
      }))
      const from = {
        generation: chat.generation,
        participants: chat.participants.map(({ id: participant }) => participant),
      }
      const { kind, full } = await mailbox.postBy({ sender: user, letters }, async (post) => {
        const outcome = await store.rekey(id, from, post)
        return outcome === 'late' ? refuse('REKEY_STALE') : outcome
      })
      // As it was before: who has left must not read on because nobody could be given another key.
      if (kind === 'full') refuse('MAILBOX_FULL')
      return { generation, ...outcomeOf(told, full) }
    },
  }
}
