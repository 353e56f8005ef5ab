import type { Charge } from '../quota/budget.ts'
import type { Scope } from './accounts/scope.ts'
import type { MailBounds } from './mail/shares.ts'

/** Whoever is on the open lane: a program with a password, or a person who has made an access token. */
export interface OpenUser {
  readonly id: number
  readonly name: string
  readonly kind: 'program' | 'person'
  /** Of a person, on the other lane; null for a program. */
  readonly account: Uint8Array | null
  /** As it was uploaded, in JSON; null before that. */
  readonly publicKey: string | null
  readonly fingerprint: string | null
  readonly presence: 'visible' | 'hidden'
}

export interface NewProgram {
  readonly name: string
  /** Argon2id, with its parameters and salt. */
  readonly password: string
  readonly publicKey: string | null
  readonly fingerprint: string | null
  readonly createdMs: number
  /** Hash of the invite key that it is made with, which is used by that; null where none is needed. */
  readonly invite: Uint8Array | null
}

export interface UserStore {
  /** Names are shared with the accounts of persons: whoever has one, nobody else gets it, or one that looks like it. */
  createProgram(program: NewProgram): Promise<OpenUser | 'taken' | 'alike' | 'invite_spent'>
  /** The user of a person, made at the first call. */
  person(account: Uint8Array, name: string, createdMs: number): Promise<OpenUser>
  named(name: string): Promise<OpenUser | undefined>
  /** Whether the name is that of a person's account, whether or not the person has ever made an access token. */
  isPerson(name: string): Promise<boolean>
  /** Stored password of a program; undefined for persons and for nobody. */
  password(name: string): Promise<{ readonly user: OpenUser; readonly password: string } | undefined>
  /** Of those ids, in any order. */
  withIds(ids: readonly number[]): Promise<readonly OpenUser[]>
  /** In the order of their names, those behind `after`. */
  page(after: string, countMax: number): Promise<readonly OpenUser[]>
  setKey(user: number, publicKey: string, fingerprint: string): Promise<void>
  setPresence(user: number, presence: OpenUser['presence']): Promise<void>
}

/** A session of a program, or an access token of a person. Only the hash of the token is kept. */
export interface StoredToken {
  readonly tokenHash: Uint8Array
  readonly user: number
  readonly kind: 'session' | 'access'
  readonly label: string
  readonly scopes: readonly Scope[]
  readonly createdMs: number
  readonly usedMs: number
  readonly expiresMs: number
}

export interface ListedToken extends StoredToken {
  readonly id: number
}

export interface TokenStore {
  /**
   * Nobody is let in whose account is suspended: opening a session, making an access token and looking one up throw
   * SottoError `account_suspended` then. Opens a session; returns the hashes of those that it ended because there were more than `sessionsMax`.
   */
  openSession(session: StoredToken, sessionsMax: number): Promise<readonly Uint8Array[]>
  /** The id of the new token; undefined where the user has `tokensMax` already that have not expired. */
  createAccess(token: StoredToken, tokensMax: number): Promise<number | undefined>
  token(tokenHash: Uint8Array): Promise<(StoredToken & { readonly owner: OpenUser }) | undefined>
  accessTokens(user: number): Promise<readonly ListedToken[]>
  /** The hash of the token that ended; undefined where there is none. */
  endAccess(user: number, id: number): Promise<Uint8Array | undefined>
  touch(tokenHash: Uint8Array, usedMs: number): Promise<void>
  end(tokenHash: Uint8Array): Promise<void>
}

/** One event for one user, kept until it has arrived. */
export interface NewLetter {
  readonly recipient: number
  readonly event: string
  /** JSON. */
  readonly payload: string
}

export interface Letter extends NewLetter {
  /** Rises with every letter of the server and is never used again. */
  readonly id: number
}

/** What somebody sends at once, and what it costs. */
export interface Post {
  readonly sender: number
  readonly letters: readonly NewLetter[]
  readonly bounds: MailBounds
  readonly nowMs: number
  readonly charges: readonly Charge[]
}

/** `full`: recipients who get nothing of it. Where it is full altogether nothing was written. */
export interface Deposited {
  readonly kind: 'kept' | 'full'
  readonly full: readonly number[]
}

/**
 * What waits is counted in rows of its own, altogether and by who sent it: what a letter costs does not grow with them.
 */
export interface MailStore {
  /** To each recipient who has room for it; nothing at all where nobody but the sender himself has. */
  deposit(post: Post): Promise<Deposited>
  /** In order, those behind `afterId`. */
  waiting(recipient: number, afterId: number, countMax: number): Promise<readonly Letter[]>
  /** Forgets what has arrived: everything up to `uptoId`. */
  arrived(recipient: number, uptoId: number): Promise<void>
}

