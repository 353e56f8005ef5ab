import { equalBytes } from './bytes.ts'
import { MlsError } from './error.ts'
import type { Crypto } from './labels.ts'
import { isIn, within } from './leafSet.ts'
import type { ParentNode } from './parentNode.ts'
import { firstLeaf, leafCount, type RatchetTree, resolution, type Subtree, subtrees } from './ratchetTree.ts'
import { structureHash } from './structureHash.ts'
import { originalTreeHashes } from './treeHash.ts'

/** The parent hash of the node above the root of a path. */
export const noParentHash: Uint8Array = new Uint8Array(0)

/**
 * The parent hash of a parent node with one of its children as the copath child (RFC 9420 §7.9).
 *
 * @param originalSiblingTreeHash of that child, without the parent's unmerged leaves
 */
export const parentHash = (
  crypto: Crypto,
  parent: Pick<ParentNode, 'encryptionKey' | 'parentHash'>,
  originalSiblingTreeHash: Uint8Array,
): Uint8Array =>
  structureHash(crypto, (writer) => {
    writer.opaque(parent.encryptionKey)
    writer.opaque(parent.parentHash)
    writer.opaque(originalSiblingTreeHash)
  })

/**
 * Whether every parent node was put there by the path of one member below it (RFC 9420 §7.9.2): for each there is
 * exactly one node below whose parent hash says so. Together with the leaves' signatures this keeps anyone from
 * planting a key of their own above others.
 *
 * @throws MlsError `invalid_tree`
 */
export const verifyParentHashes = (crypto: Crypto, tree: RatchetTree): void => {
  const original = originalTreeHashes(crypto)
  for (const at of subtrees(tree)) {
    if (at.kind === 'leaf' || !at.parent) continue
    const { parent, left, right } = at
    const isLinked = (child: Subtree, sibling: Subtree): boolean => {
      const link = linkFrom(child, parent)
      return (
        link !== undefined &&
        equalBytes(link, parentHash(crypto, parent, original(sibling, parent.unmergedLeaves)))
      )
    }
    if (isLinked(left, right) === isLinked(right, left))
      throw new MlsError('invalid_tree', `parent ${at.index} is not parent-hash valid`)
  }
}

/**
 * The parent hash of the only node under this child that can have been on the same path as the parent: in the
 * child's resolution all others must be unmerged at the parent, and no one else may be.
 */
const linkFrom = (child: Subtree, { unmergedLeaves }: ParentNode): Uint8Array | undefined => {
  const unmerged = within(unmergedLeaves, firstLeaf(child), leafCount(child))
  const nodes = resolution(child)
  if (nodes.length !== unmerged.length + 1) return undefined
  // An unmerged leaf is always in the resolution of what is above it, so one node is left over.
  const node = nodes.find((at) => at.kind === 'branch' || !isIn(unmerged, at.leafIndex))
  return node && parentHashIn(node)
}

/** What a node says its parent's hash is; a leaf that no commit put there says nothing. */
const parentHashIn = (node: Subtree): Uint8Array | undefined => {
  if (node.kind === 'branch') return node.parent?.parentHash
  return node.leaf?.source.kind === 'commit' ? node.leaf.source.parentHash : undefined
}
