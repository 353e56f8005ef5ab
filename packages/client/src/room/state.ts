import type { Group, PublicGroup } from '@sotto/mls'
import type { FailureCode } from '@sotto/protocol'
import { type Hook, type Policy, policyOf, type Role } from '@sotto/trust'
import { type Draft, emptyDraft } from '../draft/draft.ts'
import type { HookState } from '../hook/keys.ts'
import type { RecordedItem } from '../timeline/record.ts'
import type { Offer } from './offers.ts'

/**
 * All that a device knows of one room, as immutable data. Each part is a row of its own in the store; a step returns
 * a new state, and the rows to write are those whose part is another object than before.
 */
export interface RoomState {
  readonly id: Uint8Array
  readonly phase: Phase
  readonly place: Place
  readonly summary: RoomSummary
  readonly meta: Meta
  /** While the policy names other metadata than these: the keys to those that were sealed in the epochs since. */
  readonly metaKeys: readonly MetaKey[]
  /** Our commit or proposal that is stored and not yet seen in the log (COMMIT_PENDING). */
  readonly pending: Pending | null
  /** What this device wants to change in the room, first things first. */
  readonly intents: readonly Intent[]
  /** What this device knows of the hooks in the room's policy. */
  readonly hooks: readonly HookState[]
  /** Own messages that the log does not show yet, in the order of writing. */
  readonly outbox: readonly OutboxItem[]
  /** What is being written, as it is stored. */
  readonly draft: Draft
  /** What the bots of the room listen to. */
  readonly offers: readonly Offer[]
  /** Who has said in this epoch that the removal it asks for is a no to its invitation. */
  readonly declined: readonly Uint8Array[]
  /** The MLS state; null before joining, after removal, and when it is lost. */
  readonly group: Group | null
  /** The group as everybody sees it, followed while the own keys to it are lost. */
  readonly observed: PublicGroup | null
  /** The policy that this device last agreed to, kept apart from the group: all that is known when that is lost. */
  readonly lastPolicy: Policy | null
}

export type Phase =
  /** Made here; the server has not confirmed it. */
  | {
      readonly kind: 'creating'
      readonly groupInfo: Uint8Array
      readonly tree: Uint8Array
      readonly meta: Uint8Array
    }
  /** A Welcome waits at the server; it is not processed before the user accepts. `before`: what the room was until then. */
  | {
      readonly kind: 'invited'
      readonly inviter: Uint8Array | null
      readonly timeMs: number
      readonly before: Ended
      /** The entry of the Welcome; null where an earlier version has stored the invitation. */
      readonly entry: InvitedAt | null
    }
  | { readonly kind: 'active' }
  /**
   * This device has lost its keys to the room or may not use them any more. It follows the log, opens what it still
   * can, and comes in anew at its end (`repair.ts`). `asked`: it cannot, and waits for a member to bring it in.
   */
  | {
      readonly kind: 'repairing'
      readonly code: FailureCode
      readonly rule: string | null
      readonly asked: boolean
      readonly nack: Nack | null
      /** Whose invitation the user had accepted, where this device was never in the room. */
      readonly invitedBy: Uint8Array | null
    }
  /** Nothing is sent or read on. `nack` is what the other members are told, until the server has it. */
  | {
      readonly kind: 'frozen'
      readonly code: FailureCode
      readonly rule: string | null
      readonly nack: Nack | null
      readonly before: Following
    }
  /**
   * The user has left; this device asks for its removal in every epoch until a member commits it, and keeps what is said
   * until then.
   */
  | { readonly kind: 'leaving' }
  /**
   * The same for a room of which the user wants nothing more: an invitation that was declined, or a room that was deleted
   * while it was being left. What is said is read for its keys only; when this device is out, the room is `to`.
   */
  | { readonly kind: 'parting'; readonly to: Ended; readonly isDeclined: boolean }
  | Ended

/** Where in the log an invitation stands. */
export type InvitedAt = Pick<Place, 'hash'> & { readonly seq: number }

/** This device is not in the room any more. What was read before stays, until the user deletes it. */
export type Ended =
  | { readonly kind: 'left' }
  | { readonly kind: 'removed' }
  /** An owner has founded the room anew as the other, and this device is in it. */
  | { readonly kind: 'refounded'; readonly successor: Uint8Array }
  /** Only how far this device had come is kept: whoever comes back does not begin anew (OUT-3). Not shown. */
  | { readonly kind: 'absent' }

/** The phases in which entries are processed: the room is read, is being repaired, or the own removal is awaited. */
export type Following = Extract<Phase, { kind: 'active' | 'leaving' | 'parting' | 'repairing' }>

/** What this device says against an entry, for all members to see. */
export interface Nack {
  readonly seq: number
  readonly rule: string
  readonly message: Uint8Array
}

/** The rule of a nack by which a device asks to be brought in again, for it cannot come in by itself. */
export const rejoinRule = 'rejoin'

/** When a device came in anew: more than a day may have of them need not be known. */
export const rejoinsKept = 16

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
  /** The entry with which this device came in: of earlier ones it knows nothing. */
  readonly from: number
  /** The newest epoch of which this device has had the keys: no Welcome may lead back to it. */
  readonly epoch: number
  /** When this device came in anew, by the server's time; the newest last. */
  readonly rejoinedMs: readonly number[]
  /** When the own leaf got its keys and credential, by the server's time, and with which counter. */
  readonly leafMs: number
  readonly leafCounter: number
}

