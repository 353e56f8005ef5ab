import { concat } from './bytes.ts'
import { encode, type Writer } from './codec.ts'
import type { Crypto } from './labels.ts'
import { leafCount, memberCount, type RatchetTree, contentOf, type Subtree, subtrees } from './ratchetTree.ts'
import { encodeOptionalNode } from './treeEncoding.ts'
import { treeHash } from './treeHash.ts'

/** Nodes in a row. */
export interface TreeNodes {
  /** As the `ratchet_tree` extension has them, up to the last one that is not blank. */
  readonly nodes: Uint8Array
  /** How many blank nodes follow these. */
  readonly blanks: number
}

/**
 * A tree in pieces that are named by their content, for whoever keeps many trees of one group: from one epoch to the
 * next only the pieces on the way from a changed leaf to the root are others. A small subtree is one part with all of
 * its nodes, a large one has a part for the node at its top.
 */
export interface TreePart extends TreeNodes {
  /** The tree hash of the subtree (RFC 9420 §7.8): the same for what is the same, and for nothing else. */
  readonly hash: Uint8Array
  /** What is left and right of the node at the top of a large subtree; made when it is asked for. */
  readonly below: (() => readonly [left: TreePart, right: TreePart]) | null
}

/** Leaves of a subtree that is one part: few enough to be written anew with a leaf, many enough for few parts. */
const leavesPerPart = 8

export const treeParts = (crypto: Crypto, tree: RatchetTree): TreePart => partOf(crypto, tree)

const partOf = (crypto: Crypto, subtree: Subtree): TreePart => {
  const hash = treeHash(crypto, subtree)
  if (subtree.kind === 'branch' && leafCount(subtree) > leavesPerPart && memberCount(subtree) > 0)
    return {
      hash,
      ...nodesOf([subtree]),
      below: () => [partOf(crypto, subtree.left), partOf(crypto, subtree.right)],
    }
  return { hash, ...nodesOf([...subtrees(subtree)]), below: null }
}

const nodesOf = (nodes: readonly Subtree[]): TreeNodes => {
  const end = nodes.findLastIndex((node) => contentOf(node)) + 1
  const write = (writer: Writer): void => {
    for (const node of nodes.slice(0, end)) encodeOptionalNode(writer, node)
  }
  return { nodes: encode(write, undefined), blanks: nodes.length - end }
}

/** A tree out of its parts from left to right, the part at the top of a subtree between its halves: as `encodeTree` does it. */
export const treeOfParts = (parts: Iterable<TreeNodes>): Uint8Array => {
  const pieces: Uint8Array[] = []
  let blanks = 0
  for (const part of parts) {
    if (part.nodes.length > 0) {
      pieces.push(new Uint8Array(blanks), part.nodes)
      blanks = 0
    }
    blanks += part.blanks
  }
  return encode((writer) => writer.opaque(concat(...pieces)), undefined)
}
