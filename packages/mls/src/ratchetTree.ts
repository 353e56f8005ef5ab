import { MlsError } from './error.ts'
import type { LeafNode } from './leafNode.ts'
import { withLeaf } from './leafSet.ts'
import type { ParentNode } from './parentNode.ts'
import { type LeafIndex, type NodeIndex, nodeOfLeaf } from './treeMath.ts'

/**
 * A ratchet tree (RFC 9420 §4, §7) as immutable nodes that are linked: a change makes new nodes from the leaf to the
 * root and shares all others. What is computed of a subtree (tree hash, resolution, capabilities in common) is
 * remembered beside it, and a change forgets what depends on it and no more.
 *
 * Held by construction, whether a tree was decoded or grown: it is full; it is truncated, so that its right half is
 * never blank; no parent is filled in without a member under it; unmerged leaves are members under their node, and
 * every filled-in node between the two lists them too.
 */
export type RatchetTree = Subtree
export type Subtree = LeafSlot | Branch

export interface LeafSlot {
  readonly kind: 'leaf'
  readonly leafIndex: LeafIndex
  /** Absent in a blank leaf. */
  readonly leaf: LeafNode | undefined
}

export interface Branch {
  readonly kind: 'branch'
  readonly index: NodeIndex
  /** Absent in a blank node. */
  readonly parent: ParentNode | undefined
  readonly left: Subtree
  readonly right: Subtree
  /** Leaves below, blank ones included. */
  readonly width: number
  /** Leaves below that are not blank. */
  readonly memberCount: number
}

/** A tree of one member, as a group begins (RFC 9420 §11). */
export const treeOf = (leaf: LeafNode): RatchetTree => slot(0, leaf)

export const slot = (leafIndex: LeafIndex, leaf: LeafNode | undefined): LeafSlot => ({
  kind: 'leaf',
  leafIndex,
  leaf,
})

export const branch = (parent: ParentNode | undefined, left: Subtree, right: Subtree): Branch => {
  const width = 2 * leafCount(left)
  return {
    kind: 'branch',
    index: (firstLeaf(left) * 2 + width - 1) as NodeIndex,
    parent,
    left,
    right,
    width,
    memberCount: memberCount(left) + memberCount(right),
  }
}

/** Leaves of the full tree, blank ones included: a power of two. */
export const leafCount = (tree: Subtree): number => (tree.kind === 'leaf' ? 1 : tree.width)

/** Leaves that are not blank. */
export const memberCount = (tree: Subtree): number => {
  if (tree.kind === 'branch') return tree.memberCount
  return tree.leaf ? 1 : 0
}

export const indexOf = (subtree: Subtree): NodeIndex =>
  subtree.kind === 'leaf' ? nodeOfLeaf(subtree.leafIndex) : subtree.index

/** Index of the leftmost leaf of a subtree. */
export const firstLeaf = (subtree: Subtree): LeafIndex =>
  subtree.kind === 'leaf' ? subtree.leafIndex : (subtree.index + 1 - subtree.width) / 2

/** What the node at the top of a subtree holds, if it is not blank. */
export const contentOf = (subtree: Subtree): LeafNode | ParentNode | undefined =>
  subtree.kind === 'leaf' ? subtree.leaf : subtree.parent

const contains = (subtree: Subtree, leaf: LeafIndex): boolean =>
  leaf >= firstLeaf(subtree) && leaf < firstLeaf(subtree) + leafCount(subtree)

/** Whether the way from the top of a branch to a leaf goes left. */
export const goesLeft = (at: Branch, leaf: LeafIndex): boolean => leaf < firstLeaf(at.right)

/** The subtree below a node, or undefined for an index that is not in the tree. */
export const subtreeAt = (tree: RatchetTree, index: NodeIndex): Subtree | undefined => {
  let at: Subtree = tree
  for (;;) {
    const here = indexOf(at)
    if (index === here) return at
    if (at.kind === 'leaf') return undefined
    at = index < here ? at.left : at.right
  }
}

/** The leaf node at an index; undefined for a blank leaf and for any index outside of the tree. */
export const leafAt = (tree: RatchetTree, index: LeafIndex): LeafNode | undefined => {
  // Anything may come in from a message; a fraction or a NaN would fall through to some leaf otherwise.
  if (!Number.isInteger(index) || !contains(tree, index)) return undefined
  let at: Subtree = tree
  while (at.kind === 'branch') at = goesLeft(at, index) ? at.left : at.right
  return at.leaf
}

/** The members, from left to right. */
export function* leaves(tree: Subtree): Generator<readonly [LeafIndex, LeafNode]> {
  for (const at of subtrees(tree)) if (at.kind === 'leaf' && at.leaf) yield [at.leafIndex, at.leaf]
}

/** All nodes from left to right, in the order of their indices. */
export function* subtrees(tree: Subtree): Generator<Subtree> {
  // A stack of our own: nested generators would pay for the depth at every step.
  const open: Branch[] = []
  let at: Subtree | undefined = tree
  while (at) {
    while (at.kind === 'branch') {
      open.push(at)
      at = at.left
    }
    yield at
    const next = open.pop()
    if (next) yield next
    at = next?.right
  }
}

/** The branches above a leaf, from the root down. @throws MlsError `invalid_use` for an index outside of the tree */
export const branchesAbove = (tree: RatchetTree, leaf: LeafIndex): readonly Branch[] => {
  assertInTree(tree, leaf)
  const above: Branch[] = []
  for (let at: Subtree = tree; at.kind === 'branch'; at = goesLeft(at, leaf) ? at.left : at.right)
    above.push(at)
  return above
}

