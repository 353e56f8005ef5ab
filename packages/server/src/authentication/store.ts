import type { SignedLink } from '@sotto/protocol'

export interface Login {
  readonly account: Uint8Array
  /** What OPAQUE derives the credential's own key from. It belongs to one account for good. */
  readonly credential: string
  readonly opaqueRecord: Uint8Array
}

export interface StoredSession {
  readonly tokenHash: Uint8Array
  readonly account: Uint8Array
  /** Null: the account's password was given, but by no device of it. */
  readonly device: Uint8Array | null
  readonly createdMs: number
  readonly usedMs: number
}

export interface NewAccount {
  readonly account: Uint8Array
  readonly name: string
  readonly credential: string
  readonly opaqueRecord: Uint8Array
  readonly genesis: SignedLink
  /** The verified chain, encoded. */
  readonly state: Uint8Array
  readonly rootSlot: Uint8Array
  readonly session: StoredSession
  /** Hash of the invite key that it is made with, which is used by that; null where none is needed. */
  readonly invite: Uint8Array | null
}

/** What authentication keeps. Every write is durable when it returns. */
export interface AuthenticationStore {
  /** Whether nobody has an account, on either lane. */
  isEmpty(): Promise<boolean>
  login(name: string): Promise<Login | undefined>
  /**
   * Account, chain, vault root slot, session and the use of its invite: all of it or, when name, account or credential
   * exist, the name looks like another's, or the invite is of no use any more, nothing.
   */
  createAccount(account: NewAccount): Promise<'created' | 'taken' | 'alike' | 'invite_spent'>
  /**
   * Opens a session in place of those that the same device has, and of the oldest where the account would have more
   * than `sessionsMax`. Returns the hashes of the sessions that it ended.
   *
   * @throws SottoError `account_suspended`, `unauthorized` for one that is gone
   */
  openSession(session: StoredSession, sessionsMax: number): Promise<readonly Uint8Array[]>
  /** @throws SottoError `account_suspended`, `unauthorized` for one that is gone */
  refuseSuspended(account: Uint8Array): Promise<void>
  session(tokenHash: Uint8Array): Promise<(StoredSession & { readonly name: string }) | undefined>
  touchSession(tokenHash: Uint8Array, usedMs: number): Promise<void>
  endSession(tokenHash: Uint8Array): Promise<void>
}
