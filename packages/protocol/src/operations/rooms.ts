import { blob, grown, list, nullable, oneOf, struct, text, type TypeOf, moment, uint } from '../cbor/shape.ts'
import { accountId, deviceId, hashValue, messageId, roomId, roomIdBytes, signatureValue } from '../ids.ts'
import { limits } from '../limits.ts'
import { acknowledgement } from '../log/acknowledgement.ts'
import { loggedMessage, logPage } from '../log/page.ts'
import { idParam, nothing, operation, uintParam } from './operation.ts'

const room = { room: idParam(roomIdBytes) }

/**
 * Opens the log of a new room with its `create` entry. Repeating it with the same bytes gives the same answer. With
 * `open` it becomes the open room of the server under that name, in the same transaction; `open_room_taken` where
 * another room is, and then there is no new room.
 */
export const createRoom = operation({
  name: 'room.create',
  method: 'POST',
  path: '/v1/rooms',
  access: 'device',
  params: {},
  body: grown(
    {
      room: roomId,
      groupInfo: blob(limits.groupInfoBytesMax, 1),
      tree: blob(limits.groupInfoBytesMax, 1),
      meta: blob(limits.metaBytesMax),
    },
    { open: text(2 * limits.roomNameCharactersMax) },
  ),
  output: struct({ ack: acknowledgement }),
  bodyBytesMax: 2 * limits.groupInfoBytesMax + limits.metaBytesMax + 256,
})

/** The rooms in which the calling device has a leaf. */
export const listRooms = operation({
  name: 'room.list',
  method: 'GET',
  path: '/v1/rooms',
  access: 'device',
  params: {},
  body: nothing,
  output: struct({
    rooms: list(struct({ room: roomId, epoch: uint(), head: acknowledgement }), limits.roomsPerAccountMax),
  }),
  bodyBytesMax: 0,
})

/**
 * An MLS message on its way into a room's log. Everything the server needs stands in its authenticated data
 * (`log/envelope`): kind, message id, send counter, anchor. `aux` is a commit's attachment or an archive record.
 */
export const submission = struct({
  message: blob(limits.commitBytesMax, 1),
  aux: nullable(blob(limits.welcomeBytesMax + limits.groupInfoBytesMax + limits.metaBytesMax + 64)),
})
export type Submission = TypeOf<typeof submission>

/** Refusals: `stale_epoch {epoch, head}`, `not_member`, `client_rollback {lastCounter}`, `fork {head}`, `id_reused`, `policy {rule}`. */
export const submitMessage = operation({
  name: 'room.submit',
  method: 'POST',
  path: '/v1/rooms/:room/messages',
  access: 'device',
  params: room,
  body: submission,
  output: struct({ ack: acknowledgement }),
  bodyBytesMax: limits.commitBytesMax + limits.welcomeBytesMax + limits.groupInfoBytesMax + 16_384,
})

/** A member's signed statement that it refuses the commit at `seq`: `sign(D, "nack", [room, seq, rule, messageId])`. */
export const nack = struct({ seq: uint(), rule: text(64), messageId, signature: signatureValue })
export type Nack = TypeOf<typeof nack>

export const submitNack = operation({
  name: 'room.nack',
  method: 'POST',
  path: '/v1/rooms/:room/nack',
  access: 'device',
  params: room,
  body: nack,
  output: struct({ ack: acknowledgement }),
  bodyBytesMax: 512,
})

/** Entries from `from` on, a page of at most `logPageEntriesMax` entries or `logPageBytesMax` bytes. */
export const readLog = operation({
  name: 'room.log',
  method: 'GET',
  path: '/v1/rooms/:room/log',
  access: 'device',
  params: { ...room, from: uintParam },
  body: nothing,
  output: logPage,
  bodyBytesMax: 0,
})

/**
 * Entries that the server has lost and had signed for: consecutive, the first of them that it does not have follows
 * its head, `ack` is its own signature over the last. `group` comes with a commit among them: what a later joiner is
 * told by, of the epoch that the last commit leads to, signed by the caller. Nobody has it of an epoch that is over:
 * where a log comes back in several pieces it is null but in the last, and until then the room has no GroupInfo.
 * Refusals: `fork {head}` when the entries are not of one history with what the server has, `not_member`, `policy
 * {rule}`, `rate`, and `bad_request` for what is not whole, or not signed for by this server.
 */
