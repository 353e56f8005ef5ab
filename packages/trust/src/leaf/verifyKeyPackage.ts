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
import { type AccountState, deviceOf } from '../account/accountState.ts'
import type { Rule } from '../rules.ts'
import type { Signatures } from '../signing/labelled.ts'
import { refused, type Verdict } from '../verdict.ts'
import { identityOf, type LeafIdentity } from './identity.ts'
import { leafGraceS } from './standing.ts'
import { verifyLeaf } from './verifyLeaf.ts'

const dayS = 86_400n
const lifetimeMaxS = BigInt(limits.keyPackageLifetimeDaysMax) * dayS

/**
 * Whether a key package may be offered, or taken to add its device : KP-1 to KP-7 and the rules of
 * its leaf.
 *
 * @param clockS the clock of whoever offers or takes it, by which it has not ended
 * @param roomS the time of the room's next entry, where its leaf is to stand; a wrong clock may have carried it ahead
 */
export const verifyKeyPackage = async (
  provider: Provider,
  keyPackage: KeyPackage,
  account: AccountState | undefined,
  clockS: number,
  roomS = clockS,
): Promise<Verdict<LeafIdentity>> => {
  const verdict = await verifyOfferedLeaf(provider, keyPackage, account, roomS)
  if (verdict.kind === 'refused') return verdict
  if (isKeyPackageOver(keyPackage, clockS)) return refused('KP-6')
  // The ten minutes of LEAF-8 are for who reads the log later; who brings in a device knows that it was given up.
  if (isRevoked(keyPackage, account)) return refused('KP-7')
  const crypto = { provider, suite: suiteOf(hybridSuiteId) }
  const signed =
    (await verifyLeafNode(crypto, keyPackage.leafNode)) && (await verifyOuterSignature(crypto, keyPackage))
  return signed ? verdict : refused('KP-5')
}

/** Whether nobody may take it any more (KP-6). */
export const isKeyPackageOver = ({ leafNode: { source } }: KeyPackage, clockS: number): boolean =>
  source.kind === 'key_package' && source.notAfter <= BigInt(Math.floor(clockS))

/** Whether its device was given up, as far as the chain at hand says; nobody may take it then (KP-7). */
export const isRevoked = ({ leafNode }: KeyPackage, account: AccountState | undefined): boolean => {
  const identity = identityOf(leafNode)
  const device = identity && account && deviceOf(account, identity.device)
  return device?.status.kind === 'revoked'
}

/**
 * Whether a commit may bring in the leaf of a key package whose own signatures the engine has verified: KP-1 to KP-4
 * and the rules of its leaf. How long the leaf lasts counts, not whether the key package could still be taken: whoever
 * took it has asked that (KP-6), by a clock that the log may be ahead of.
 *
 * @param nowS time of the log entry
 */
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
  if (notBefore > now + BigInt(leafGraceS)) return 'KP-2'
  if (extensions.some(({ type, data }) => type !== extensionType.lastResort || data.length > 0)) return 'KP-3'
  return equalBytes(initKey, leafNode.encryptionKey) ? 'KP-4' : undefined
}
