import { readMessage } from '@sotto/mls'
import { decodeEntry, decodeEnvelope, type Envelope, type LogEntry } from '@sotto/protocol'
import type { Append, Membership, StoredEntry } from '../../packages/server/src/delivery/store.ts'
import { hex } from './words.ts'

/** What somebody has really said. */
export interface Said {
  readonly by: string
  readonly device: string
  readonly room: string
  readonly message: string
  readonly text: string
  readonly saidMs: number
  /** What it says of another message, by the id of its item; it is shown with that one. */
  readonly reaction?: { readonly of: string; readonly emoji: string; readonly isOn: boolean }
  /** Whether the client has said that it will bring it. */
  promised: boolean
}

/** What a commit did, by the hash of its entry: true in whichever log it stands. */
export interface Turn {
  readonly epoch: number
  readonly members: ReadonlyMap<string, Membership>
  readonly policy: Uint8Array
  readonly joined: readonly string[]
  readonly left: readonly string[]
  /** How the server's log names who committed. */
  readonly by: string
  readonly atMs: number
}

export interface Promise_ {
  readonly room: string
  readonly seq: number
  readonly hash: string
}

export interface ReadEntry {
  readonly stored: StoredEntry
  readonly entry: LogEntry
  readonly envelope: Envelope | undefined
  readonly hash: string
}

/** What is so, whatever anybody in the world believes. */
export interface Truth {
  readonly said: Map<string, Said>
  /** Device ids, in hex, by who has them; an erased device keeps its old ones here. */
  readonly owners: Map<string, { readonly name: string; readonly account: string; readonly device: number }>
  readonly turns: Map<string, Turn>
  /** Every acknowledgement that left the server. */
  readonly promises: Map<string, Promise_>
  /** Devices that commits have brought in, by the hash of the entry, although it was known that they had been given up. */
  readonly knownGivenUp: Map<string, readonly string[]>
  /** Devices that have left the account, and when. */
  readonly revoked: Map<string, number>
  appended(batch: readonly Append[]): void
  read(stored: StoredEntry): ReadEntry
}

export const makeTruth = (): Truth => {
  const turns = new Map<string, Turn>()
  const members = new Map<string, Map<string, Membership>>()
  const entries = new WeakMap<StoredEntry, ReadEntry>()
  const byEntry = new Map<string, string>()

  const note = ({ room: id, entry, change, senderTag }: Append): void => {
    const room = hex(id)
    const { previousHash } = decodeEntry(entry.entry)
    // Who was in the tree before this very entry, in the log in which it stands.
    const before = byEntry.get(hex(previousHash))
    const hash = hex(entry.hash)
    // Handed back to a server that had lost it: it does what it did the first time.
    if (byEntry.has(hash)) return
    if (change?.kind === 'created') {
      const now = new Map(change.members.map((member) => [hex(member.device), member]))
      members.set(hash, now)
      turns.set(hash, {
        epoch: 0,
        members: now,
        policy: change.policy,
        joined: [...now.keys()],
        left: [],
        by: hex(senderTag),
        atMs: entry.timeMs,
      })
      byEntry.set(hash, hash)
    } else if (change?.kind === 'committed') {
      const now = new Map(members.get(before ?? ''))
      for (const device of change.left) now.delete(hex(device))
      for (const member of change.joined) now.set(hex(member.device), member)
      members.set(hash, now)
      turns.set(hash, {
        epoch: change.epoch,
        members: now,
        policy: change.policy,
        joined: change.joined.map(({ device }) => hex(device)),
        left: change.left.map(hex),
        by: hex(senderTag),
        atMs: entry.timeMs,
      })
      byEntry.set(hash, hash)
    } else byEntry.set(hash, before ?? room)
  }

  return {
    said: new Map(),
    owners: new Map(),
    turns,
    promises: new Map(),
    knownGivenUp: new Map(),
    revoked: new Map(),
    appended: (batch) => {
      for (const append of batch) note(append)
    },
    read: (stored) => {
      const known = entries.get(stored)
      if (known) return known
      const read: ReadEntry = {
        stored,
        entry: decodeEntry(stored.entry),
        envelope: envelopeOf(stored.payload),
        hash: hex(stored.hash),
      }
      entries.set(stored, read)
      return read
    },
  }
}

const envelopeOf = (payload: Uint8Array | null): Envelope | undefined => {
  if (!payload) return undefined
  try {
    const header = readMessage(payload)
    return header.kind === 'public' || header.kind === 'private'
      ? decodeEnvelope(header.authenticatedData)
      : undefined
  } catch {
    return undefined
  }
}
