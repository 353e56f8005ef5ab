import { struct, type TypeOf, moment, uint } from '../cbor/shape.ts'
import { hashValue, roomId, signatureValue } from '../ids.ts'
import { labelled } from '../hash.ts'

/** The server's signed promise that a room's log holds an entry with this hash at this place (LOG-4). */
export const acknowledgement = struct({
  room: roomId,
  seq: uint(),
  hash: hashValue,
  timeMs: moment,
  signature: signatureValue,
})
export type Acknowledgement = TypeOf<typeof acknowledgement>

/** What the server's log key signs. */
export const acknowledgementMessage = (ack: Omit<Acknowledgement, 'signature'>): Uint8Array =>
  labelled('ack', [ack.room, ack.seq, ack.hash, ack.timeMs])
