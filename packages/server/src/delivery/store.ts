import type { TreePart } from '@sotto/mls/public'
import type { Charge } from '../quota/budget.ts'

/** Where a room's log ends. */
export interface Head {
  readonly seq: number
  readonly hash: Uint8Array
  readonly timeMs: number
}

/** A device that has a leaf in the room's tree. */
export interface Membership {
  readonly account: Uint8Array
  readonly device: Uint8Array
  readonly leaf: number
}

export interface StoredRoom {
  readonly room: Uint8Array
  readonly epoch: number
  /** The room's policy as it stands in the group context. */
  readonly policy: Uint8Array
  readonly head: Head
  readonly members: readonly Membership[]
}

export interface StoredEntry {
  readonly seq: number
  readonly hash: Uint8Array
  readonly entry: Uint8Array
  readonly payload: Uint8Array | null
  /** An archive record. What rides with a commit stands in the change that it makes. */
  readonly aux: Uint8Array | null
  readonly timeMs: number
}

export interface SealedMeta {
  readonly epoch: number
  readonly sealed: Uint8Array
}

export interface StoredWelcome {
  readonly room: Uint8Array
  readonly seq: number
  readonly hash: Uint8Array
  readonly epoch: number
  readonly inviter: Uint8Array
  readonly welcome: Uint8Array
  readonly treeHash: Uint8Array
  readonly meta: Uint8Array | null
  readonly timeMs: number
}

export type WelcomeOutcome = 'joined' | 'declined'

/** What an entry changes beside the log. */
export type RoomChange =
  | {
      readonly kind: 'created'
      readonly epoch: number
      readonly policy: Uint8Array
      readonly group: Uint8Array
      readonly groupInfo: Uint8Array
      readonly meta: SealedMeta | null
      readonly members: readonly Membership[]
      /** It becomes the open room of the server under this name. */
      readonly open?: { readonly name: string; readonly sinceMs: number }
    }
  | {
      readonly kind: 'proposed'
      readonly group: Uint8Array
      /** The device that asks to be taken out. */
      readonly leaving: Uint8Array | null
    }
  | {
      readonly kind: 'committed'
      readonly epoch: number
      readonly policy: Uint8Array
      readonly group: Uint8Array
      readonly groupInfo: Uint8Array
      /** Null: what was sealed before stays the newest. */
      readonly meta: SealedMeta | null
      readonly joined: readonly Membership[]
      readonly left: readonly Uint8Array[]
      readonly welcome: {
        readonly inviter: Uint8Array
        readonly welcome: Uint8Array
        /** Names the tree by its hash, and is read part by part as far as these are not stored already. */
        readonly tree: TreePart
        readonly devices: readonly Uint8Array[]
      } | null
    }
  /** What all entries of a healed stretch have changed together; stands with the last of them. */
  | {
      readonly kind: 'healed'
      readonly epoch: number
      readonly policy: Uint8Array
      readonly group: Uint8Array
      /** Null: what is known stays. Empty: it was lost, and nothing is known of this epoch. */
      readonly groupInfo: Uint8Array | null
      readonly meta: SealedMeta | null
      /** In the order of the log. */
      readonly moves: readonly Moves[]
    }

/** The devices that an entry has taken out of the tree and brought into it. */
export interface Moves {
  readonly seq: number
  readonly joined: readonly Membership[]
  readonly left: readonly Uint8Array[]
}

/** One entry and everything that becomes true with it. */
export interface Append {
  readonly room: Uint8Array
  readonly entry: StoredEntry
  readonly senderTag: Uint8Array
  readonly messageId: Uint8Array
  /** Null for entries that are no MLS message. */
  readonly sendCounter: number | null
  readonly change: RoomChange | null
  readonly charges: readonly Charge[]
  /** Of a commit that adds somebody. */
  readonly spends?: Spending
}

/** Key packages that an account has been handed and uses, by the hash of their bytes. */
export interface Spending {
  readonly claimant: Uint8Array
  readonly refs: readonly Uint8Array[]
}

export interface RoomPlace {
  readonly room: Uint8Array
  readonly epoch: number
  readonly head: Head
}

export interface PageBounds {
  readonly from: number
  /** The last entry that may be shown. */
  readonly to: number
  readonly entriesMax: number
  readonly bytesMax: number
}

/** A script's way into a room, as the server knows it. */
export interface StoredHook {
  readonly hook: Uint8Array
  readonly room: Uint8Array
  /** Who has made it. */
  readonly account: Uint8Array
  readonly tokenHash: Uint8Array
  readonly generation: number
  /** Thumbprints of the keys that a post may be sealed to. */
  readonly keyIds: readonly string[]
  /** What scripts are told: a compact JWS. */
  readonly statement: string
}

