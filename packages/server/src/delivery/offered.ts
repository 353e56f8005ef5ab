import {
  type Acknowledgement,
  decodeEntry,
  entryHash,
  equalBytes,
  type LoggedMessage,
  type LogEntry,
  SottoError,
} from '@sotto/protocol'
import { digest } from './digest.ts'

/** An entry of a log as a device has kept it, with what it is about. */
export interface Offered {
  readonly entry: LogEntry
  /** As they were signed for. */
  readonly bytes: Uint8Array
  readonly hash: Uint8Array
  readonly payload: Uint8Array
  readonly aux: Uint8Array | null
}

const refuse = (why: string): never => {
  throw new SottoError('bad_request', why)
}

const offeredOf = (room: Uint8Array, { entry: bytes, payload, aux }: LoggedMessage): Offered => {
  const entry = decodeEntry(bytes)
  if (!equalBytes(entry.room, room)) return refuse('an entry of another room')
  // What it has changed could not be known.
  if (!payload) return refuse('an entry without its payload')
  if (!equalBytes(digest(payload), entry.payloadHash)) return refuse('another payload')
  if (aux && !(entry.auxHash && equalBytes(digest(aux), entry.auxHash))) return refuse('another attachment')
  return { entry, bytes, hash: entryHash(bytes), payload, aux }
}

const follows = ({ entry }: Offered, before: Offered): boolean =>
  entry.seq === before.entry.seq + 1 &&
  equalBytes(entry.previousHash, before.hash) &&
  entry.timeMs >= before.entry.timeMs

/**
 * Consecutive entries of a room, at least one, of which `ack` is of the last. The chain binds all that came before to
 * that one signature; whose it is, the caller checks.
 *
 * @throws SottoError `bad_request`
 */
export const readOffered = (
  room: Uint8Array,
  messages: readonly LoggedMessage[],
  ack: Acknowledgement,
): readonly Offered[] => {
  const offered = messages.map((message) => offeredOf(room, message))
  for (const [at, one] of offered.entries()) {
    const before = offered[at - 1]
    if (before && !follows(one, before)) refuse('an entry that does not follow the one before')
  }
  const last = offered.at(-1)
  const isOfLast =
    last !== undefined &&
    equalBytes(ack.room, room) &&
    equalBytes(ack.hash, last.hash) &&
    ack.seq === last.entry.seq &&
    ack.timeMs === last.entry.timeMs
  return isOfLast ? offered : refuse('the acknowledgement is of another entry')
}
