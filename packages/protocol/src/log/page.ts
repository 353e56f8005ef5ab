import { blob, list, nullable, struct, type TypeOf } from '../cbor/shape.ts'
import { limits } from '../limits.ts'
import { acknowledgement } from './acknowledgement.ts'

/**
 * An entry with what it is about. A tombstoned entry has lost its payload and keeps its place. The attachment of a
 * commit is not repeated here: its parts are handed to whom they are for; `aux` is an archive record or nothing.
 */
export const loggedMessage = struct({
  entry: blob(512),
  payload: nullable(blob(limits.commitBytesMax)),
  aux: nullable(blob(limits.archiveRecordBytesMax)),
})
export type LoggedMessage = TypeOf<typeof loggedMessage>

/** Consecutive entries of one room, the signed acknowledgement of the last of them, and that of the log's head. */
export const logPage = struct({
  messages: list(loggedMessage, limits.logPageEntriesMax),
  ack: acknowledgement,
  head: acknowledgement,
})
export type LogPage = TypeOf<typeof logPage>