/** Something that waits for a script. */
export interface HandedOut {
  /** Rises with each, and never comes again. */
  readonly cursor: number
  readonly jwe: string
}

export interface OutBounds {
  readonly countMax: number
  readonly bytesMax: number
}

export interface HookStore {
  hook(hook: Uint8Array): Promise<StoredHook | undefined>
  /** In the place of what was known of it. */
  putHook(hook: StoredHook): Promise<void>
  /** Keeps what was said at a later place than all that was handed in before; of the others it is `known`. */
  handOut(hook: Uint8Array, seq: number, jwe: string, bounds: OutBounds): Promise<'kept' | 'known' | 'full'>
  /** Those behind the cursor, at least one if there is one, then while they fit. */
  handedOut(hook: Uint8Array, afterCursor: number, bytesMax: number): Promise<readonly HandedOut[]>
  settleOut(hook: Uint8Array, uptoCursor: number): Promise<void>
}

/** The logs of rooms. */
export interface LogStore {
  /**
   * All of the entries, in this order, in one transaction that is durable on return, or none of them. An entry whose
   * place or whose (sender, message id) is taken makes it fail.
   */
  append(batch: readonly Append[]): Promise<void>
  /** The entry under which this sender's message id stands. A sender tag is of one device in one room. */
  message(senderTag: Uint8Array, messageId: Uint8Array): Promise<StoredEntry | undefined>
  lastCounter(senderTag: Uint8Array): Promise<number | undefined>
  entry(room: Uint8Array, seq: number): Promise<StoredEntry | undefined>
  /** Consecutive entries: at least one if there is one, then while neither bound is passed. */
  page(room: Uint8Array, bounds: PageBounds): Promise<readonly StoredEntry[]>
}

/** What a room is now, and who is in it. */
export interface RoomStore {
  room(room: Uint8Array): Promise<StoredRoom | undefined>
  /** Rooms in the order of their ids, those behind `after`; of one whose log has no end, the end before its beginning. */
  placesAfter(after: Uint8Array | null, roomsMax: number): Promise<readonly RoomPlace[]>
  group(room: Uint8Array): Promise<Uint8Array | undefined>
  groupInfo(room: Uint8Array): Promise<Uint8Array | undefined>
  meta(room: Uint8Array): Promise<SealedMeta | undefined>
  /** The rooms in which the device has a leaf, at most `roomsMax`. */
  roomsOf(device: Uint8Array, roomsMax: number): Promise<readonly RoomPlace[]>
  /** The entry that took the device out of the room; undefined if it never was in it or is in it now. */
  leftAt(room: Uint8Array, device: Uint8Array): Promise<number | undefined>
  /** Keeps the device's tag; returns others that are known for the epoch, two at most. Tags of older epochs go. */
  putForkTag(
    room: Uint8Array,
    epoch: number,
    device: Uint8Array,
    tag: Uint8Array,
  ): Promise<readonly Uint8Array[]>
}

/** The Welcomes that wait for devices, and what decides who may send one. */
export interface InvitationStore {
  /** Oldest first, at least one if there is one, then while they fit into `bytesMax`. */
  welcomes(device: Uint8Array, bytesMax: number): Promise<readonly StoredWelcome[]>
  /** How many wait, `countMax` where they are more. */
  countWelcomes(device: Uint8Array, countMax: number): Promise<number>
  /** Devices whose Welcome into the room waits; `countMax` of them at most. */
  invited(room: Uint8Array, countMax: number): Promise<readonly Uint8Array[]>
  countWelcomesBy(device: Uint8Array, inviter: Uint8Array): Promise<number>
  /**
   * Whether both are in one room: the invited account with a device that no invitation to the room waits for, that has
   * declined none, and that does not ask to be taken out.
   */
  shareRoom(invited: Uint8Array, inviter: Uint8Array): Promise<boolean>
  /** How many of the key packages were handed to the account and are not used up. */
  countClaims(spending: Spending): Promise<number>
  settleWelcome(room: Uint8Array, seq: number, device: Uint8Array, outcome: WelcomeOutcome): Promise<void>
  /** The tree of a Welcome that waits for this device. */
  welcomeTree(room: Uint8Array, treeHash: Uint8Array, device: Uint8Array): Promise<Uint8Array | undefined>
}

/** What delivery keeps. */
export interface DeliveryStore extends LogStore, RoomStore, InvitationStore, HookStore {}
