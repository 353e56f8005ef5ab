import type { Provider } from '@sotto/mls'
import {
  type Acknowledgement,
  acknowledgementMessage,
  decodeEntry,
  equalBytes,
  labelled,
  type LogEntry,
  type LoggedMessage,
} from '@sotto/protocol'

/** Who the server is, for this device: the log key pinned at first contact. */
export interface LogWitness {
  readonly provider: Pick<Provider, 'hash' | 'verify'>
  readonly logKey: Uint8Array
}

/** An entry that stands where it must in the log, with the payload that it names. */
export interface JudgedEntry {
  readonly entry: LogEntry
  /** As they came. */
  readonly bytes: Uint8Array
  readonly hash: Uint8Array
  readonly payload: Uint8Array | null
}

export type Judgement =
  /** The entries after the cursor; none when all were known. */
  | { readonly kind: 'fits'; readonly entries: readonly JudgedEntry[] }
  /** Entries before these are missing: they are to be fetched first. */
  | { readonly kind: 'gap' }
  /** The server has signed another history than the one that this device has read. */
  | { readonly kind: 'forked' }
  /** What was sent is not what the server promised. */
  | { readonly kind: 'broken'; readonly reason: string }

const broken = (reason: string): Judgement => ({ kind: 'broken', reason })

/** Whether the server has signed this; a server cannot later deny what it has. */
export const isSigned = async (witness: LogWitness, ack: Acknowledgement): Promise<boolean> =>
  witness.provider.verify('Ed25519', witness.logKey, acknowledgementMessage(ack), ack.signature)

/**
 * Judges consecutive entries against the place that the room has reached: sequence, hash chain, payload hashes, and
 * the signature over the last of them (CL-4). Entries at or before the cursor are skipped as known. If the one at
 * the cursor has another hash, or the next does not follow it, and all the rest holds, there are two histories.
 */
export const judge = async (
  witness: LogWitness,
  room: Uint8Array,
  from: { readonly cursor: number; readonly hash: Uint8Array; readonly timeMs: number },
  messages: readonly LoggedMessage[],
  ack: Acknowledgement,
): Promise<Judgement> => {
  const sha256 = (bytes: Uint8Array) => witness.provider.hash('SHA-256', bytes)
  const fresh: JudgedEntry[] = []
  let { cursor, hash, timeMs } = from
  let isForked = false
  for (const { entry: bytes, payload } of messages) {
    const parsed = readEntry(bytes)
    if (!parsed) return broken('an entry is not well formed')
    if (!equalBytes(parsed.room, room)) return broken('an entry of another room')
    if (parsed.seq > cursor + 1)
      return fresh.length > 0 ? broken('the entries are not consecutive') : { kind: 'gap' }
    // `hash("log", entry bytes)`, by the platform: it is done for every entry of a long log.
    const own = sha256(labelled('log', bytes))
    if (parsed.seq === cursor && !equalBytes(own, hash)) {
      isForked = true
      hash = own
    }
    if (parsed.seq <= cursor) continue
    if (!equalBytes(parsed.previousHash, hash)) {
      if (fresh.length > 0) return broken('the hash chain does not hold')
      isForked = true
    }
    if (payload && !equalBytes(sha256(payload), parsed.payloadHash))
      return broken('a payload has been changed')
    // Lifetimes and revocations are judged by this clock: a server must not turn it back (ID-3).
    if (!isForked && parsed.timeMs < timeMs) return broken('the time of the log falls')
    fresh.push({ entry: parsed, bytes, hash: own, payload })
    ;({ seq: cursor, timeMs } = parsed)
    hash = own
  }
  if (fresh.length === 0 && !isForked) return { kind: 'fits', entries: [] }
  if (
    !equalBytes(ack.room, room) ||
    ack.seq !== cursor ||
    !equalBytes(ack.hash, hash) ||
    ack.timeMs !== timeMs
  )
    return broken('the acknowledgement is for another entry')
  if (!(await isSigned(witness, ack))) return broken('the acknowledgement is not signed by the server')
  return isForked ? { kind: 'forked' } : { kind: 'fits', entries: fresh }
}

const readEntry = (bytes: Uint8Array): LogEntry | undefined => {
  try {
    return decodeEntry(bytes)
  } catch {
    return undefined
  }
}
