import { isPlaintext, readEnvelope, readRecentMoment } from '@sotto/protocol'
import type { Clock, ServerLimits } from '../../configuration.ts'
import type { People } from '../accounts/people.ts'
import { needScope, type OpenCaller } from '../accounts/sessions.ts'
import type { Chats } from '../chats/chats.ts'
import { type OpenEvent, openEvents as e, replacedEvents } from '../events.ts'
import { inField, ofFields, openFailureBody, OpenRefusal, refuse, type RefusalDetail } from '../failure.ts'
import { isJsonObject, type JsonObject } from '../form/strictJson.ts'
import { checkIdentity } from '../identity.ts'
import type { Mailbox } from '../mail/mailbox.ts'
import type { OpenRoom } from '../store.ts'
import type { Presence } from '../presence.ts'
import type { Rooms } from '../rooms/rooms.ts'

/** What answers an event: who sent it, what goes back to his socket alone, and what acknowledges it. */
export interface Asked {
  readonly caller: OpenCaller
  reply(event: string, payload: unknown): void
}

export type Acknowledged = Readonly<Record<string, unknown>>

interface Handler {
  // oxlint-disable-next-line typescript/no-explicit-any -- the event's own input flows through `on`
  readonly event: OpenEvent<any>
  handle(input: unknown, asked: Asked): Promise<Acknowledged>
}

export type Dispatch = (event: string, payload: unknown, asked: Asked) => Promise<Acknowledged>

interface Dependencies {
  readonly rooms: Rooms
  readonly chats: Chats
  readonly people: People
  readonly mailbox: Mailbox
  readonly presence: Pick<Presence, 'say'>
  readonly clock: Clock
  readonly limits: ServerLimits
}

const on = <Input>(
  event: OpenEvent<Input>,
  handle: (input: Input, asked: Asked) => Promise<Acknowledged>,
): Handler => ({ event, handle })

/** Fields that say who somebody is, in whatever event they stand. */
const identityFields = ['username', 'sender', 'initiator'] as const

const contentEvents: ReadonlySet<string> = new Set(['message', 'send_message'])

/** A text, or a field with one, where ciphertext belongs. */
const looksPlain = (payload: unknown, known: JsonObject): boolean =>
  typeof payload === 'string' ||
  (isJsonObject(payload) &&
    isPlaintext(Object.fromEntries(Object.entries(payload).filter(([name]) => !Object.hasOwn(known, name)))))

const propertiesOf = ({ input }: OpenEvent<unknown>): JsonObject => input.schema['properties'] as JsonObject

const chosen = (dialects: readonly Handler[], payload: unknown): Handler | undefined =>
  dialects.find(
    ({ event: { toldBy } }) => toldBy === null || (isJsonObject(payload) && Object.hasOwn(payload, toldBy)),
  )

/** What is missing where a payload is of none of the dialects. */
const placeless = ([first]: readonly Handler[]): RefusalDetail => {
  const field = first?.event.toldBy
  return field === null || field === undefined ? {} : { field, fault: 'missing' }
}

/** What is answered with a page of history. */
export const historyEvents: ReadonlySet<string> = new Set(
  [e.joinRoom, e.joinRoomByName, e.roomHistory].map(({ event }) => event),
)

const none: Acknowledged = {}

