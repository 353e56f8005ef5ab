import { equalBytes } from './bytes.ts'
import { encode } from './codec.ts'
import type { Engine } from './engine.ts'
import { MlsError } from './error.ts'
import { extensionData, extensionType } from './extension.ts'
import { type Group, resumptionPsk } from './group.ts'
import type { GroupInfo } from './groupInfo.ts'
import { type GroupSecrets, openGroupInfo, openGroupSecrets } from './groupSecrets.ts'
import { hexOf } from './hex.ts'
import { keyPackageRef } from './keyPackage.ts'
import type { KeyPackageBundle } from './keyPackageBundle.ts'
import { joinEpoch, verifyConfirmation, welcomeSecret } from './keySchedule.ts'
import { encodeLeafNode, type LeafNode } from './leafNode.ts'
import { readWhole } from './message.ts'
import { findPsks, pskSecret, type PskSource } from './psk.ts'
import { verifyPublicGroup } from './publicGroup.ts'
import { leafCount, leaves, type RatchetTree } from './ratchetTree.ts'
import { verifyResumption } from './resume.ts'
import { secretTreeOf } from './secretTree.ts'
import { decodeTree } from './treeEncoding.ts'
import { joinPrivateTree } from './treeKem.ts'
import type { LeafIndex } from './treeMath.ts'
import type { Welcome } from './welcome.ts'
import { wipe } from './wipe.ts'

export interface WelcomeInput {
  readonly welcome: Uint8Array
  /** Those whose key packages are out; the Welcome says which was used. */
  readonly bundles: readonly KeyPackageBundle[]
  readonly psks?: PskSource
  /** The group that the new one carries on, by a ReInit or as a branch. */
  readonly previous?: Group
}

export interface JoinInput extends WelcomeInput {
  /** Needed where the Welcome does not hold it. */
  readonly tree?: Uint8Array
}

/** What a Welcome says. Nothing of it is verified before the tree is there. */
export interface WelcomeInfo {
  readonly info: GroupInfo
  readonly groupId: Uint8Array
  readonly epoch: bigint
  /** By which the tree can be fetched. */
  readonly treeHash: Uint8Array
  readonly signer: LeafIndex
  readonly bundle: KeyPackageBundle
}

export interface Joined {
  readonly group: Group
  /** The member who vouches for the group: authenticated, and up to the caller to trust. */
  readonly signer: LeafIndex
  /** The key package that was used, and is used up unless it is one of last resort. */
  readonly bundle: KeyPackageBundle
  readonly consumed: readonly Uint8Array[]
}

interface OpenedWelcome extends WelcomeInfo {
  readonly secrets: GroupSecrets
  readonly pskSecret: Uint8Array
}

/**
 * Opens a Welcome as far as it goes without the tree: to learn which tree to fetch, or whom to ask.
 *
 * @throws MlsError `invalid_welcome`, `decrypt_failed`, `malformed`, `unsupported`, `invalid_use`
 */
export const openWelcomeInfo = async (engine: Engine, input: WelcomeInput): Promise<WelcomeInfo> => {
  const { secrets, pskSecret: psk, ...rest } = await openWelcome(engine, input)
  wipe([secrets.joinerSecret, psk, ...(secrets.pathSecret ? [secrets.pathSecret] : [])])
  return rest
}

const openWelcome = async (engine: Engine, input: WelcomeInput): Promise<OpenedWelcome> => {
  const message = readWhole(engine, input.welcome)
  if (message.kind !== 'welcome')
    throw new MlsError('malformed', `a ${message.kind} where a Welcome is to be`)
  const { welcome } = message
  if (welcome.cipherSuite !== engine.suite.id)
    throw new MlsError('unsupported', `a Welcome of cipher suite ${welcome.cipherSuite}`)

  const { bundle, sealed } = findOwn(engine, welcome, input.bundles)
  const initKeyPair = { publicKey: bundle.keyPackage.initKey, privateKey: bundle.initPrivateKey }
  const secrets = await openGroupSecrets(engine, initKeyPair, welcome, sealed)
  const previous = input.previous ? [resumptionPsk(input.previous)] : []
  const psks = await findPsks(secrets.psks, previous, input.psks)
  const psk = pskSecret(engine, psks)
  const opening = welcomeSecret(engine, secrets.joinerSecret, psk)
  const info = await openGroupInfo(engine, opening.secret, welcome.encryptedGroupInfo)
  wipe([opening.secret, ...opening.consumed])
  const { groupId, epoch, treeHash } = info.context
  return { info, groupId, epoch, treeHash, signer: info.signer, bundle, secrets, pskSecret: psk }
}

