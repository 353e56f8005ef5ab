import {
  accountId,
  decodeAs,
  equalBytes,
  hashValue,
  labelledHash,
  struct,
  type TypeOf,
  uint,
} from '@sotto/protocol'
import { encodeBounded } from '../encoding/bounded.ts'
import { versioned } from '../encoding/versioned.ts'
import type { AccountState } from './accountState.ts'

const fields = struct({ account: accountId, seq: uint(), head: hashValue, fingerprint: hashValue })

/** What is remembered of a contact, so that another account can never quietly take its place (CL-6). */
export type Pin = TypeOf<typeof fields>

const shape = versioned(1, fields)

/** @throws SottoError `bad_request` */
export const encodePin = (pin: Pin): Uint8Array => encodeBounded(shape, pin, 'pin')
/** @throws SottoError `bad_request` */
export const decodePin = (stored: Uint8Array): Pin => decodeAs(shape, stored, 'pin')

/** Of an identity key: goes into pins and safety numbers. */
export const identityFingerprint = (identityKey: Uint8Array): Uint8Array => labelledHash('aik', identityKey)

export const pinOf = (state: AccountState): Pin => ({
  account: state.account,
  seq: state.seq,
  head: state.head,
  fingerprint: identityFingerprint(state.identityKey),
})

/**
 * `extended`: the pinned chain has grown, and the new pin takes the place of the old. `identity_changed`: this is not
 * the chain that was pinned; nothing is sent to it until the user has decided.
 */
export type PinComparison = { readonly kind: 'same' | 'extended' | 'identity_changed' }

export const comparePin = (pin: Pin, state: AccountState): PinComparison => {
  const known = state.heads[pin.seq]
  // A chain that ends before the pinned link is one that somebody has cut: a revocation may be missing.
  if (!equalBytes(pin.account, state.account) || !known || !equalBytes(known, pin.head))
    return { kind: 'identity_changed' }
  if (state.seq > pin.seq) return { kind: 'extended' }
  return equalBytes(pin.fingerprint, identityFingerprint(state.identityKey))
    ? { kind: 'same' }
    : { kind: 'identity_changed' }
}
