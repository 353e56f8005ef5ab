import {
  nullable,
  oneOf,
  struct,
  type TypeOf,
  moment,
  uint,
  literal,
  decodeAs,
  encodeAs,
} from '../cbor/shape.ts'
import { labelledHash } from '../hash.ts'
import { hashValue, roomId } from '../ids.ts'

/** What an entry of a room's log is (LOG-1). */
export const entryKinds = {
  create: 0,
  commit: 1,
  proposal: 2,
  app: 3,
  hook: 4,
  nack: 5,
  tombstone: 6,
  refound: 7,
} as const
export type EntryKind = (typeof entryKinds)[keyof typeof entryKinds]
export const entryKind = oneOf<EntryKind>(0, 1, 2, 3, 4, 5, 6, 7)

/**
 * One link of a room's log. `previousHash` is the hash of the entry before (zeros for the first), so that a
 * server cannot reorder, drop or replace what somebody has seen.
 */
export const entryShape = struct({
  version: literal(1),
  room: roomId,
  seq: uint(),
  previousHash: hashValue,
  kind: entryKind,
  epoch: uint(),
  /** HMAC(server's room key, device id): lets the server find duplicates without a readable sender column. */
  senderTag: hashValue,
  payloadHash: hashValue,
  auxHash: nullable(hashValue),
  timeMs: moment,
})
export type LogEntry = TypeOf<typeof entryShape>

export const encodeEntry = (value: LogEntry): Uint8Array => encodeAs(entryShape, value)
/** @throws SottoError `bad_request` */
export const decodeEntry = (bytes: Uint8Array): LogEntry => decodeAs(entryShape, bytes, 'entry')

/** `h = hash("log", entry bytes)`, over the bytes as received. */
export const entryHash = (bytes: Uint8Array): Uint8Array => labelledHash('log', bytes)
