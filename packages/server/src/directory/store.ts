import type { SignedLink } from '@sotto/protocol'

export interface StoredAccount {
  readonly account: Uint8Array
  readonly name: string
  readonly seq: number
  /** The verified chain, encoded. */
  readonly state: Uint8Array
}

export interface ChainExtension {
  readonly account: Uint8Array
  readonly seq: number
  readonly link: SignedLink
  readonly name: string
  readonly state: Uint8Array
  /** Devices that the link adds; one that is another account's already is a conflict. */
  readonly added: readonly Uint8Array[]
  readonly nowMs: number
  /** Devices that the link revokes: their sessions and key packages go with it. */
  readonly revoked: readonly Uint8Array[]
}

export type Extended =
  | { readonly kind: 'extended'; readonly endedSessions: readonly Uint8Array[] }
  /** Somebody else has appended a link at this place. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'name_taken' | 'name_alike' }

export interface StoredKeyPackage {
  /** Hash of the package; handing in the same one again changes nothing. */
  readonly ref: Uint8Array
  readonly bytes: Uint8Array
  readonly lastResort: boolean
  readonly notAfterS: number
}

export interface KeyPackageCount {
  readonly oneTime: number
  readonly lastResort: boolean
}

export interface VaultSlot {
  readonly counter: number
  readonly sealed: Uint8Array
}

export interface PublishTerms {
  readonly storedMax: number
  readonly nowMs: number
  readonly replace: boolean
  /** Whether `nowMs` can be believed when something is thrown away. */
  readonly mayExpire: boolean
}

/** Who wants a key package of which device. */
export interface KeyPackageClaim {
  readonly account: Uint8Array
  readonly device: Uint8Array
  readonly claimant: Uint8Array
  readonly nowS: number
}

/** Whose invitations an account does not want. */
export interface BlockStore {
  /** What the other one was handed to invite the account with is of no use any more. */
  block(account: Uint8Array, blocked: Uint8Array, blockedMax: number): Promise<'blocked' | 'full'>
  unblock(account: Uint8Array, blocked: Uint8Array): Promise<void>
  blocked(account: Uint8Array): Promise<readonly Uint8Array[]>
  isBlocked(account: Uint8Array, by: Uint8Array): Promise<boolean>
}

/** The accounts and their chains. */
export interface ChainStore {
  account(account: Uint8Array): Promise<StoredAccount | undefined>
  accountNamed(name: string): Promise<StoredAccount | undefined>
  links(account: Uint8Array, from: number, linksMax: number): Promise<readonly SignedLink[]>
  extendChain(extension: ChainExtension): Promise<Extended>
}

/** What devices can be invited with. */
export interface KeyPackageStore {
  /**
   * Adds packages of a device; a last-resort one takes the place of those before. One-time packages beyond
   * `storedMax` are not taken, nor are those that were handed out before; expired ones are dropped if that may be, and
   * all earlier ones where these replace them.
   */
  putKeyPackages(
    account: Uint8Array,
    device: Uint8Array,
    packages: readonly StoredKeyPackage[],
    terms: PublishTerms,
  ): Promise<void>
  countKeyPackages(account: Uint8Array, device: Uint8Array, nowS: number): Promise<KeyPackageCount>
  /**
   * The oldest one-time package of the device, which nobody gets again; else the last-resort one; else nothing. That the
   * claimant has got it is kept.
   */
  takeKeyPackage(claim: KeyPackageClaim): Promise<StoredKeyPackage | undefined>
  /** The last-resort package of the device, whatever else it has. That the claimant has got it is kept. */
  takeLastResort(claim: KeyPackageClaim): Promise<StoredKeyPackage | undefined>
}

/** What accounts keep sealed. */
export interface VaultStore {
  slot(account: Uint8Array, slot: string): Promise<VaultSlot | undefined>
  /** Keeps the slot if its counter is higher than that of what is kept; else returns the counter that is. */
  putSlot(
    account: Uint8Array,
    slot: string,
    value: VaultSlot,
  ): Promise<{ readonly kind: 'kept' } | { readonly kind: 'behind'; readonly counter: number }>
}

/** What the directory keeps. Every write is durable when it returns. */
export interface DirectoryStore extends ChainStore, KeyPackageStore, BlockStore, VaultStore {}
