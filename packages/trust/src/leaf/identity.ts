import type { Credential, LeafNode } from '@sotto/mls/public'
import {
  accountId,
  type CborValue,
  decodeAs,
  deviceId,
  hashValue,
  signatureValue,
  struct,
  type TypeOf,
  uint,
} from '@sotto/protocol'
import { encodeBounded } from '../encoding/bounded.ts'
import { parsed } from '../encoding/parsed.ts'
import { versioned } from '../encoding/versioned.ts'
import { type DeviceSigner, signLabelled } from '../signing/labelled.ts'
import { accepted, refused, type Verdict } from '../verdict.ts'

const fields = struct({
  account: accountId,
  device: deviceId,
  chainSeq: uint(),
  chainHead: hashValue,
  notAfterS: uint(),
  signature: signatureValue,
})

/** Who a leaf says it is (LEAF-1): a device of an account, as of a link of the account's chain. */
export type LeafIdentity = TypeOf<typeof fields>

const identity = versioned(1, fields)

/** What D signs, so that its leaf key is its own and nobody else's. */
export const leafClaim = (claim: Omit<LeafIdentity, 'signature'>, leafKey: Uint8Array): CborValue => [
  claim.account,
  claim.device,
  leafKey,
  claim.chainSeq,
  claim.chainHead,
  claim.notAfterS,
]

/** The credential of a leaf with the signature key `leafKey` (L), certified by its device. @throws SottoError `bad_request` */
export const buildLeafCredential = async (
  signer: DeviceSigner,
  options: Omit<LeafIdentity, 'signature'> & { readonly leafKey: Uint8Array },
): Promise<Credential> => {
  const { leafKey, ...claim } = options
  const signature = await signLabelled(signer, 'leaf', leafClaim(claim, leafKey))
  return { kind: 'basic', identity: encodeBounded(identity, { ...claim, signature }, 'credential') }
}

const known = new WeakMap<Credential, Verdict<LeafIdentity>>()

/** Reads a credential (LEAF-1); nothing is verified. Remembered, for a commit asks it of every leaf of the tree. */
export const parseLeafIdentity = (credential: Credential): Verdict<LeafIdentity> => {
  const before = known.get(credential)
  if (before) return before
  const verdict = parse(credential)
  known.set(credential, verdict)
  return verdict
}

const identityBytesMax = 512

const parse = (credential: Credential): Verdict<LeafIdentity> => {
  if (credential.kind !== 'basic' || credential.identity.length > identityBytesMax) return refused('LEAF-1')
  const value = parsed(() => decodeAs(identity, credential.identity, 'credential'))
  return value ? accepted(value) : refused('LEAF-1')
}

/** The identity that a leaf claims; undefined where it claims none that can be read. */
export const identityOf = (leaf: LeafNode): LeafIdentity | undefined => {
  const verdict = parseLeafIdentity(leaf.credential)
  return verdict.kind === 'ok' ? verdict.value : undefined
}