/** What lists of rooms show. */
export interface RoomSummary {
  readonly name: string
  readonly memberCount: number
  readonly unread: number
  readonly readSeq: number
  readonly activeMs: number
  /** `sender` is an account, or the id of a hook, which is half as long. */
  readonly latest: { readonly sender: Uint8Array; readonly text: string; readonly timeMs: number } | null
}

/** The room's metadata in plain; its hash stands in the policy. */
export interface Meta {
  readonly salt: Uint8Array
  readonly bytes: Uint8Array
}

/** Epochs since the metadata have changed whose keys are kept: the server has the newest, sealed in one of them. */
export const metaKeysMax = 256

export interface MetaKey {
  readonly epoch: number
  readonly key: Uint8Array
}

export interface Invitation {
  readonly kind: 'invite'
  readonly id: string
  readonly account: Uint8Array
  /** Claimed once, empty before; a commit that lost its race uses them again. */
  readonly keyPackages: readonly Uint8Array[]
}

export type Intent =
  | Invitation
  /** Fresh keys for the own leaf: others may have the key package by which this device came in, or it grew old. */
  | { readonly kind: 'refresh'; readonly id: string }
  | { readonly kind: 'remove'; readonly id: string; readonly account: Uint8Array }
  | { readonly kind: 'role'; readonly id: string; readonly account: Uint8Array; readonly role: Role }
  /** What the policy is to say of a hook, and what this device keeps of it then, as `hook/keys.ts` writes it. */
  | { readonly kind: 'add_hook'; readonly id: string; readonly hook: Hook; readonly state: Uint8Array }
  /** Whether whoever has an account may come in (rule OPEN-6). */
  | { readonly kind: 'openness'; readonly id: string; readonly isOpen: boolean }
  | { readonly kind: 'remove_hook'; readonly id: string; readonly hook: Uint8Array }
  /** A device that has lost its keys asks for new ones; its leaf still has this key. */
  | {
      readonly kind: 'readd'
      readonly id: string
      readonly account: Uint8Array
      readonly device: Uint8Array
      readonly leafKey: Uint8Array
      /** Null until one has been claimed. */
      readonly keyPackage: Uint8Array | null
    }

export interface Pending {
  readonly kind: 'commit' | 'proposal'
  readonly counter: number
  readonly message: Uint8Array
  readonly messageHash: Uint8Array
  readonly attachment: Uint8Array | null
  readonly epoch: number
  /** The intents that a commit fulfils: several where several people are invited at once. */
  readonly intents: readonly string[]
  /** What the timeline will tell of the commit. */
  readonly events: readonly RecordedItem[]
  /** The metadata that a commit puts in the place of those that are. */
  readonly meta: Meta | null
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
    from: 0,
    epoch: 0,
    rejoinedMs: [],
    leafMs: 0,
    leafCounter: 0,
  },
  summary: { name: '', memberCount: 0, unread: 0, readSeq: 0, activeMs: 0, latest: null },
  meta: { salt: new Uint8Array(16), bytes: new Uint8Array() },
  metaKeys: [],
  pending: null,
  intents: [],
  hooks: [],
  outbox: [],
  draft: emptyDraft,
  offers: [],
  declined: [],
  group: null,
  observed: null,
  lastPolicy: null,
}

export const emptyRoom = (id: Uint8Array, phase: Phase): RoomState => ({ id, phase, ...nothingYet })

/** Whether entries are processed. */
export const follows = (room: RoomState): room is RoomState & { readonly phase: Following } =>
  isFollowing(room.phase)

const isFollowing = (phase: Phase): phase is Following => {
  switch (phase.kind) {
    case 'active':
    case 'leaving':
    case 'parting':
    case 'repairing':
      return true
    case 'creating':
    case 'invited':
    case 'frozen':
    case 'removed':
    case 'refounded':
    case 'left':
    case 'absent':
      return false
  }
}

/** Whether this device asks to be taken out. */
export const isGoing = ({ phase }: RoomState): boolean => phase.kind === 'leaving' || phase.kind === 'parting'

/** The group as everybody sees it, as far as this device has followed it. */
export const publicOf = (room: RoomState): PublicGroup | null => room.group?.public ?? room.observed

/** The rules of the room as this device knows them. */
export const policyIn = (room: RoomState): Policy | undefined => {
  const group = publicOf(room)
  const policy = group && policyOf(group.context)
  return policy?.kind === 'ok' ? policy.value : undefined
}

/**
 * How the user's membership has ended, whatever this device still has to do about it; null for a room that one is in or
 * may come into.
 */
export const endOf = ({ phase }: RoomState): Ended | null => {
  const now = phase.kind === 'frozen' ? phase.before : phase
  if (now.kind === 'leaving') return { kind: 'left' }
  if (now.kind === 'parting') return now.to
  return isEnded(now) ? now : null
}

/** Whether nothing is left to be done about the room. */
export const isEnded = (phase: Phase): phase is Ended => {
  switch (phase.kind) {
    case 'left':
    case 'removed':
    case 'refounded':
    case 'absent':
      return true
    case 'creating':
    case 'invited':
    case 'active':
    case 'repairing':
    case 'frozen':
    case 'leaving':
    case 'parting':
      return false
  }
}

/** Whether the user sees the room: not one that was deleted, whatever this device still has to do about it. */
export const isShown = (room: RoomState): boolean => endOf(room)?.kind !== 'absent'
