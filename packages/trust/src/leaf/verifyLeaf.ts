import type { LeafNode } from '@sotto/mls/public'
import { isCanonicalEd25519Key } from '@sotto/mls/public'
import { equalBytes } from '@sotto/protocol'
import { type AccountState, deviceOf } from '../account/accountState.ts'
import type { Rule } from '../rules.ts'
import { type Signatures, verifyLabelled } from '../signing/labelled.ts'
import { accepted, refused, type Verdict } from '../verdict.ts'
import { areOurCapabilities } from './capabilities.ts'
import { type LeafIdentity, leafClaim, parseLeafIdentity } from './identity.ts'
import { leafGraceS, leafLifetimeMaxS, standingAt } from './standing.ts'

type Verifier = Pick<Signatures, 'verify'>

/**
 * Which state of its account a leaf was found authentic by: the same leaf meets the check of the engine, the rules of
 * its commit, and every commit of its device after that, and its signature is verified once.
 */
const authentic = new WeakMap<LeafNode, AccountState>()

/**
 * Whether a leaf belongs to the device of the account that it claims (LEAF-1 to LEAF-7), at whatever time that was:
 * what a tree that one is handed must show of every leaf. A leaf that has died since is taken out, not a reason to
 * stay outside.
 *
 * @param account the verified state of the account's chain, at its newest known head
 */
export const verifyTreeLeaf = async (
  provider: Verifier,
  leaf: LeafNode,
  account: AccountState | undefined,
): Promise<Verdict<LeafIdentity>> => {
  const read = parseLeafIdentity(leaf.credential)
  if (read.kind === 'refused') return read
  if (account && authentic.get(leaf) === account) return read
  const identity = read.value
  const broken = claimRule(leaf, identity, account)
  if (broken) return refused(broken)
  const device = account && deviceOf(account, identity.device)
  const holds =
    device !== undefined &&
    (await verifyLabelled(
      provider,
      device.certificate.signingKey,
      'leaf',
      leafClaim(identity, leaf.signatureKey),
      identity.signature,
    ))
  if (!account || !holds) return refused('LEAF-7')
  authentic.set(leaf, account)
  return read
}

/**
 * Whether a leaf is authentic and may act (LEAF-1 to LEAF-10): for every leaf that is new, changed, or
 * at work.
 *
 * @param nowS time of the log entry that brings the leaf; the clock of the device where there is none
 */
export const verifyLeaf = async (
  provider: Verifier,
  leaf: LeafNode,
  account: AccountState | undefined,
  nowS: number,
): Promise<Verdict<LeafIdentity>> => {
  const verdict = await verifyTreeLeaf(provider, leaf, account)
  if (verdict.kind === 'refused' || !account) return verdict
  const dead = livenessRule(verdict.value, account, nowS)
  return dead ? refused(dead) : accepted(verdict.value)
}

/**
 * The same whatever its time (LEAF-10): a leaf that is past its end, or was dated by a clock that ran ahead. Its device
 * is not revoked and has a valid certificate.
 */
export const verifyUndated = async (
  provider: Verifier,
  leaf: LeafNode,
  account: AccountState | undefined,
  nowS: number,
): Promise<Verdict<LeafIdentity>> => {
  const verdict = await verifyLeaf(provider, leaf, account, nowS)
  return verdict.kind === 'refused' && verdict.rule === 'LEAF-10'
    ? verifyTreeLeaf(provider, leaf, account)
    : verdict
}

const claimRule = (
  leaf: LeafNode,
  identity: LeafIdentity,
  account: AccountState | undefined,
): Rule | undefined => {
  if (!areOurCapabilities(leaf.capabilities) || leaf.extensions.length > 0) return 'LEAF-2'
  if (!account || !equalBytes(account.account, identity.account)) return 'LEAF-4'
  const head = account.heads[identity.chainSeq]
  if (!head || !equalBytes(head, identity.chainHead)) return 'LEAF-5'
  const device = deviceOf(account, identity.device)
  if (!device || device.addedSeq > identity.chainSeq) return 'LEAF-6'
  if (device.status.kind === 'revoked' && device.status.seq <= identity.chainSeq) return 'LEAF-6'
  const { signingKey } = device.certificate
  const taken = [signingKey, account.identityKey].some((key) => equalBytes(key, leaf.signatureKey))
  return taken || !isCanonicalEd25519Key(leaf.signatureKey) ? 'LEAF-3' : undefined
}

const livenessRule = (identity: LeafIdentity, account: AccountState, nowS: number): Rule | undefined => {
  switch (standingAt(identity, account, nowS)) {
    case 'unknown':
      return 'LEAF-6'
    case 'revoked':
      return 'LEAF-8'
    case 'uncertified':
      return 'LEAF-9'
    case 'expired':
      return 'LEAF-10'
    case 'live':
      return identity.notAfterS > nowS + leafLifetimeMaxS + leafGraceS ? 'LEAF-10' : undefined
  }
}

/** Whether a leaf may take the place of another: only the same device of the same account may (LEAF-11). */
export const succeeds = (next: LeafIdentity, previous: LeafIdentity): boolean =>
  equalBytes(next.account, previous.account) && equalBytes(next.device, previous.device)
