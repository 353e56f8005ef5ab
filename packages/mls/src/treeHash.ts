import type { Crypto } from './labels.ts'
import { encodeLeafNode, type LeafNode } from './leafNode.ts'
import { isIn, type LeafSet, sameLeaves, within } from './leafSet.ts'
import { encodeParentNode, type ParentNode } from './parentNode.ts'
import type { HashName } from './provider.ts'
import { structureHash } from './structureHash.ts'
import { firstLeaf, type LeafSlot, leafCount, type Subtree } from './ratchetTree.ts'

/** Tree hashes (RFC 9420 §7.8). One is computed once per subtree, as long as that subtree is alive. */

const nodeType = { leaf: 1, parent: 2 } as const

const remembered: Readonly<Record<HashName, WeakMap<Subtree, Uint8Array>>> = {
  'SHA-256': new WeakMap(),
  'SHA-384': new WeakMap(),
  'SHA-512': new WeakMap(),
}

/** The tree hash of a subtree; of a whole tree, that of the group context. */
export const treeHash = (crypto: Crypto, subtree: Subtree): Uint8Array => {
  const cache = remembered[crypto.suite.hash]
  const known = cache.get(subtree)
  if (known) return known
  const hash =
    subtree.kind === 'leaf'
      ? leafHash(crypto, subtree, subtree.leaf)
      : parentNodeHash(
          crypto,
          subtree.parent,
          treeHash(crypto, subtree.left),
          treeHash(crypto, subtree.right),
        )
  cache.set(subtree, hash)
  return hash
}

/** `LeafNodeHashInput` */
const leafHash = (crypto: Crypto, { leafIndex }: LeafSlot, leaf: LeafNode | undefined): Uint8Array =>
  structureHash(crypto, (writer) => {
    writer.uint8(nodeType.leaf)
    writer.uint32(leafIndex)
    writer.optional(encodeLeafNode, leaf)
  })

/** `ParentNodeHashInput` */
const parentNodeHash = (
  crypto: Crypto,
  parent: ParentNode | undefined,
  left: Uint8Array,
  right: Uint8Array,
): Uint8Array =>
  structureHash(crypto, (writer) => {
    writer.uint8(nodeType.parent)
    writer.optional(encodeParentNode, parent)
    writer.opaque(left)
    writer.opaque(right)
  })

/**
 * Tree hashes of subtrees as they were before some leaves were added (RFC 9420 §7.9): those leaves blank, and in no
 * list of unmerged leaves. Made for the verification of one tree.
 *
 * A hostile tree can ask for every subtree under many sets. As each parent only asks about its own child, at most
 * n log n nodes are hashed; parents above one another mostly ask for the same set, for which one answer is kept.
 */
export const originalTreeHashes = (crypto: Crypto): ((subtree: Subtree, without: LeafSet) => Uint8Array) => {
  const latest = new Map<Subtree, { readonly without: LeafSet; readonly hash: Uint8Array }>()

  const original = (subtree: Subtree, leaves: LeafSet): Uint8Array => {
    const without = within(leaves, firstLeaf(subtree), leafCount(subtree))
    if (without.length === 0) return treeHash(crypto, subtree)
    const known = latest.get(subtree)
    if (known && sameLeaves(known.without, without)) return known.hash
    const hash = compute(subtree, without)
    latest.set(subtree, { without, hash })
    return hash
  }

  const compute = (subtree: Subtree, without: LeafSet): Uint8Array => {
    if (subtree.kind === 'leaf') return leafHash(crypto, subtree, undefined)
    const { parent, left, right } = subtree
    return parentNodeHash(
      crypto,
      parent && {
        ...parent,
        unmergedLeaves: parent.unmergedLeaves.filter((leaf) => !isIn(without, leaf)),
      },
      original(left, without),
      original(right, without),
    )
  }

  return original
}