const findOwn = (
  engine: Engine,
  { secrets }: Welcome,
  bundles: readonly KeyPackageBundle[],
): { readonly bundle: KeyPackageBundle; readonly sealed: Welcome['secrets'][number] } => {
  const ofSuite = bundles.filter(({ keyPackage }) => keyPackage.cipherSuite === engine.suite.id)
  const byRef = new Map(ofSuite.map((bundle) => [hexOf(keyPackageRef(engine, bundle.keyPackage)), bundle]))
  for (const sealed of secrets) {
    const bundle = byRef.get(hexOf(sealed.newMember))
    if (bundle) return { bundle, sealed }
  }
  throw new MlsError('invalid_welcome', 'a Welcome for none of these key packages')
}

/**
 * Joins a group by a Welcome (RFC 9420 §12.4.3.1). The whole tree is verified and each leaf put to `checks.leaf`.
 *
 * That one is not in a group of this id already, and may trust the signer, is the caller's to see to.
 *
 * @throws MlsError of any code but `key_consumed`, `wrong_group` and `wrong_epoch`
 */
export const join = async (engine: Engine, input: JoinInput): Promise<Joined> => {
  const opened = await openWelcome(engine, input)
  const { info, bundle, secrets, signer } = opened
  const tree = treeOf(engine, info, input.tree)
  const publicGroup = await verifyPublicGroup(engine, info, tree)
  const ownLeaf = findLeaf(tree, bundle.keyPackage.leafNode)
  verifyResumption(secrets.psks, info.context, input.previous)

  const { context } = publicGroup
  const start = joinEpoch(engine, secrets.joinerSecret, opened.pskSecret, context)
  verifyConfirmation(engine, start.confirmationKey, context.confirmedTranscriptHash, info.confirmationTag)
  const { pathSecret } = secrets
  const { privateTree, consumed } = await joinPrivateTree(
    engine,
    tree,
    { leafIndex: ownLeaf, encryptionPrivateKey: bundle.encryptionPrivateKey.slice() },
    pathSecret && { signer, pathSecret },
  )

  wipe([secrets.joinerSecret, opened.pskSecret, start.welcomeSecret, start.confirmationKey])
  wipe([...start.consumed, ...consumed])
  return {
    group: {
      public: publicGroup,
      ownLeaf,
      signaturePrivateKey: bundle.signaturePrivateKey,
      privateTree,
      epochSecrets: start.secrets,
      secretTree: secretTreeOf(start.encryptionSecret, leafCount(tree)),
      ownUpdates: [],
      pastEpochs: [],
    },
    signer,
    bundle,
    consumed: isLastResort(bundle) ? [] : [bundle.initPrivateKey, bundle.encryptionPrivateKey],
  }
}

const treeOf = (engine: Engine, info: GroupInfo, given: Uint8Array | undefined): RatchetTree => {
  const bytes = given ?? extensionData(info.extensions, extensionType.ratchetTree)
  if (!bytes) throw new MlsError('invalid_use', 'the Welcome comes without the tree')
  return decodeTree(bytes, engine.limits.leavesMax)
}

/** One who was welcomed to a place that another has would be there in that one's name. */
const findLeaf = (tree: RatchetTree, own: LeafNode): LeafIndex => {
  const bytes = encode(encodeLeafNode, own)
  for (const [index, leaf] of leaves(tree))
    if (equalBytes(leaf.signatureKey, own.signatureKey) && equalBytes(encode(encodeLeafNode, leaf), bytes))
      return index
  throw new MlsError('invalid_welcome', 'the own leaf is not in the tree')
}

const isLastResort = ({ keyPackage }: KeyPackageBundle): boolean =>
  extensionData(keyPackage.extensions, extensionType.lastResort) !== undefined
