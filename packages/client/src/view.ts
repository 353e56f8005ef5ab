import type { AccessScope, FailureCode, FailureDetail, HookFault } from '@sotto/protocol'
import type { ClientCommands } from './commands/table.ts'
import type { Additions } from './content/registry.ts'
import type { Draft } from './draft/draft.ts'
import type { Jwk, SignatureAlgorithm } from './ports/jose.ts'
import type { Obstacle } from './ports/obstacle.ts'
import type { OfferedCommand } from './slash/table.ts'

/**
 * What a client shows and what it can be asked for. Everything here is plain data, because it crosses the borders
 * of workers, tabs and processes. Ids are lower-case hex, times milliseconds since 1970 in UTC.
 */
export type AccountView =
  | { readonly kind: 'none' }
  /** The device and its history are here; the session has ended. */
  | {
      readonly kind: 'signed_out'
      readonly server: string
      readonly name: string
      readonly account: string
      readonly isBot: boolean
    }
  | {
      readonly kind: 'signed_in'
      readonly server: string
      readonly name: string
      readonly account: string
      readonly device: string
      /** All devices of the account are certified as bots: others see its words marked as those of a program. */
      readonly isBot: boolean
    }

/** A failure, and what stood in the way. */
export interface OfflineReason {
  readonly code: FailureCode
  readonly obstacle?: Obstacle
}

export type ConnectionView =
  /** `reason`: why the last attempt came to nothing, where it was told. */
  | { readonly kind: 'offline'; readonly retryAtMs: number | null; readonly reason?: OfflineReason }
  | { readonly kind: 'connecting' }
  /** What the server had when the connection was opened is known: rooms that lack some of it are `behind`. */
  | { readonly kind: 'online'; readonly route: 'websocket' | 'poll' }
  /**
   * `integrity`: another server is there than the one that this device knows, and has proven its own log key; nothing is
   * sent to it, and it is looked again and again whether the right one is back. Otherwise why this device stopped.
   */
  | { readonly kind: 'refused'; readonly code: FailureCode }

export type RoomState =
  /**
   * `inviter` is the server's word until the invitation has been accepted. `kept`: the user was in the room before, and
   * its history is here to be read.
   */
  | {
      readonly kind: 'invited'
      readonly inviter: string | null
      readonly timeMs: number
      readonly kept: boolean
    }
  | { readonly kind: 'joining'; readonly kept: boolean }
  | { readonly kind: 'active' }
  | { readonly kind: 'behind'; readonly missing: number }
  /**
   * This device has lost its place in the room and takes it again by itself; `code` says how it was lost. What is
   * written meanwhile is sent afterwards.
   */
  | {
      readonly kind: 'repairing'
      readonly code: FailureCode
      readonly rule: string | null
      readonly step: RepairStep
    }
  /** Sending and reading on are stopped; `code` and `rule` say why. Nothing is skipped silently. */
  | {
      readonly kind: 'frozen'
      readonly code: FailureCode
      readonly rule: string | null
      readonly remedy: Remedy
      /** Where the server has lost what it had confirmed: how far devices have handed it back, once that is known. */
      readonly handedBack: HandedBack | null
    }
  /** An owner has founded the room anew, and this device is in the new one. Its history stays here, to be read. */
  | { readonly kind: 'refounded'; readonly successor: string }
  /** Somebody has taken the user out. What was received before stays here, to be read. */
  | { readonly kind: 'removed' }
  /** The user has left. What was received before stays here, to be read. */
  | { readonly kind: 'left' }

export type RepairStep =
  /** The log is read to its end first. */
  | 'reading'
  /** The device comes in anew, with fresh keys. */
  | 'rejoining'
  /** It cannot come in by itself: another member has been asked to bring it in. */
  | 'asking'

/** Entries of the log of a room. */
export interface HandedBack {
  readonly lost: number
  readonly count: number
  /** Whether this device has those that come next. Otherwise other devices may, and have to come online. */
  readonly next: 'here' | 'elsewhere'
}

/** What can be done about a frozen room, and by whom. */
export type Remedy =
  /** It mends itself as soon as the server has what it lost: this device offers it. */
  | 'wait'
  /** The same; and should nobody have it any more, the user is an owner and may found the room anew: `refound`. */
  | 'wait_or_refound'
  /** This device may try once more: `rejoin`. */
  | 'rejoin'
  /** The user is an owner and may found the room anew: `refound`. */
  | 'refound'
  /** An owner of the room has to found it anew. */
  | 'ask_owner'

