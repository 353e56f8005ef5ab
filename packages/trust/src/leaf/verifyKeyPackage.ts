import {
  extensionType,
  hybridSuiteId,
  type KeyPackage,
  mls10,
  suiteOf,
  verifyKeyPackage as verifyOuterSignature,
  verifyLeafNode,
} from '@sotto/mls/public'
import type { Provider } from '@sotto/mls'
import { equalBytes, limits } from '@sotto/protocol'
import type { AccountState } from '../account/accountState.ts'
import type { Rule } from '../rules.ts'
import type { Signatures } from '../signing/labelled.ts'
import { refused, type Verdict } from '../verdict.ts'
import type { LeafIdentity } from './identity.ts'
import { leafGraceS } from './standing.ts'
import { verifyLeaf } from './verifyLeaf.ts'

const dayS = 86_400n
const lifetimeMaxS = BigInt(limits.keyPackageLifetimeDaysMax) * dayS

/**
 * Whether a key package may be offered, or used to add its device (protocol §4, §10): KP-1 to KP-5 and the rules of
 * its leaf.
 */
export const verifyKeyPackage = async (
  provider: Provider,
  keyPackage: KeyPackage,
  account: AccountState | undefined,
  nowS: number,
): Promise<Verdict<LeafIdentity>> => {
  const verdict = await verifyOfferedLeaf(provider, keyPackage, account, nowS)
  if (verdict.kind === 'refused') return verdict
  const crypto = { provider, suite: suiteOf(hybridSuiteId) }
  const signed =
    (await verifyLeafNode(crypto, keyPackage.leafNode)) && (await verifyOuterSignature(crypto, keyPackage))
  return signed ? verdict : refused('KP-5')
}

/** The same for a key package whose own signatures have been verified: the engine does so before it asks. */
export const verifyOfferedLeaf = async (
  provider: Pick<Signatures, 'verify'>,
  keyPackage: KeyPackage,
  account: AccountState | undefined,
  nowS: number,
): Promise<Verdict<LeafIdentity>> => {
  const broken = offerRule(keyPackage, nowS)
  return broken ? refused(broken) : verifyLeaf(provider, keyPackage.leafNode, account, nowS)
}

const offerRule = (keyPackage: KeyPackage, nowS: number): Rule | undefined => {
  const { version, cipherSuite, leafNode, extensions, initKey } = keyPackage
  if (version !== mls10 || cipherSuite !== hybridSuiteId) return 'KP-1'
  if (leafNode.source.kind !== 'key_package') return 'KP-2'
  const { notBefore, notAfter } = leafNode.source
  const now = BigInt(Math.floor(nowS))
  if (notAfter <= notBefore || notAfter - notBefore > lifetimeMaxS) return 'KP-2'
  // A device whose clock is ahead still publishes key packages that others may use.
  if (notBefore > now + BigInt(leafGraceS) || notAfter <= now) return 'KP-2'
  if (extensions.some(({ type, data }) => type !== extensionType.lastResort || data.length > 0)) return 'KP-3'
  return equalBytes(initKey, leafNode.encryptionKey) ? 'KP-4' : undefined
}
