/** Somebody with an account, on either lane. */
export type Holder =
  | { readonly kind: 'person'; readonly account: Uint8Array; readonly user: number | null }
  | { readonly kind: 'program'; readonly user: number }

export interface StoredHolder {
  readonly holder: Holder
  readonly name: string
  readonly createdMs: number
  /** When a session was last used, to about a minute; null: not since this is noted. */
  readonly seenMs: number | null
  readonly suspendedMs: number | null
  /** The verified chain of a person, encoded: its devices are in it. */
  readonly state: Uint8Array | null
  /** Rooms in which a leaf of it is, and classic rooms and chats of the open lane. */
  readonly rooms: number
}

/** What of a bound somebody has used. */
export interface StoredUse {
  readonly key: string
  readonly bytes: number
  readonly bytesPerDay: number
  readonly atMs: number
}

export interface StoredMailbox {
  readonly user: number
  readonly letters: number
  readonly characters: number
}

/** What ended with it: hashes of the tokens of both lanes. */
export interface Ended {
  readonly sessions: readonly Uint8Array[]
  readonly openTokens: readonly Uint8Array[]
}

export interface OpenPlaces {
  readonly rooms: readonly number[]
  readonly chats: readonly string[]
}

/** Who uses how much of the bounds of this server. */
export interface UsageStore {
  /** Of a person by the hex of the account, of a program by its number; undefined where there is none. */
  nameOf(account: string): Promise<string | undefined>
  programName(user: number): Promise<string | undefined>
  /** Budgets, in the order of their keys, those behind `after`. */
  uses(after: string, countMax: number): Promise<readonly StoredUse[]>
  mailboxes(after: number, countMax: number): Promise<readonly StoredMailbox[]>
  use(key: string): Promise<StoredUse | undefined>
}

/** Who has an account, and where. */
export interface HolderStore {
  find(name: string): Promise<Holder | undefined>
  /** Of one kind, in the order of their names, those behind `after`. */
  holders(kind: Holder['kind'], after: string, countMax: number): Promise<readonly StoredHolder[]>
  /** In how many rooms of the live lane leaves of it are. */
  roomsOf(holder: Holder): Promise<number>
  openPlaces(user: number): Promise<OpenPlaces>
}

/** What an account was called, and until when nobody else gets that name. */
export interface RemovalTerms {
  readonly name: string
  readonly nowMs: number
  readonly nameUntilMs: number
}

/** What whoever runs the server does to accounts. Every write is durable when it returns. */
export interface AdminStore extends UsageStore, HolderStore {
  /** From now on it cannot sign in; its sessions are over, its access tokens refused. Nothing of it is deleted. */
  suspend(holder: Holder, nowMs: number): Promise<Ended>
  /** Whether it was suspended. */
  resume(holder: Holder): Promise<boolean>
  /**
   * Deletes what makes it an account: sessions, tokens, password, key packages, vault, hooks, letters. Its chain stays, for
   * others verify with it what it has said; its name is nobody's until `nameUntilMs`.
   */
  remove(holder: Holder, terms: RemovalTerms): Promise<Ended>
}