const handlersOf = (dependencies: Dependencies): readonly Handler[] => {
  const { rooms, chats, people, mailbox, presence, clock, limits } = dependencies

  /** What a message says of its time beside what is sealed: nobody goes by it, and nobody is to be wrong about it. */
  const checkTime = (timestamp: string | undefined): void => {
    if (timestamp !== undefined) inField('timestamp', () => readRecentMoment(timestamp, clock.nowMs()))
  }

  const giveHistory = async (
    room: OpenRoom | { readonly id: number },
    page: { readonly before?: number; readonly limit?: number },
    { caller, reply }: Asked,
  ): Promise<void> => {
    const before = page.before ?? Number.MAX_SAFE_INTEGER
    const countMax = page.limit ?? limits.openHistoryMessagesMax
    const messages = await rooms.history(caller.user, room.id, before, countMax)
    reply('room_history', { room_id: room.id, messages })
  }

  const join = async (
    id: number,
    page: { readonly before?: number; readonly limit?: number },
    asked: Asked,
  ): Promise<Acknowledged> => {
    const room = await rooms.join(asked.caller.user, id)
    asked.reply('joined_room', {
      room_id: id,
      room_name: room.name,
      kind: 'classic',
      message: `You are in ${room.name}`,
      key_request: { event: e.requestKey.event, payload: { room_id: id } },
    })
    if (asked.caller.scopes.includes('read')) await giveHistory(room, page, asked)
    return { room_id: id }
  }

  return [
    on(e.joinRoom, ({ room_id, ...page }, asked) => join(room_id, page, asked)),
    on(e.joinRoomByName, async ({ room: name, ...page }, asked) =>
      join((await rooms.namedOrNew(asked.caller.user, name)).id, page, asked),
    ),
    on(e.roomHistory, async ({ room_id, ...page }, asked) => {
      await giveHistory({ id: room_id }, page, asked)
      return none
    }),
    on(e.requestKey, async ({ room_id }, { caller }) => ({
      asked: await rooms.requestKey(caller.user, room_id),
    })),
    on(e.leaveRoom, async ({ room_id }, { caller, reply }) => {
      const { name } = await rooms.leave(caller.user, room_id)
      reply('left_room', { room_id, room_name: name, message: `You have left ${name}` })
      return none
    }),
    on(e.sendToRoom, async (input, { caller }) => {
      checkTime(input.timestamp)
      const { id, timeMs } = await rooms.send(caller.user, input.room_id, {
        content: input.encrypted_content,
        iv: input.iv,
        messageHash: input.message_hash ?? '',
        keyId: input.key_id,
      })
      return { id, timestamp: new Date(timeMs).toISOString() }
    }),
    on(e.sendToChat, async ({ chat_id, encrypted_message, signature, signature_type, timestamp }, asked) => {
      const sent = { encrypted_message, signature, signature_type, timestamp }
      const { timeMs, ...outcome } = await chats.send(asked.caller.user, chat_id, sent)
      return { timestamp: new Date(timeMs).toISOString(), ...outcome }
    }),
    on(e.message, async ({ recipient, encrypted_payload, timestamp }, { caller }) => {
      checkTime(timestamp)
      inField('encrypted_payload', () => readEnvelope(encrypted_payload))
      const { id } = await people.named(recipient)
      const payload = { sender: caller.user.name, encrypted_payload }
      await mailbox.post({ sender: caller.user, letters: [{ recipient: id, event: 'message', payload }] })
      return { timestamp: new Date(clock.nowMs()).toISOString() }
    }),

    on(e.join, async (_input, { caller }) => (presence.say('user_joined', caller.user), none)),
    on(e.leave, async (_input, { caller }) => (presence.say('user_left', caller.user), none)),
    on(e.userLogin, async (_input, { caller }) => (presence.say('user_online', caller.user), none)),

    on(e.initiateChat, async ({ participants, keys, queue }, { caller, reply }) => {
      const { chat, away, full } = await chats.initiate(caller.user, {
        participants: await people.allNamed(participants),
        keys,
        away: queue ? 'queue' : 'list',
      })
      const names = chat.participants.map(({ name }) => name)
      reply('joined_chat', { chat_id: chat.id, participants: names })
      if (away.length > 0 && !queue) {
        const left = new OpenRefusal('USERS_OFFLINE', { offlineUsers: away })
        reply('chat_error', { ...openFailureBody(left, clock.nowMs()), chat_id: chat.id })
      }
      return { chat_id: chat.id, participants: names, offline: away, full }
    }),
    on(e.joinChat, async ({ chat_id }, { caller, reply }) => {
      const { participants } = await chats.join(caller.user, chat_id)
      reply('joined_chat', { chat_id, participants: participants.map(({ name }) => name) })
      return none
    }),
    on(e.leaveChat, async ({ chat_id }, { caller, reply }) => {
      await chats.leave(caller.user, chat_id)
      reply('left_chat', { chat_id })
      return none
    }),
    on(e.rekeyChat, async ({ chat_id, keys }, { caller }) => ({
      ...(await chats.rekey(caller.user, chat_id, keys)),
    })),
    on(e.rekeyRoom, async ({ room_id, keys }, { caller }) => ({
      ...(await rooms.rekey(caller.user, room_id, keys)),
    })),
  ]
}

/** @throws OpenRefusal `EVENT_REPLACED`, `EVENT_UNKNOWN` */
const refuseEvent = (name: string): never => {
  const instead = Object.hasOwn(replacedEvents, name) ? replacedEvents[name] : undefined
  if (instead !== undefined) throw new OpenRefusal('EVENT_REPLACED', { instead })
  return refuse('EVENT_UNKNOWN')
}

/** Finds the dialect of an event by the shape of its payload, checks who says he sent it, and has it answered. */
export const makeDispatch = (dependencies: Dependencies): Dispatch => {
  const handlers = Map.groupBy(handlersOf(dependencies), ({ event }) => event.event)
  return async (name, payload, asked) => {
    const dialects = handlers.get(name) ?? refuseEvent(name)
    const handler = chosen(dialects, payload)
    const known = handler ? propertiesOf(handler.event) : {}
    if (contentEvents.has(name) && looksPlain(payload, known)) refuse('PLAINTEXT_REFUSED')
    if (!handler) throw new OpenRefusal('PAYLOAD_INVALID', placeless(dialects))
    needScope(asked.caller, handler.event.scope)
    const input = handler.event.input.read(payload ?? {}) as JsonObject
    for (const field of identityFields)
      inField(field, () => checkIdentity(input[field] as string | undefined, asked.caller.user.name))
    try {
      return await handler.handle(input, asked)
    } catch (error) {
      throw ofFields(error, Object.keys(known))
    }
  }
}