export interface RoomView {
  readonly id: string
  /** A room of people and their devices; those of the open lane, which are not listed here, are `classic`. */
  readonly kind: 'encrypted'
  /** Empty while the room is only an invitation: its name is encrypted. */
  readonly name: string
  readonly state: RoomState
  readonly unread: number
  /** The read marker: everything up to here in the room's log has been seen on this device. */
  readonly readSeq: number
  readonly memberCount: number
  readonly latest: {
    /** Whether `sender` is the name of a person, or that of a hook, which anybody who sets one up may choose. */
    readonly by: 'person' | 'hook'
    readonly sender: string
    readonly text: string
    readonly timeMs: number
  } | null
  /** What is being written in the room on this device. */
  readonly draft: Draft
  /** Whether the room's own metadata say that whoever has an account on the server may come in; absent: no. */
  readonly isOpen?: boolean
  /** What the bots in the room listen to. */
  readonly commands: readonly OfferedCommand[]
}

/** The open room of the server, as the server says: whoever has an account may ask to come in. */
export interface OpenRoomView {
  readonly room: string
  readonly name: string
  /** Accounts in it. */
  readonly memberCount: number
  /**
   * `waiting`: the user has asked since `sinceMs`; the room opens by itself when a device of a member is online.
   * `removed`: the user was taken out, and comes back by an invitation only.
   */
  readonly standing: 'outside' | 'waiting' | 'inside' | 'removed'
  readonly sinceMs: number | null
}

/** Somebody who has an account on the server, by the server's word. */
export interface PersonView {
  readonly account: string
  readonly name: string
}

export type Role = 'owner' | 'admin' | 'member' | 'guest'

/** `changed`: what the server shows contradicts what was known of the account, whatever was compared before. */
export type IdentityView = 'unverified' | 'verified' | 'changed'

/** What two people compare, so that each knows that nobody stands between them. */
export interface VerificationView {
  readonly account: string
  readonly name: string
  /** 60, the same for both. */
  readonly digits: string
  /** The text of the QR code that the other scans. */
  readonly code: string
  readonly identity: IdentityView
  readonly verifiedMs: number | null
}

/** The digits as both have them, or the text of the code that the other shows. */
export type VerifiedBy = { readonly digits: string } | { readonly code: string }

/**
 * `other_person`: the code is somebody else's. `other_sight`: the other sees another account in the place of this one, so
 * somebody stands between.
 */
export type VerifyOutcome = 'match' | 'other_digits' | 'no_code' | 'other_person' | 'other_sight'

export interface MemberView {
  readonly account: string
  readonly name: string
  readonly role: Role
  readonly own: boolean
  /** All devices of the account are certified as bots. */
  readonly isBot: boolean
  readonly identity: IdentityView
  /** By the server's word, while there is a line to it: no device of the account has come in yet. */
  readonly isInvited: boolean
}

/** A script that may post into a room. */
export interface HookView {
  readonly hook: string
  /** Null where this device has not been told yet. */
  readonly name: string | null
  /** RFC 7638 thumbprints in base64url: of the key that the script pins, and of the one it signs with. */
  readonly anchor: string
  readonly script: string | null
  /** Whether the room’s messages may be handed to it. */
  readonly reads: boolean
  /** The generation of the keys to which it seals, and until when scripts are told of it. */
  readonly generation: number | null
  readonly expiresMs: number | null
}

/** What whoever runs the script needs, told once: neither the server nor this device keeps token or private key. */
export interface NewHook extends HookView {
  readonly room: string
  readonly token: string
  readonly algorithm: SignatureAlgorithm
  /** The key that the script signs with, private half included; null where the script brought its own. */
  readonly key: Jwk | null
  /** The key that it reads with, where one was made. */
  readonly readerKey: Jwk | null
}

/** Whose budget for what is stored is used up: of the account, of the room, or all of the server's space. */
export type SpaceOwner = 'account' | 'room' | 'server'

export type Delivery =
  /** `noSpace`: the server has no space for it at the moment, and it is sent again by itself. */
  | { readonly kind: 'sending'; readonly noSpace?: SpaceOwner }
  | { readonly kind: 'sent' }
  /** Nothing was sent; `retry` tries again, `discard` forgets it. */
  | { readonly kind: 'failed'; readonly code: FailureCode }

export interface SenderView {
  readonly account: string
  readonly name: string
  readonly own: boolean
  /** Of a message: the device that sent it is certified as a bot. Of an event: all devices of the account are. */
  readonly isBot: boolean
}

export interface MessageItem extends Additions {
  readonly kind: 'message'
  readonly id: string
  /** Place in the room's log; null until the server has acknowledged it. */
  readonly seq: number | null
  readonly sender: SenderView
  readonly text: string
  readonly timeMs: number
  readonly delivery: Delivery
}