/** The same tree with another leaf, and its ancestors as `reparent` makes them. */
export const replacePath = (
  tree: Subtree,
  index: LeafIndex,
  leaf: LeafNode | undefined,
  reparent: (above: Branch) => ParentNode | undefined,
): Subtree => {
  if (tree.kind === 'leaf') return slot(index, leaf)
  return goesLeft(tree, index)
    ? branch(reparent(tree), replacePath(tree.left, index, leaf, reparent), tree.right)
    : branch(reparent(tree), tree.left, replacePath(tree.right, index, leaf, reparent))
}

const blankSubtree = (first: LeafIndex, width: number): Subtree =>
  width === 1
    ? slot(first, undefined)
    : branch(undefined, blankSubtree(first, width / 2), blankSubtree(first + width / 2, width / 2))

/** Twice as many leaves (RFC 9420 §7.7). */
const extend = (tree: RatchetTree): RatchetTree =>
  branch(undefined, tree, blankSubtree(leafCount(tree), leafCount(tree)))

/** As few leaves as hold every member (RFC 9420 §7.7). */
const truncate = (tree: RatchetTree): RatchetTree => {
  let at = tree
  while (at.kind === 'branch' && memberCount(at.right) === 0) at = at.left
  return at
}

/**
 * The leftmost blank leaf, for who joins next; the tree is extended where it is full (RFC 9420 §12.1.1).
 *
 * The tree returned may have a blank right half: fill the leaf before it is used for anything else.
 *
 * @throws MlsError `limit_exceeded` when it would have more than `leavesMax` leaves
 */
export const vacantLeaf = (
  tree: RatchetTree,
  leavesMax: number,
): { readonly tree: RatchetTree; readonly leafIndex: LeafIndex } => {
  if (memberCount(tree) === leafCount(tree)) {
    if (leafCount(tree) * 2 > leavesMax)
      throw new MlsError('limit_exceeded', `a tree of more than ${leavesMax} leaves`)
    return { tree: extend(tree), leafIndex: leafCount(tree) }
  }
  let at: Subtree = tree
  while (at.kind === 'branch') at = memberCount(at.left) < leafCount(at.left) ? at.left : at.right
  return { tree, leafIndex: at.leafIndex }
}

/** Adds a member at the leftmost blank leaf (RFC 9420 §12.1.1). @throws MlsError `limit_exceeded` */
export const addLeaf = (
  tree: RatchetTree,
  leaf: LeafNode,
  leavesMax: number,
): { readonly tree: RatchetTree; readonly leafIndex: LeafIndex } => {
  const vacant = vacantLeaf(tree, leavesMax)
  const { leafIndex } = vacant
  const unmerged = ({ parent }: Branch): ParentNode | undefined =>
    parent && { ...parent, unmergedLeaves: withLeaf(parent.unmergedLeaves, leafIndex) }
  return { tree: replacePath(vacant.tree, leafIndex, leaf, unmerged), leafIndex }
}

/** Puts a member's new leaf in, and blanks its direct path (RFC 9420 §12.1.2). @throws MlsError `invalid_proposal` */
export const updateLeaf = (tree: RatchetTree, index: LeafIndex, leaf: LeafNode): RatchetTree => {
  assertMember(tree, index)
  return replacePath(tree, index, leaf, () => undefined)
}

/**
 * Takes a member out, blanks its direct path and truncates the tree (RFC 9420 §12.1.3). Of the last member a blank
 * leaf remains: who comes back from outside in its place fills it.
 *
 * @throws MlsError `invalid_proposal` when there is no such member
 */
export const removeLeaf = (tree: RatchetTree, index: LeafIndex): RatchetTree => {
  assertMember(tree, index)
  return truncate(replacePath(tree, index, undefined, () => undefined))
}

const assertMember = (tree: RatchetTree, index: LeafIndex): void => {
  if (!leafAt(tree, index)) throw new MlsError('invalid_proposal', `no member at leaf ${index}`)
}

const assertInTree = (tree: RatchetTree, index: LeafIndex): void => {
  if (!Number.isInteger(index) || !contains(tree, index))
    throw new MlsError('invalid_use', `no leaf ${index} in the tree`)
}

const resolutions = new WeakMap<Subtree, readonly Subtree[]>()

/** The nodes that together hold keys for all members below (RFC 9420 §4.1.1): empty only for a blank subtree. */
export const resolution = (subtree: Subtree): readonly Subtree[] => {
  const known = resolutions.get(subtree)
  if (known) return known
  const nodes: Subtree[] = []
  resolveInto(nodes, subtree)
  resolutions.set(subtree, nodes)
  return nodes
}

const resolveInto = (nodes: Subtree[], at: Subtree): void => {
  if (memberCount(at) === 0) return
  if (contentOf(at)) {
    nodes.push(at)
    if (at.kind === 'branch' && at.parent)
      for (const unmerged of at.parent.unmergedLeaves) nodes.push(slotUnder(at, unmerged))
    return
  }
  if (at.kind === 'leaf') return
  const known = resolutions.get(at)
  if (known) {
    for (const node of known) nodes.push(node)
    return
  }
  resolveInto(nodes, at.left)
  resolveInto(nodes, at.right)
}

const slotUnder = (subtree: Subtree, leaf: LeafIndex): LeafSlot => {
  let at = subtree
  while (at.kind === 'branch') at = goesLeft(at, leaf) ? at.left : at.right
  return at
}
