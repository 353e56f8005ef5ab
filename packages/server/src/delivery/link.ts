import { encodeEntry, type EntryKind, entryHash, hashBytes } from '@sotto/protocol'
import type { Head, StoredEntry } from './store.ts'

const noHash = new Uint8Array(hashBytes)

export interface NewEntry {
  readonly room: Uint8Array
  readonly kind: EntryKind
  readonly epoch: number
  readonly senderTag: Uint8Array
  readonly payload: Uint8Array
  readonly payloadHash: Uint8Array
  readonly auxHash: Uint8Array | null
  /** What of `aux` stays in the log. */
  readonly aux: Uint8Array | null
}

/** The last moment that a client reads. */
const latestMs = 8_640_000_000_000_000

/** The time of the next entry: the clock's, but never before that of the entry before. */
export const nextTimeMs = (head: Head | null, nowMs: number): number =>
  Math.min(latestMs, Math.max(Math.floor(nowMs), head?.timeMs ?? 0))

/** The entry that follows `head` (LOG-1). */
export const linkEntry = (head: Head | null, entry: NewEntry, timeMs: number): StoredEntry => {
  const seq = head ? head.seq + 1 : 0
  const bytes = encodeEntry({
    version: 1,
    room: entry.room,
    seq,
    previousHash: head?.hash ?? noHash,
    kind: entry.kind,
    epoch: entry.epoch,
    senderTag: entry.senderTag,
    payloadHash: entry.payloadHash,
    auxHash: entry.auxHash,
    timeMs,
  })
  return { seq, hash: entryHash(bytes), entry: bytes, payload: entry.payload, aux: entry.aux, timeMs }
}