export const healRoom = operation({
  name: 'room.heal',
  method: 'POST',
  path: '/v1/rooms/:room/heal',
  access: 'device',
  params: room,
  body: struct({
    messages: list(loggedMessage, limits.logPageEntriesMax),
    ack: acknowledgement,
    group: nullable(
      struct({ groupInfo: blob(limits.groupInfoBytesMax, 1), meta: blob(limits.metaBytesMax) }),
    ),
  }),
  output: struct({ head: acknowledgement }),
  bodyBytesMax: limits.healBytesMax,
})

/** The ratchet tree with this tree hash, if it is the current one or that of a Welcome that waits for the caller. */
export const readTree = operation({
  name: 'room.tree',
  method: 'GET',
  path: '/v1/rooms/:room/tree/:hash',
  access: 'device',
  params: { ...room, hash: idParam(48) },
  body: nothing,
  output: struct({ tree: blob(limits.treeBytesMax) }),
  bodyBytesMax: 0,
})

/** The newest GroupInfo, for an external join by a device of an account that is a member. */
export const readGroupInfo = operation({
  name: 'room.groupinfo',
  method: 'GET',
  path: '/v1/rooms/:room/groupinfo',
  access: 'device',
  params: room,
  body: nothing,
  output: struct({ epoch: uint(), groupInfo: blob(limits.groupInfoBytesMax) }),
  bodyBytesMax: 0,
})

/** The newest sealed metadata of a room and the epoch whose key opens it. */
export const readMeta = operation({
  name: 'room.meta',
  method: 'GET',
  path: '/v1/rooms/:room/meta',
  access: 'device',
  params: room,
  body: nothing,
  output: struct({ epoch: uint(), sealed: blob(limits.metaBytesMax) }),
  bodyBytesMax: 0,
})

/** Devices in a room whose Welcome waits: they can come in, and have not said yet whether they will. */
export const readInvited = operation({
  name: 'room.invited',
  method: 'GET',
  path: '/v1/rooms/:room/invited',
  access: 'device',
  params: room,
  body: nothing,
  output: struct({ devices: list(deviceId, limits.leavesPerRoomMax) }),
  bodyBytesMax: 0,
})

/** For diagnosis only: unequal tags of one epoch show that somebody's state has forked. */
export const writeForkTag = operation({
  name: 'room.forktag',
  method: 'PUT',
  path: '/v1/rooms/:room/forktag',
  access: 'device',
  params: room,
  body: struct({ epoch: uint(), tag: messageId }),
  output: nothing,
  bodyBytesMax: 64,
})

/**
 * A Welcome that waits for the calling device. Who invited is the server's word until the Welcome has been
 * processed; `meta` is the room's metadata sealed under the epoch that the Welcome leads to.
 */
export const waitingWelcome = struct({
  room: roomId,
  /** The commit that added the device; processing of the log goes on behind it. */
  seq: uint(),
  entryHash: hashValue,
  epoch: uint(),
  inviter: nullable(accountId),
  welcome: blob(limits.welcomeBytesMax),
  treeHash: blob(64, 32),
  meta: nullable(blob(limits.metaBytesMax)),
  timeMs: moment,
})
export type WaitingWelcome = TypeOf<typeof waitingWelcome>

export const listWelcomes = operation({
  name: 'welcome.list',
  method: 'GET',
  path: '/v1/welcomes',
  access: 'device',
  params: {},
  body: nothing,
  output: struct({ welcomes: list(waitingWelcome, limits.welcomesWaitingMax) }),
  bodyBytesMax: 0,
})

/** The Welcome has been dealt with and need not be kept. */
export const settleWelcome = operation({
  name: 'welcome.settle',
  method: 'POST',
  path: '/v1/welcomes/:room',
  access: 'device',
  params: room,
  body: struct({ seq: uint(), outcome: oneOf('joined', 'declined') }),
  output: nothing,
  bodyBytesMax: 64,
})

/**
 * Where WebSocket is blocked: answers as soon as one of the rooms has an entry at or after `from`, a Welcome waits
 * that was not known, or `longPollMs` have passed.
 */
export const poll = operation({
  name: 'poll',
  method: 'POST',
  path: '/v1/poll',
  access: 'device',
  params: {},
  body: struct({
    rooms: list(struct({ room: roomId, from: uint() }), limits.roomsPerAccountMax),
    welcomesKnown: uint(),
  }),
  output: struct({
    hints: list(struct({ room: roomId, head: uint() }), limits.roomsPerAccountMax),
    welcomes: uint(),
  }),
  bodyBytesMax: 64 * limits.roomsPerAccountMax,
})
