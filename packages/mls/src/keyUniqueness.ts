import { MlsError } from './error.ts'
import { PublicKeySet } from './publicKeySet.ts'
import { contentOf, leafAt, leaves, type RatchetTree, subtrees } from './ratchetTree.ts'
import type { LeafIndex } from './treeMath.ts'

/**
 * No key occurs twice in a tree (RFC 9420 §7.3, §12.4.2, §12.4.3.1). Someone who presents another's encryption key
 * as its own would get what is meant for it counted as received; with a signature key there would be two to
 * answer for one signature.
 */

/** All keys of a tree, as it is met for the first time. @throws MlsError `invalid_tree` */
export const assertUniqueKeys = (tree: RatchetTree): void => {
  const [encryptionKeys, signatureKeys] = [new PublicKeySet(), new PublicKeySet()]
  for (const node of subtrees(tree)) {
    const content = contentOf(node)
    if (content && !encryptionKeys.add(content.encryptionKey))
      throw new MlsError('invalid_tree', 'an encryption key occurs twice')
    if (node.kind === 'leaf' && node.leaf && !signatureKeys.add(node.leaf.signatureKey))
      throw new MlsError('invalid_tree', 'a signature key occurs twice')
  }
}

/** The keys of some leaves of a tree whose other keys are known to be unique. @throws MlsError `invalid_leaf` */
export const assertUniqueAmong = (tree: RatchetTree, changed: ReadonlySet<LeafIndex>): void => {
  const [encryptionKeys, signatureKeys] = [new PublicKeySet(), new PublicKeySet()]
  for (const index of changed) {
    const leaf = leafAt(tree, index)
    if (!leaf) continue
    if (!encryptionKeys.add(leaf.encryptionKey)) throw taken('encryption key', index)
    if (!signatureKeys.add(leaf.signatureKey)) throw taken('signature key', index)
  }
  for (const node of subtrees(tree)) {
    if (node.kind === 'leaf' && changed.has(node.leafIndex)) continue
    const content = contentOf(node)
    if (content && encryptionKeys.has(content.encryptionKey))
      throw new MlsError('invalid_leaf', 'an encryption key is in the tree already')
    if (node.kind === 'leaf' && node.leaf && signatureKeys.has(node.leaf.signatureKey))
      throw taken('signature key', node.leafIndex)
  }
}

/** Keys that must differ from each other and from all in the tree. @throws MlsError `invalid_commit` */
export const assertFreshEncryptionKeys = (tree: RatchetTree, keys: readonly Uint8Array[]): void => {
  const fresh = new PublicKeySet()
  for (const key of keys)
    if (!fresh.add(key)) throw new MlsError('invalid_commit', 'a path has an encryption key twice')
  for (const node of subtrees(tree)) {
    const content = contentOf(node)
    if (content && fresh.has(content.encryptionKey))
      throw new MlsError('invalid_commit', 'a path has an encryption key that is in the tree already')
  }
}

/** A signature key that no one but `owner` may have. @throws MlsError `invalid_leaf` */
export const assertOwnSignatureKey = (tree: RatchetTree, owner: LeafIndex, key: Uint8Array): void => {
  const own = new PublicKeySet()
  own.add(key)
  for (const [index, leaf] of leaves(tree))
    if (index !== owner && own.has(leaf.signatureKey)) throw taken('signature key', index)
}

const taken = (what: string, index: LeafIndex): MlsError =>
  new MlsError('invalid_leaf', `the ${what} of leaf ${index} is another's too`)
