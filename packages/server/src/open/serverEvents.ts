import { limits } from '@sotto/protocol'
import { openEvents } from './events.ts'
import { chatId, envelope, messageId, sealedText, timestamp, username } from './fields.ts'
import {
  described,
  integer,
  type JsonSchema,
  list,
  object,
  oneOf,
  optional,
  type Shape,
  text,
} from './form/shape.ts'

const schemaOf = (shape: Shape<unknown>): JsonSchema => shape.schema

const roomMessage = object({
  id: messageId,
  room_id: messageId,
  username,
  sender: username,
  encrypted_content: sealedText('as it was sent'),
  iv: text(128),
  message_hash: text(128),
  timestamp,
})

const place = { room_id: optional(messageId), chat_id: optional(chatId) } as const
const presence = schemaOf(object({ username, ...place }))
const generation = integer(0, Number.MAX_SAFE_INTEGER)

const failure = {
  error: text(400),
  message: text(400),
  code: text(40),
  timestamp,
  success: oneOf(false),
  field: optional(text(64)),
  retry_after_ms: optional(integer(0, Number.MAX_SAFE_INTEGER)),
  scope: optional(oneOf('account', 'hook', 'room', 'server')),
  reason: optional(text(20)),
  instead: optional(text(400)),
} as const

const offlineUsers = list(username, 0, limits.openParticipantsPerChatMax)

const keyRequest = described(
  object({ event: oneOf('request_key'), payload: object({ room_id: messageId }) }),
  'what to send for the key of the room, where one has none',
)

/** Every event that the server sends: one schema for each dialect. */
export const serverEvents: Readonly<Record<string, readonly JsonSchema[]>> = {
  connected: [schemaOf(object({ message: text(80) }))],
  error: [schemaOf(object(failure))],
  chat_error: [
    schemaOf(object({ ...failure, offline_users: optional(offlineUsers), chat_id: optional(chatId) })),
  ],
  system_message: [schemaOf(object({ message: text(200), code: oneOf('SERVER_CLOSING'), timestamp }))],
  joined_room: [
    schemaOf(
      object({
        room_id: messageId,
        room_name: text(80),
        kind: oneOf('classic'),
        message: text(200),
        key_request: keyRequest,
      }),
    ),
  ],
  key_requested: [schemaOf(object({ room_id: messageId, username }))],
  left_room: [schemaOf(object({ room_id: messageId, room_name: text(80), message: text(200) }))],
  room_history: [
    schemaOf(object({ room_id: messageId, messages: list(roomMessage, 0, limits.openHistoryMessagesMax) })),
  ],
  behind: [
    schemaOf(
      object({
        rooms: list(messageId, 0, limits.openListedMax),
        chats: list(chatId, 0, limits.openListedMax),
      }),
    ),
  ],
  new_message: [schemaOf(roomMessage), { ...openEvents.sendToChat.input.schema }],
  message: [schemaOf(object({ sender: username, encrypted_payload: envelope }))],
  user_joined: [presence],
  user_left: [presence],
  user_online: [presence],
  user_offline: [presence],
  chat_invitation: [
    schemaOf(
      object({
        chat_id: chatId,
        initiator: username,
        participants: list(username, 1, limits.openParticipantsPerChatMax),
        encrypted_key: envelope,
      }),
    ),
  ],
  joined_chat: [schemaOf(object({ chat_id: chatId, participants: list(username, 1, 100) }))],
  left_chat: [schemaOf(object({ chat_id: chatId }))],
  rekey_required: [schemaOf(object({ ...place, generation }))],
  rekeyed: [schemaOf(object({ ...place, sender: username, generation, encrypted_key: envelope }))],
}

const names = schemaOf(list(username, 0, limits.openMembersPerRoomMax))

/** What the acknowledgement of an event holds. */
export const acknowledgement: JsonSchema = {
  anyOf: [
    {
      type: 'object',
      properties: {
        ok: { const: true },
        id: { type: 'integer' },
        timestamp: timestamp.schema,
        delivered: names,
        full: names,
        asked: names,
      },
    },
    schemaOf(object({ ok: oneOf(false), ...failure })),
  ],
}
