import { boolean, list, moment, nullable, struct, text, uint } from '../cbor/shape.ts'
import { accountId, roomId, roomIdBytes } from '../ids.ts'
import { limits } from '../limits.ts'
import { idParam, nothing, operation } from './operation.ts'

const room = { room: idParam(roomIdBytes) }
const title = text(2 * limits.roomNameCharactersMax)

/**
 * The open room of the server: whoever has an account may ask to come in (rules OPEN-1 to OPEN-9). `members` are its
 * accounts; `askedMs`: since when the calling account has asked.
 */
export const readOpenRoom = operation({
  name: 'openroom.read',
  method: 'GET',
  path: '/v1/open-room',
  access: 'device',
  params: {},
  body: nothing,
  output: struct({
    open: nullable(struct({ room: roomId, name: title, sinceMs: moment, members: uint() })),
    askedMs: nullable(moment),
  }),
  bodyBytesMax: 0,
})

/**
 * Makes a room of which the caller is an owner the open one, under this name, or with null no open one any more.
 * Refusals: `open_room_taken` where another room is, `forbidden`, `not_member`, `title_invalid`.
 */
export const setOpenRoom = operation({
  name: 'openroom.set',
  method: 'PUT',
  path: '/v1/rooms/:room/open',
  access: 'device',
  params: room,
  body: struct({ name: nullable(title) }),
  output: nothing,
  bodyBytesMax: 1024,
})

/**
 * Asks to be brought into the open room, or takes that back. Asking again keeps the place in the row. Refusals:
 * `not_found` where the room is not the open one, `already_member`, `rate`.
 */
export const askToJoin = operation({
  name: 'openroom.ask',
  method: 'POST',
  path: '/v1/rooms/:room/ask',
  access: 'device',
  params: room,
  body: struct({ wanted: boolean }),
  output: struct({ askedMs: nullable(moment) }),
  bodyBytesMax: 16,
})

/** Who asks, for a member who may invite: at most so many, half of them those who have waited longest. */
export const readAskers = operation({
  name: 'openroom.askers',
  method: 'GET',
  path: '/v1/rooms/:room/askers',
  access: 'device',
  params: room,
  body: nothing,
  output: struct({
    askers: list(struct({ account: accountId, askedMs: moment }), limits.openRoomAskersPerAnswerMax),
  }),
  bodyBytesMax: 0,
})

/** Whoever has registered here last, without the caller and without those who want no invitations of the caller. */
export const listPeople = operation({
  name: 'people.list',
  method: 'GET',
  path: '/v1/people',
  access: 'device',
  params: {},
  body: nothing,
  output: struct({
    people: list(struct({ account: accountId, name: text(64) }), limits.peoplePerAnswerMax),
  }),
  bodyBytesMax: 0,
})