export type TimelineItem =
  | MessageItem
  | {
      readonly kind: 'event'
      readonly id: string
      readonly seq: number
      readonly actor: SenderView
      readonly event:
        | { readonly kind: 'created' }
        | { readonly kind: 'added'; readonly name: string }
        | { readonly kind: 'removed'; readonly name: string }
        | { readonly kind: 'left' }
        /** Who was invited has said no, and is out again. */
        | { readonly kind: 'declined' }
        /** The user has come back into a room whose earlier history stands before this. */
        | { readonly kind: 'returned' }
        | { readonly kind: 'renamed'; readonly name: string }
        | { readonly kind: 'role'; readonly name: string; readonly role: Role }
        /** A device of this member has come in anew, after it had lost its place. */
        | { readonly kind: 'rejoined' }
        /** A device of this member refuses a commit; `rule` says why. */
        | { readonly kind: 'objected'; readonly rule: string }
        /** The room continues an earlier one, which was damaged. */
        | { readonly kind: 'refounded' }
        /** A script may post into the room under this name, and `reads` what is said if a member hands it over. */
        | { readonly kind: 'hook_added'; readonly name: string; readonly reads: boolean }
        /** It may not any more. */
        | { readonly kind: 'hook_removed'; readonly name: string }
      readonly timeMs: number
    }
  /**
   * A message that this device has no key for, and knows why: it was sent from here before the device was set back
   * (`own`), or by others while the device had lost its place (`absent`).
   */
  | {
      readonly kind: 'missed'
      readonly id: string
      readonly seq: number
      readonly why: 'own' | 'absent'
      readonly timeMs: number
    }
  /**
   * What a script has posted under the name of a hook: plain text, the word of no person. Where something about it was
   * not right, `text` is null and `fault` says what. `name` is empty where this device does not know the hook.
   */
  | {
      readonly kind: 'hook'
      readonly id: string
      readonly seq: number
      readonly hook: string
      readonly name: string
      readonly text: string | null
      readonly fault: HookFault | null
      readonly timeMs: number
    }
  /** Something stands here in the log that could not be read; it is shown, never skipped. */
  | { readonly kind: 'unreadable'; readonly id: string; readonly seq: number; readonly timeMs: number }

/** A place in the timeline of a room. */
export type TimelinePlace =
  /** Its end. */
  | 'newest'
  /** Where what is unread begins. */
  | 'readMarker'
  /** An item, by its id. */
  | { readonly message: string }
  | { readonly seq: number }
  /** The first item of this time or a later one. */
  | { readonly dateMs: number }

/** An unbroken stretch of a timeline, oldest first. */
export interface TimelineStretch {
  readonly items: readonly TimelineItem[]
  readonly hasOlder: boolean
  readonly hasNewer: boolean
}

export interface ClientState {
  readonly account: AccountView
  readonly connection: ConnectionView
  /** Newest activity first. */
  readonly rooms: readonly RoomView[]
  /** Null where the server has none; absent where nothing of it is known. */
  readonly openRoom?: OpenRoomView | null
}

export type ClientEvent =
  | { readonly kind: 'state'; readonly state: ClientState }
  /** New or changed items, oldest first; `id` says which they replace. An item once sent keeps its `id`. */
  | { readonly kind: 'timeline'; readonly room: string; readonly items: readonly TimelineItem[] }
  /** Items that stand in the log already and are shown otherwise now, as what is said of them changes. */
  | { readonly kind: 'changed'; readonly room: string; readonly items: readonly TimelineItem[] }
  /**
   * A message of the user's is gone that never came into the log. `code`: why the server has refused it, of those that say
   * something about another message; null where the user has discarded it.
   */
  | {
      readonly kind: 'discarded'
      readonly room: string
      readonly id: string
      readonly code: FailureCode | null
    }

/** What a program of the user may reach, and until when. */
export interface AccessTokenView {
  readonly id: number
  readonly label: string
  readonly scopes: readonly AccessScope[]
  readonly createdMs: number
  readonly expiresMs: number
}

/** What became of one person among several who were invited; null: invited. */
export interface InviteOutcome {
  readonly name: string
  readonly failure: { readonly code: FailureCode; readonly detail: FailureDetail } | null
}

/** Who is to be blocked: by name, or as whoever has sent an invitation that waits. */
export type BlockTarget = { readonly name: string } | { readonly inviterOf: string }

export interface BlockedView {
  readonly account: string
  readonly name: string
}

/** What a client shows. */
export interface ClientFeed {
  state(): ClientState
  /** @returns a function that ends the subscription */
  subscribe(listener: (event: ClientEvent) => void): () => void
}

export interface Client extends ClientCommands, ClientFeed {
  /** Stops working, stores what is under way, and lets the profile go. */
  close(): Promise<void>
}
