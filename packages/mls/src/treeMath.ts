import { MlsError } from './error.ts'

/**
 * Positions in a ratchet tree (RFC 9420 §7.1, appendix C). Node indices count the nodes of the full tree from left
 * to right: leaf `i` is node `2i`. A plain number may stand for a leaf index, never for a node index, and neither
 * for the other: the doubling mistake does not compile.
 */
declare const position: unique symbol
export type LeafIndex = number & { readonly [position]?: 'leaf' }
export type NodeIndex = number & { readonly [position]: 'node' }

/** Leaf indices are `uint32` on the wire; node indices of any such leaf are still exact numbers. */
const leafIndexMax = 0xffff_ffff

export const nodeOfLeaf = (leaf: LeafIndex): NodeIndex => (leaf * 2) as NodeIndex

/** A node index out of a number from outside. @throws MlsError `malformed` */
export const toNodeIndex = (index: number): NodeIndex => {
  if (!Number.isInteger(index) || index < 0 || index > 2 * leafIndexMax)
    throw new MlsError('malformed', `node index ${index}`)
  return index as NodeIndex
}

export const isLeaf = (node: NodeIndex): boolean => node % 2 === 0

/** Height above the leaves, which are level 0: the number of trailing one bits. */
export const level = (node: NodeIndex): number => {
  let height = 0
  for (let rest: number = node; rest % 2 === 1; rest = (rest - 1) / 2) height += 1
  return height
}

/** How many leaves the smallest full tree has that holds `leaves` of them: a power of two, at least 1. */
export const fullLeafCount = (leaves: number): number => {
  let full = 1
  while (full < leaves) full *= 2
  return full
}

/** Number of nodes of the full tree of `leafCount` leaves. */
export const nodeCount = (leafCount: number): number =>
  leafCount === 0 ? 0 : 2 * fullLeafCount(leafCount) - 1

export const root = (leafCount: number): NodeIndex => (fullLeafCount(leafCount) - 1) as NodeIndex

/** Half of the leaves under a parent: the distance to either child is half of this again. */
const halfWidth = (parent: NodeIndex): number => 2 ** (level(parent) - 1)

/** @returns undefined for a leaf */
export const left = (node: NodeIndex): NodeIndex | undefined =>
  isLeaf(node) ? undefined : ((node - halfWidth(node)) as NodeIndex)

/** @returns undefined for a leaf */
export const right = (node: NodeIndex): NodeIndex | undefined =>
  isLeaf(node) ? undefined : ((node + halfWidth(node)) as NodeIndex)

/** @returns undefined for the root */
export const parent = (node: NodeIndex, leafCount: number): NodeIndex | undefined => {
  if (node === root(leafCount)) return undefined
  const step = 2 ** level(node)
  // The parent is on the side on which the next higher bit is set: a left child has it clear.
  const isLeftChild = Math.floor(node / (2 * step)) % 2 === 0
  return (isLeftChild ? node + step : node - step) as NodeIndex
}

/** @returns undefined for the root */
export const sibling = (node: NodeIndex, leafCount: number): NodeIndex | undefined => {
  const above = parent(node, leafCount)
  if (above === undefined) return undefined
  return node < above ? right(above) : left(above)
}

/** The ancestors of a node, from its parent to the root. */
export const directPath = (node: NodeIndex, leafCount: number): readonly NodeIndex[] => {
  const path: NodeIndex[] = []
  for (let at = parent(node, leafCount); at !== undefined; at = parent(at, leafCount)) path.push(at)
  return path
}

/** The lowest node that has both leaves under it; the leaf itself where they are the same. */
export const commonAncestor = (one: LeafIndex, other: LeafIndex): NodeIndex => {
  let [a, b, width] = [one as number, other as number, 1]
  while (a !== b) {
    a = Math.floor(a / 2)
    b = Math.floor(b / 2)
    width *= 2
  }
  return (2 * width * a + width - 1) as NodeIndex
}

/** The leaves under a node: `first` and the `count` from it. */
export const leavesUnder = (node: NodeIndex): { readonly first: LeafIndex; readonly count: number } => {
  const count = 2 ** level(node)
  return { first: (node + 1 - count) / 2, count }
}
