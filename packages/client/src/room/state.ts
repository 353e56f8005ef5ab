import type { Group } from '@sotto/mls'
import type { FailureCode } from '@sotto/protocol'
import type { RecordedItem } from '../timeline/record.ts'

/**
 * All that a device knows of one room, as immutable data. Each part is a row of its own in the store; a step returns
 * a new state, and the rows to write are those whose part is another object than before.
 */
export interface RoomState {
  readonly id: Uint8Array
  readonly phase: Phase
  readonly place: Place
  readonly face: Face
  readonly meta: Meta
  /** Our commit or proposal that is stored and not yet seen in the log (COMMIT_PENDING). */
  readonly pending: Pending | null
  /** What this device wants to change in the room, first things first. */
  readonly intents: readonly Intent[]
  /** Own messages that the log does not show yet, in the order of writing. */
  readonly outbox: readonly OutboxItem[]
  readonly draft: string
  /** The MLS state; null before joining and after removal. */
  readonly group: Group | null
}

export type Phase =
  /** Made here; the server has not confirmed it. */
  | {
      readonly kind: 'creating'
      readonly groupInfo: Uint8Array
      readonly tree: Uint8Array
      readonly meta: Uint8Array
    }
  /** A Welcome waits at the server; it is not processed before the user accepts. */
  | { readonly kind: 'invited'; readonly inviter: Uint8Array | null; readonly timeMs: number }
  | { readonly kind: 'active' }
  /** Nothing is sent or read on. `nack` is what the other members are told, until the server has it. */
  | {
      readonly kind: 'frozen'
      readonly code: FailureCode
      readonly rule: string | null
      readonly nack: { readonly seq: number; readonly rule: string; readonly message: Uint8Array } | null
    }
  /** The user has left; this device asks for its removal in every epoch until a member commits it. Not shown. */
  | { readonly kind: 'leaving' }
  | { readonly kind: 'removed' }
  /** Kept only so that what the server still lists is not taken for a lost room. Not shown. */
  | { readonly kind: 'left' }

/** How far this device has come in the log. */
export interface Place {
  /** The last entry processed, and its hash. */
  readonly cursor: number
  readonly hash: Uint8Array
  readonly timeMs: number
  readonly sendCounter: number
  /** The highest counter of this device that the log shows. */
  readonly acceptedCounter: number
  /** How the server's log names this device; null until it shows something of ours. */
  readonly tag: Uint8Array | null
  /** The newest entry that the server has signed for: from then on its log may not be shorter. */
  readonly confirmed: number
}

/** What lists of rooms show. */
export interface Face {
  readonly name: string
  readonly memberCount: number
  readonly unread: number
  readonly readSeq: number
  readonly activeMs: number
  readonly latest: { readonly sender: Uint8Array; readonly text: string; readonly timeMs: number } | null
}

/** The room's metadata in plain; its hash stands in the policy. */
export interface Meta {
  readonly salt: Uint8Array
  readonly bytes: Uint8Array
}

export type Intent =
  | {
      readonly kind: 'invite'
      readonly id: string
      readonly account: Uint8Array
      /** Claimed once; a commit that lost its race uses them again. */
      readonly keyPackages: readonly Uint8Array[]
    }
  /** Fresh keys for the own leaf: others may have the key package by which this device came in. */
  | { readonly kind: 'refresh'; readonly id: string }

export interface Pending {
  readonly kind: 'commit' | 'proposal'
  readonly counter: number
  readonly message: Uint8Array
  readonly messageHash: Uint8Array
  readonly attachment: Uint8Array | null
  readonly epoch: number
  /** The intent that a commit fulfils. */
  readonly intent: string | null
  /** What the timeline will tell of the commit. */
  readonly events: readonly RecordedItem[]
  /** The state to adopt when the log shows the commit. */
  readonly staged: Group | null
}

export interface OutboxItem {
  readonly order: number
  readonly message: Uint8Array
  readonly content: Uint8Array
  readonly composedMs: number
  readonly stage: OutboxStage
  /** Hashes of every ciphertext made of it: by these the log's entry is known as ours. */
  readonly hashes: readonly Uint8Array[]
}

export type OutboxStage =
  | { readonly kind: 'queued' }
  | {
      readonly kind: 'encrypted'
      readonly epoch: number
      readonly counter: number
      readonly bytes: Uint8Array
    }
  | { readonly kind: 'failed'; readonly code: FailureCode }

const nothingYet: Omit<RoomState, 'id' | 'phase'> = {
  place: {
    cursor: 0,
    hash: new Uint8Array(32),
    timeMs: 0,
    sendCounter: 0,
    acceptedCounter: 0,
    tag: null,
    confirmed: 0,
  },
  face: { name: '', memberCount: 0, unread: 0, readSeq: 0, activeMs: 0, latest: null },
  meta: { salt: new Uint8Array(16), bytes: new Uint8Array() },
  pending: null,
  intents: [],
  outbox: [],
  draft: '',
  group: null,
}

export const emptyRoom = (id: Uint8Array, phase: Phase): RoomState => ({ id, phase, ...nothingYet })

/** Whether entries are processed: the room is read, or this device waits for its removal. */
export const follows = (room: RoomState): boolean => {
  switch (room.phase.kind) {
    case 'active':
    case 'leaving':
      return true
    case 'creating':
    case 'invited':
    case 'frozen':
    case 'removed':
    case 'left':
      return false
  }
}

/** Whether the user sees the room. */
export const isShown = (room: RoomState): boolean =>
  room.phase.kind !== 'leaving' && room.phase.kind !== 'left'
