import {
  blob,
  decodeAs,
  encodeAs,
  literal,
  nullable,
  struct,
  type TypeOf,
  uint,
  bytes,
} from '../cbor/shape.ts'
import { hashValue, messageId, roomId } from '../ids.ts'
import { entryKind } from './entry.ts'

/** How many bytes of the anchor's hash go into a message. */
export const anchorHashBytes = 16

/**
 * The authenticated data of every MLS message (LOG-2): binds it to its room and place, names it for
 * idempotence, and carries what the sender has seen (the anchor), by which forks come to light.
 */
const envelope = struct({
  version: literal(1),
  room: roomId,
  kind: entryKind,
  messageId,
  /** Grows by one with every message of the device in the room; a step back is a restored device. */
  sendCounter: uint(),
  anchorSeq: uint(),
  anchorHash: bytes(anchorHashBytes),
  archiveHash: nullable(hashValue),
  expiryClass: uint(255),
  extension: nullable(blob(4096)),
})
export type Envelope = TypeOf<typeof envelope>

/** The `extension` of a proposal by which a device takes itself out that has never come in: its user has said no. */
export const declinedExtension: Uint8Array = Uint8Array.from('declined', (letter) => letter.charCodeAt(0))

export const encodeEnvelope = (value: Envelope): Uint8Array => encodeAs(envelope, value)
/** @throws SottoError `bad_request` */
export const decodeEnvelope = (data: Uint8Array): Envelope => decodeAs(envelope, data, 'envelope')
