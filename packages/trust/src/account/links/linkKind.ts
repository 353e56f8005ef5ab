import type { SignatureLabel } from '../../signing/labelled.ts'
import type { Verdict } from '../../verdict.ts'
import type { AccountState } from '../accountState.ts'

export type Signer = readonly [publicKey: Uint8Array, label: SignatureLabel]

/** Where a link stands in its chain, already found to be right. */
export interface LinkPlace {
  readonly seq: number
  readonly timeS: number
}

/** What a type of link that extends a chain means. */
export interface LinkKind<Body> {
  /** Who has to sign, in this order; one way of signing is enough. */
  signersOf(before: AccountState, body: Body): readonly (readonly Signer[])[]
  /** What the account is after the link, but for its place in the chain; or the rule that the link breaks. */
  step(before: AccountState, body: Body, place: LinkPlace): Verdict<AccountState>
}

export const byIdentity = (state: AccountState): Signer => [state.identityKey, 'chain-identity']
