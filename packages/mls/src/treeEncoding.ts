import { decode, encode, type Reader, type Writer } from './codec.ts'
import { MlsError } from './error.ts'
import { decodeLeafNode, encodeLeafNode, type LeafNode } from './leafNode.ts'
import { isIn, type LeafSet } from './leafSet.ts'
import { decodeParentNode, encodeParentNode, type ParentNode } from './parentNode.ts'
import {
  branch,
  contentOf,
  goesLeft,
  leafAt,
  memberCount,
  type RatchetTree,
  slot,
  type Subtree,
  subtrees,
} from './ratchetTree.ts'
import { fullLeafCount } from './treeMath.ts'

/** The tree as the `ratchet_tree` extension has it (RFC 9420 §12.4.3.3), from left to right without trailing blanks. */

type Node =
  | { readonly kind: 'leaf'; readonly leaf: LeafNode }
  | { readonly kind: 'parent'; readonly parent: ParentNode }

const nodeType = { leaf: 1, parent: 2 } as const

/** Leaves that a tree may have unless the caller says otherwise. */
export const leavesMaxDefault = 8192

export const encodeTree = (tree: RatchetTree): Uint8Array => {
  const nodes = [...subtrees(tree)]
  const end = nodes.findLastIndex((node) => contentOf(node)) + 1
  return encode((writer) => writer.vector(encodeOptionalNode, nodes.slice(0, end)), undefined)
}

export const encodeOptionalNode = (writer: Writer, node: Subtree): void => {
  if (!contentOf(node)) return writer.uint8(0)
  writer.uint8(1)
  if (node.kind === 'leaf' && node.leaf) {
    writer.uint8(nodeType.leaf)
    encodeLeafNode(writer, node.leaf)
  } else if (node.kind === 'branch' && node.parent) {
    writer.uint8(nodeType.parent)
    encodeParentNode(writer, node.parent)
  }
}

const decodeNode = (reader: Reader): Node => {
  const type = reader.uint8()
  switch (type) {
    case nodeType.leaf:
      return { kind: 'leaf', leaf: decodeLeafNode(reader) }
    case nodeType.parent:
      return { kind: 'parent', parent: decodeParentNode(reader) }
  }
  throw new MlsError('malformed', `node type ${type}`)
}

/**
 * A tree out of the bytes of a `ratchet_tree` extension. Its shape is checked here, also the unmerged leaves
 * (§12.4.3.1); hashes and signatures are not, see `validateTree`.
 *
 * @throws MlsError `malformed`, `invalid_tree`, `limit_exceeded` for more leaves than `leavesMax`
 */
export const decodeTree = (bytes: Uint8Array, leavesMax: number = leavesMaxDefault): RatchetTree => {
  const nodes = decode(
    (reader) => reader.vector((from) => from.optional(decodeNode), 2 * leavesMax - 1),
    bytes,
  )
  if (!nodes.at(-1)) throw new MlsError('malformed', 'a tree ends with a node that is not blank')
  const tree = build(nodes, 0, fullLeafCount((nodes.length + 1) / 2))
  if (tree.kind === 'branch' && memberCount(tree.right) === 0)
    throw new MlsError('invalid_tree', 'the right half of the tree has no member')
  return tree
}

const build = (nodes: readonly (Node | undefined)[], first: number, width: number): Subtree => {
  const index = 2 * first + width - 1
  const node = nodes[index]
  if (width === 1) {
    if (node?.kind === 'parent') throw new MlsError('malformed', `a parent node at leaf ${first}`)
    return slot(first, node?.leaf)
  }
  if (node?.kind === 'leaf') throw new MlsError('malformed', `a leaf node at parent ${index}`)
  const half = width / 2
  const built = branch(node?.parent, build(nodes, first, half), build(nodes, first + half, half))
  if (node) checkParent(built, node.parent)
  return built
}

const checkParent = (at: Subtree, { unmergedLeaves }: ParentNode): void => {
  if (memberCount(at) === 0) throw new MlsError('invalid_tree', 'a parent node without a member below')
  for (const unmerged of unmergedLeaves) {
    if (!leafAt(at, unmerged))
      throw new MlsError('invalid_tree', `unmerged leaf ${unmerged} is not a member below`)
    const next = nextParentBelow(at, unmerged)
    if (next && !isIn(next, unmerged))
      throw new MlsError('invalid_tree', `leaf ${unmerged} is unmerged above a parent that has it merged`)
  }
}

/** What the nearest parent below, on the way to a leaf, has unmerged. That one was checked against the next in turn. */
const nextParentBelow = (top: Subtree, leaf: number): LeafSet | undefined => {
  let at = top
  while (at.kind === 'branch') {
    at = goesLeft(at, leaf) ? at.left : at.right
    if (at.kind === 'branch' && at.parent) return at.parent.unmergedLeaves
  }
  return undefined
}
