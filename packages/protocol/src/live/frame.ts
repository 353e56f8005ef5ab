import {
  blob,
  decodeAs,
  encodeAs,
  list,
  oneOf,
  text,
  type TypeOf,
  moment,
  uint,
  union,
  nullable,
} from '../cbor/shape.ts'
import { type FailureCode, failures } from '../errors.ts'
import { accountId, deviceId, roomId } from '../ids.ts'
import { limits } from '../limits.ts'
import { acknowledgement } from '../log/acknowledgement.ts'
import { loggedMessage } from '../log/page.ts'

/**
 * The live lane: one CBOR frame per WebSocket message. The log is the truth and every push a hint: a client that
 * finds a gap, or is told that it is behind, reads the log by page.
 */
const requestId = uint(0xffff_ffff)

const clientFrame = union({
  /** The first frame; nothing else is answered before it. */
  hello: [0, { token: text(128) }],
  submit: [
    1,
    {
      requestId,
      room: roomId,
      message: blob(limits.commitBytesMax, 1),
      aux: nullable(blob(limits.archiveRecordBytesMax)),
    },
  ],
  ping: [2, { nonce: uint(0xffff_ffff) }],
})
export type ClientFrame = TypeOf<typeof clientFrame>

const failureCode = oneOf<FailureCode>(...(Object.keys(failures) as FailureCode[]))

const serverFrame = union({
  ready: [
    0,
    {
      account: accountId,
      device: deviceId,
      timeMs: moment,
      heads: list(acknowledgement, limits.roomsPerAccountMax),
      welcomes: uint(),
    },
  ],
  ack: [1, { requestId, ack: acknowledgement }],
  refused: [
    2,
    {
      /** Null: not the answer to a request; the frame before was not understood or the session has ended. */
      requestId: nullable(requestId),
      code: failureCode,
      /** JSON text of a `FailureDetail`. */
      detail: text(1024),
    },
  ],
  /** Consecutive entries of one room, and the acknowledgement of the last of them. */
  entries: [3, { room: roomId, messages: list(loggedMessage, 64), ack: acknowledgement }],
  /** The room has entries up to here that were not pushed to this socket. */
  behind: [4, { room: roomId, head: uint() }],
  /** A Welcome waits. */
  welcome: [5, { room: roomId }],
  pong: [6, { nonce: uint(0xffff_ffff) }],
  /** The chain of an account with which a room is shared has this end now. */
  chain: [8, { account: accountId, seq: uint() }],
  /** The server closes this socket; `restart`: come back soon, `session`: sign in again. */
  closing: [7, { reason: oneOf('restart', 'session', 'too_many') }],
})
export type ServerFrame = TypeOf<typeof serverFrame>

export const encodeClientFrame = (frame: ClientFrame): Uint8Array => encodeAs(clientFrame, frame)
export const encodeServerFrame = (frame: ServerFrame): Uint8Array => encodeAs(serverFrame, frame)
/** @throws SottoError `bad_request` */
export const decodeClientFrame = (bytes: Uint8Array): ClientFrame => decodeAs(clientFrame, bytes, 'frame')
/** @throws SottoError `bad_request` */
export const decodeServerFrame = (bytes: Uint8Array): ServerFrame => decodeAs(serverFrame, bytes, 'frame')

/** Path of the WebSocket. */
export const livePath = '/v1/live'