export interface OpenRoom {
  readonly id: number
  readonly name: string
  readonly description: string
  readonly createdBy: string
  readonly createdMs: number
  readonly isPrivate: boolean
  /** Counts those who have left: the number of the key that is in use. */
  readonly generation: number
}

export interface NewRoom {
  readonly name: string
  readonly description: string
  readonly creator: number
  readonly createdMs: number
  readonly isPrivate: boolean
  /** What must be unique: the name of a public room, a name under its creator of a private one. */
  readonly uniqueName: string
}

export type Membership = 'invited' | 'joined'

export interface NewRoomMessage {
  readonly room: number
  readonly sender: number
  /** Names the key together with the room; its iv is used once. */
  readonly keyId: string
  readonly iv: Uint8Array
  readonly ivText: string
  readonly content: string
  readonly messageHash: string
  readonly createdMs: number
}

export interface RoomMessage {
  readonly id: number
  readonly sender: string
  readonly content: string
  readonly ivText: string
  readonly messageHash: string
  readonly createdMs: number
}

/** Who is in a room, or in a chat. */
export interface Member {
  readonly id: number
  readonly name: string
  readonly fingerprint: string | null
}

/** Who may be in which room, and who is. */
export interface MembershipStore {
  membership(room: number, user: number): Promise<Membership | undefined>
  setMembership(
    room: number,
    user: number,
    membership: Membership,
    membersMax: number,
  ): Promise<'set' | 'full'>
  /** Ends a membership, or makes it an invitation again; returns the new generation. */
  leave(room: number, user: number, remains: 'invited' | 'gone'): Promise<number>
  /** Those who have joined, without their keys: there may be many, and keys are long. */
  members(room: number): Promise<readonly Member[]>
  /** The ids of those who have joined. */
  joinedIds(room: number): Promise<readonly number[]>
}

/** What was said in rooms. */
export interface RoomMessageStore {
  /** The message's id, which rises. */
  append(message: NewRoomMessage, charges: readonly Charge[]): Promise<number | 'iv_reused'>
  /** The newest before `beforeId`, oldest first, no more than fit into `bytesMax` but at least one. */
  history(room: number, beforeId: number, countMax: number, bytesMax: number): Promise<readonly RoomMessage[]>
}

export interface RoomStore extends MembershipStore, RoomMessageStore {
  /** The creator may join. */
  create(
    room: NewRoom,
    roomsMax: number,
    charges: readonly Charge[],
  ): Promise<OpenRoom | 'taken' | 'too_many'>
  room(id: number): Promise<OpenRoom | undefined>
  publicRoomNamed(uniqueName: string): Promise<OpenRoom | undefined>
  /** Public rooms, and private ones that the user may join; those behind `afterId`, in the order of their ids. */
  visibleTo(user: number, afterId: number, countMax: number): Promise<readonly OpenRoom[]>
}

export interface ChatParticipant extends Member {
  /** Whether the user has begun the chat, joined it or written to it; before that he is only invited. */
  readonly hasJoined: boolean
}

export interface OpenChat {
  readonly id: string
  readonly initiator: string
  /** Counts the keys that were given out. */
  readonly generation: number
  /** `rekey`: somebody has left, and what is sent now would be under a key that he has. */
  readonly state: 'open' | 'rekey'
  readonly participants: readonly ChatParticipant[]
}

export interface ChatStore {
  /** With the letters that invite, to all of them; `full` where one has no room, and nothing is written then. */
  create(
    chat: { readonly id: string; readonly initiator: number; readonly createdMs: number },
    participants: readonly number[],
    post: Post,
  ): Promise<Deposited>
  chat(id: string): Promise<OpenChat | undefined>
  /** Notes that somebody takes part; the first time counts. */
  join(id: string, user: number, joinedMs: number): Promise<void>
  /** Takes somebody out; the last one takes the chat with him. */
  leave(id: string, user: number): Promise<void>
  /**
   * Counts one key further and keeps the letters that bring it, together. Of two who do it at the same time one is late,
   * and so is one whose key was made for others than take part now.
   */
  rekey(
    id: string,
    from: { readonly generation: number; readonly participants: readonly number[] },
    post: Post,
  ): Promise<Deposited | 'late'>
}

export interface AcquaintanceBounds {
  readonly rowsMax: number
  /** Of chats that somebody else has begun. */
  readonly chatsPerInitiatorMax: number
}

export interface AcquaintanceStore {
  /**
   * Who shares a room or a chat with the user that he has joined, himself perhaps too: what is found within the bounds, in
   * the chats that he has joined last before the others.
   */
  acquaintances(user: number, bounds: AcquaintanceBounds): Promise<readonly number[]>
}

/** What the open lane keeps. Every write is durable when it returns. */
export interface OpenStore {
  readonly users: UserStore
  readonly tokens: TokenStore
  readonly mail: MailStore
  readonly rooms: RoomStore
  readonly chats: ChatStore
  readonly acquaintances: AcquaintanceStore
}
