import { randomBytes } from 'node:crypto'
import type { Append, Membership, RoomChange, StoredEntry } from '../../src/delivery/store.ts'

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

export const entryAt = (seq: number, payloadBytes = 20): StoredEntry => ({
  seq,
  hash: random(32),
  entry: random(180),
  payload: random(payloadBytes),
  aux: null,
  timeMs: 1000 + seq,
})

/** An entry of somebody, of whom it is the only one. */
export const append = (room: Uint8Array, entry: StoredEntry, changes: Partial<Append> = {}): Append => ({
  room,
  entry,
  senderTag: random(32),
  messageId: random(16),
  sendCounter: null,
  change: null,
  charges: [],
  ...changes,
})

type Created = RoomChange & { readonly kind: 'created' }

export const createdBy = (...members: readonly Membership[]): Created => ({
  kind: 'created',
  epoch: 0,
  policy: random(60),
  group: random(300),
  groupInfo: random(200),
  meta: { epoch: 0, sealed: random(48) },
  members,
})

/** What opens the log of a room. */
export const firstOf = (room: Uint8Array, changes: Partial<Append> = {}): Append =>
  append(room, entryAt(0), { change: createdBy(), ...changes })
