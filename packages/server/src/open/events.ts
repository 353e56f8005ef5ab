import { limits, signatureForms, signatureTypes } from '@sotto/protocol'
import type { Scope } from './accounts/scope.ts'
import type { OpenCode } from './failure.ts'
import {
  chatId,
  chatMessage,
  envelope,
  keyEntries,
  messageId,
  ownName,
  roomId,
  saidTime,
  sealedText,
  senderTime,
  username,
} from './fields.ts'
import { boolean, integer, list, object, optional, type Shape, text } from './form/shape.ts'

/** One thing that a client can send, as data. Two with the same event are told apart by the shape of the payload. */
export interface OpenEvent<Input> {
  readonly name: string
  readonly event: string
  /** The field that only this dialect of the event has; null where the event has one dialect. */
  readonly toldBy: string | null
  readonly input: Shape<Input>
  readonly scope: Scope
  readonly codes: readonly OpenCode[]
  readonly summary: string
}

const describe = <Input>(event: OpenEvent<Input>): OpenEvent<Input> => event

const page = {
  before: optional(messageId),
  limit: optional(integer(1, limits.openHistoryMessagesMax)),
} as const

const own = object({ username: ownName })

/** Every event that a client can send. */
export const openEvents = {
  joinRoom: describe({
    name: 'joinRoom',
    event: 'join_room',
    toldBy: 'room_id',
    input: object({ room_id: roomId, username: ownName, ...page }),
    scope: 'rooms',
    codes: ['ROOM_NOT_FOUND', 'ROOM_LIMIT', 'QUOTA'],
    summary: 'Joins a room; answered by `joined_room` and `room_history`.',
  }),
  joinRoomByName: describe({
    name: 'joinRoomByName',
    event: 'join_room',
    toldBy: 'room',
    input: object({ room: text(400), username: ownName, ...page }),
    scope: 'rooms',
    codes: ['NAME_REQUIRED', 'NAME_INVALID', 'ROOM_EXISTS', 'ROOM_LIMIT', 'QUOTA'],
    summary: 'Joins the public room of that name, made if there is none.',
  }),
  roomHistory: describe({
    name: 'roomHistory',
    event: 'room_history',
    toldBy: null,
    input: object({ room_id: roomId, ...page }),
    scope: 'read',
    codes: ['ROOM_NOT_FOUND', 'NOT_MEMBER'],
    summary: 'Older messages; answered by `room_history`.',
  }),
  requestKey: describe({
    name: 'requestKey',
    event: 'request_key',
    toldBy: null,
    input: object({ room_id: roomId, username: ownName }),
    scope: 'rooms',
    codes: ['ROOM_NOT_FOUND', 'NOT_MEMBER'],
    summary:
      'Asks one member who is there for the key of a room: he gets `key_requested`, and who is asked stands in `asked`. Whoever answers gives a key to all with `rekey`; ask again and it may be another.',
  }),
  leaveRoom: describe({
    name: 'leaveRoom',
    event: 'leave_room',
    toldBy: null,
    input: object({ room_id: roomId, username: ownName }),
    scope: 'rooms',
    codes: ['ROOM_NOT_FOUND', 'NOT_MEMBER'],
    summary: 'Leaves a room; answered by `left_room`. The others get `user_left` and `rekey_required`.',
  }),
  sendToRoom: describe({
    name: 'sendToRoom',
    event: 'send_message',
    toldBy: 'room_id',
    input: object({
      room_id: roomId,
      encrypted_content: sealedText('JSON array of bytes: AES-256-GCM ciphertext with its tag appended'),
      iv: text(128, { description: 'JSON array of 12 bytes, used once with a key' }),
      message_hash: optional(text(128, { description: 'empty, or hex SHA-256 of iv and ciphertext' })),
      key_id: optional(
        text(64, { description: 'names the key; by default the one since somebody last left' }),
      ),
      timestamp: optional(saidTime),
      username: ownName,
      sender: ownName,
    }),
    scope: 'send',
    codes: [
      'ROOM_NOT_FOUND',
      'NOT_MEMBER',
      'IV_REUSED',
      'MESSAGE_HASH_PLAINTEXT',
      'UNAUTHENTICATED_ENCRYPTION',
      'PLAINTEXT_REFUSED',
      'QUOTA',
      'PAYLOAD_TOO_LARGE',
    ],
    summary: 'Sends into a classic room; every member gets `new_message`.',
  }),
  sendToChat: describe({
    name: 'sendToChat',
    event: 'send_message',
    toldBy: 'chat_id',
    input: object({
      chat_id: chatId,
      encrypted_message: chatMessage,
      signature: text(limits.openEnvelopeCharactersMax, {
        description: signatureForms.map(({ says }) => says).join('; or '),
      }),
      signature_type: text(16, { description: Object.keys(signatureTypes).join(', ') }),
      timestamp: senderTime,
      sender: ownName,
      username: ownName,
    }),
    scope: 'send',
    codes: [
      'CHAT_NOT_FOUND',
      'REKEY_REQUIRED',
      'ALG_WITHDRAWN',
      'UNAUTHENTICATED_ENCRYPTION',
      'PLAINTEXT_REFUSED',
      'MAILBOX_FULL',
      'QUOTA',
      'PAYLOAD_TOO_LARGE',
    ],
    summary:
      'Sends into a chat; every participant gets `new_message`, later if he is away; the acknowledgement names in `full` who has no room for it.',
  }),
  message: describe({
    name: 'message',
    event: 'message',
    toldBy: null,
    input: object({
      sender: ownName,
      recipient: username,
      encrypted_payload: envelope,
      timestamp: optional(saidTime),
    }),
    scope: 'send',
    codes: [
      'USER_NOT_FOUND',
      'ALG_WITHDRAWN',
      'UNAUTHENTICATED_ENCRYPTION',
      'PLAINTEXT_REFUSED',
      'MAILBOX_FULL',
      'QUOTA',
      'PAYLOAD_TOO_LARGE',
    ],
    summary: 'Sends an envelope to one recipient, who gets `message`, later if he is away.',
  }),
  join: describe({
    name: 'join',
    event: 'join',
    toldBy: null,
    input: own,
    scope: 'read',
    codes: [],
    summary: 'Who shares a room or a chat gets `user_joined`.',
  }),
  leave: describe({
    name: 'leave',
    event: 'leave',
    toldBy: null,
    input: own,
    scope: 'read',
    codes: [],
    summary: 'Who shares a room or a chat gets `user_left`.',
  }),
  userLogin: describe({
    name: 'userLogin',
    event: 'user_login',
    toldBy: null,
    input: own,
    scope: 'read',
    codes: [],
    summary: 'Who shares a room or a chat gets `user_online`.',
  }),
  initiateChat: describe({
    name: 'initiateChat',
    event: 'initiate_chat',
    toldBy: null,
    input: object({
      initiator: ownName,
      participants: list(username, 1, limits.openParticipantsPerChatMax),
      keys: optional(keyEntries),
      queue: optional(boolean),
    }),
    scope: 'rooms',
    codes: [
      'CLIENT_KEY_REQUIRED',
      'USER_NOT_FOUND',
      'USERS_OFFLINE',
      'ALG_WITHDRAWN',
      'MAILBOX_FULL',
      'QUOTA',
      'ROOM_LIMIT',
    ],
    summary:
      'Invites to a chat under a key that the initiator made, who gets `joined_chat`; each other gets `chat_invitation`; who is named in `full` has no room for it and is not invited. Who is away and is not told later is named in `offline`, and in `chat_error` with `offline_users`.',
  }),
  joinChat: describe({
    name: 'joinChat',
    event: 'join_chat',
    toldBy: null,
    input: object({ chat_id: chatId, username: ownName }),
    scope: 'rooms',
    codes: ['CHAT_NOT_FOUND'],
    summary: 'Says that one is there; answered by `joined_chat`, the others get `user_joined`.',
  }),
  leaveChat: describe({
    name: 'leaveChat',
    event: 'leave_chat',
    toldBy: null,
    input: object({ chat_id: chatId, username: ownName }),
    scope: 'rooms',
    codes: ['CHAT_NOT_FOUND'],
    summary: 'Leaves; answered by `left_chat`. The others must give out a new key before they go on.',
  }),
  rekeyChat: describe({
    name: 'rekeyChat',
    event: 'rekey',
    toldBy: 'chat_id',
    input: object({ chat_id: chatId, keys: keyEntries, sender: ownName }),
    scope: 'rooms',
    codes: ['CHAT_NOT_FOUND', 'CLIENT_KEY_REQUIRED', 'REKEY_STALE', 'MAILBOX_FULL', 'QUOTA'],
    summary:
      'Gives a new key to those who are left; each gets `rekeyed` with his own entry, but those whom the acknowledgement names in `full`.',
  }),
  rekeyRoom: describe({
    name: 'rekeyRoom',
    event: 'rekey',
    toldBy: 'room_id',
    input: object({ room_id: roomId, keys: keyEntries, sender: ownName }),
    scope: 'rooms',
    codes: ['ROOM_NOT_FOUND', 'NOT_MEMBER', 'CLIENT_KEY_REQUIRED', 'MAILBOX_FULL', 'QUOTA'],
    summary:
      'Gives a key to the members of a room; each gets `rekeyed` with his own entry, but those whom the acknowledgement names in `full`.',
  }),
} as const

/**
 * Events of other programs that there are none of here, and what there is in their place. Who has no session is told so
 * before he can send any.
 */
export const replacedEvents: Readonly<Record<string, string>> = {
  register:
    'POST /register {username, password, public_key}, then POST /login, then auth: {token} of the socket',
  login: 'POST /login {username, password}, then auth: {token} of the socket',
  logout: 'POST /logout',
  encrypted_message:
    'message {recipient, encrypted_payload} to one, send_message {room_id, encrypted_content, iv} in a room, send_message {chat_id, encrypted_message, signature, signature_type, timestamp} in a chat',
  chat_message:
    'send_message with what is encrypted; for programs that send plaintext, sotto gateway on their machine',
  get_users: 'GET /api/users/online',
  get_online_users: 'GET /api/users/online',
  get_public_key: 'GET /api/users/public-key/NAME',
}
