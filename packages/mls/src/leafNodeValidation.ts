import { equalBytes } from './bytes.ts'
import { isDefaultProposal } from './capabilities.ts'
import { credentialTypeOf } from './credential.ts'
import { assertReadableCredentials } from './credentialTypes.ts'
import { isEncryptionKey } from './encryptionKey.ts'
import { MlsError } from './error.ts'
import { type Extension, isDefaultExtension } from './extension.ts'
import { type KeyPackage, verifyKeyPackage } from './keyPackage.ts'
import { signatureKeyBytes } from './keyLengths.ts'
import { assertUniqueAmong } from './keyUniqueness.ts'
import type { Crypto } from './labels.ts'
import { askLeafCheck, type LeafUse, type TreeEngine } from './leafCheck.ts'
import { type LeafNode, type LeafNodeSource, type LeafPlace, verifyLeafNode } from './leafNode.ts'
import { mls10 } from './protocolVersion.ts'
import { leaves, type RatchetTree } from './ratchetTree.ts'
import { type RequiredCapabilities, requiredCapabilitiesOf } from './requiredCapabilities.ts'
import type { LeafIndex } from './treeMath.ts'

/** What a group asks of each leaf, read once for many leaves. */
export interface GroupTerms {
  readonly extensionTypes: readonly number[]
  readonly required: RequiredCapabilities | undefined
}

/** @param extensions of the group context; none for a leaf that is not in a group yet. @throws MlsError `malformed` */
export const groupTerms = (extensions: readonly Extension[]): GroupTerms => ({
  extensionTypes: extensions.map(({ type }) => type),
  required: requiredCapabilitiesOf(extensions),
})

/**
 * Why a leaf does not fit itself, the suite or the group (RFC 9420 §7.2, §7.3, §13.4); signatures aside.
 *
 * That the capabilities list the suite is not asked of others: §7.3 does not, and leaves in use do not have it.
 */
export const leafComplaint = ({ suite }: Crypto, leaf: LeafNode, terms: GroupTerms): string | undefined => {
  const { capabilities, encryptionKey, signatureKey } = leaf
  if (!isEncryptionKey(suite.kem, encryptionKey)) return 'nothing can be sealed to its encryption key'
  if (signatureKey.length !== signatureKeyBytes[suite.signature])
    return 'the signature key has a wrong length'
  if (!capabilities.versions.includes(mls10)) return 'the protocol version is not supported'
  const credential = credentialTypeOf(leaf.credential)
  if (!capabilities.credentials.includes(credential))
    return `its own credential type ${credential} is not listed`
  const own = leaf.extensions.find(({ type }) => !supportsExtension(leaf, type))
  if (own) return `its own extension type ${own.type} is not listed`
  const ofGroup = terms.extensionTypes.find((type) => !supportsExtension(leaf, type))
  if (ofGroup !== undefined) return `group context extension type ${ofGroup} is not supported`
  return terms.required && requirementComplaint(leaf, terms.required)
}

const requirementComplaint = (leaf: LeafNode, required: RequiredCapabilities): string | undefined => {
  const extension = required.extensions.find((type) => !supportsExtension(leaf, type))
  if (extension !== undefined) return `required extension type ${extension} is not supported`
  const proposal = required.proposals.find(
    (type) => !isDefaultProposal(type) && !leaf.capabilities.proposals.includes(type),
  )
  if (proposal !== undefined) return `required proposal type ${proposal} is not supported`
  const credential = required.credentials.find((type) => !leaf.capabilities.credentials.includes(type))
  if (credential !== undefined) return `required credential type ${credential} is not supported`
  return undefined
}

const supportsExtension = ({ capabilities }: LeafNode, type: number): boolean =>
  isDefaultExtension(type) || capabilities.extensions.includes(type)

const sourceAt: Readonly<Record<Exclude<LeafUse['at'], 'tree'>, LeafNodeSource['kind']>> = {
  key_package: 'key_package',
  add: 'key_package',
  update: 'update',
  path: 'commit',
  external: 'commit',
}

/**
 * A leaf on its own: its source, the group's terms, its signature, and at last the caller's check (RFC 9420 §7.3).
 * What concerns the other members is `validateAmongMembers`.
 *
 * @param use `groupId` and `leafIndex` are needed for any source but `key_package`
 * @throws MlsError `invalid_leaf`, `bad_authentication`, `refused_by_caller`
 */
export const validateLeaf = async (
  engine: TreeEngine,
  leaf: LeafNode,
  use: LeafUse,
  terms: GroupTerms,
): Promise<void> => {
  if (use.at !== 'tree' && leaf.source.kind !== sourceAt[use.at])
    throw new MlsError('invalid_leaf', `source ${leaf.source.kind} at ${use.at}`)
  if (use.previous && use.at !== 'tree' && equalBytes(leaf.encryptionKey, use.previous.encryptionKey))
    throw new MlsError('invalid_leaf', 'the encryption key is that of the leaf before')
  const complaint = leafComplaint(engine, leaf, terms)
  if (complaint) throw new MlsError('invalid_leaf', complaint)
  if (!(await verifyLeafNode(engine, leaf, placeOf(use))))
    throw new MlsError('bad_authentication', `signature of a leaf node at ${use.at}`)
  await askLeafCheck(engine, leaf, use)
}

const placeOf = ({ groupId, leafIndex }: LeafUse): LeafPlace | undefined =>
  groupId && leafIndex !== undefined ? { groupId, leafIndex } : undefined

/**
 * A key package, before its owner is added (RFC 9420 §10.1).
 *
 * @throws MlsError `invalid_key_package`, `invalid_leaf`, `bad_authentication`, `refused_by_caller`
 */
export const validateKeyPackage = async (
  engine: TreeEngine,
  keyPackage: KeyPackage,
  use: LeafUse & { readonly at: 'key_package' | 'add' },
  terms: GroupTerms,
): Promise<void> => {
  const { cipherSuite, version, initKey, leafNode } = keyPackage
  if (version !== mls10) throw new MlsError('invalid_key_package', `protocol version ${version}`)
  if (cipherSuite !== engine.suite.id)
    throw new MlsError('invalid_key_package', `cipher suite ${cipherSuite}`)
  if (!isEncryptionKey(engine.suite.kem, initKey))
    throw new MlsError('invalid_key_package', 'nothing can be sealed to the init key')
  if (equalBytes(initKey, leafNode.encryptionKey))
    throw new MlsError('invalid_key_package', 'the init key is the encryption key')
  if (!(await verifyKeyPackage(engine, keyPackage)))
    throw new MlsError('bad_authentication', 'signature of a key package')
  await validateLeaf(engine, leafNode, use, terms)
}

/**
 * Leaves that proposals changed, against all others of the tree that they are in now: keys that are no one else's,
 * credentials that everyone can read (RFC 9420 §7.3).
 *
 * @throws MlsError `invalid_leaf`
 */
export const validateAmongMembers = (tree: RatchetTree, changed: ReadonlySet<LeafIndex>): void => {
  assertUniqueAmong(tree, changed)
  assertReadableCredentials(tree)
}

/** Every member supports what a new group context asks (RFC 9420 §12.1.7). @throws MlsError `invalid_proposal` */
export const validateGroupExtensions = (
  crypto: Crypto,
  tree: RatchetTree,
  extensions: readonly Extension[],
): void => {
  const terms = groupTerms(extensions)
  for (const [index, leaf] of leaves(tree)) {
    const complaint = leafComplaint(crypto, leaf, terms)
    if (complaint) throw new MlsError('invalid_proposal', `leaf ${index}: ${complaint}`)
  }
}
