import type { Reader, Writer } from './codec.ts'
import { decodeLeafNode, encodeLeafNode } from './leafNode.ts'
import { decodeParentNode, encodeParentNode } from './parentNode.ts'
import { branch, firstLeaf, leafCount, type RatchetTree, slot, type Subtree } from './ratchetTree.ts'
import { decodeStored, encodeStored, type PartChanges, partOf, type Parts } from './storedParts.ts'

/**
 * A ratchet tree in chunks: each holds the nodes of four levels under one node. A commit changes one chunk on each
 * floor and leaves the rest of the tree as it is stored.
 */
const chunkWidth = 16

/** The widths between which a chunk lies, by its floor: 1 and 16, 16 and 256, ... */
const floorWidth = (floor: number): number => chunkWidth ** floor

const floorOf = (width: number): number => {
  let floor = 1
  while (floorWidth(floor) < width) floor += 1
  return floor
}

const chunkName = (prefix: string, floor: number, first: number): string =>
  `${prefix}tree/${floor}/${first / floorWidth(floor)}`

export const treeChanges = (
  changes: PartChanges,
  prefix: string,
  before: RatchetTree | undefined,
  after: RatchetTree | undefined,
): void => {
  if (before === after) return
  const [old, now] = [chunksOf(before), chunksOf(after)]
  for (const [key] of old) if (!now.has(key)) changes.delete(prefix + key)
  for (const [key, subtree] of now)
    if (!old.has(key) || !sameChunk(old.get(key), subtree)) changes.set(prefix + key, encodeChunk(subtree))
}

/** The tops of all chunks. */
const chunksOf = (tree: RatchetTree | undefined): ReadonlyMap<string, Subtree> => {
  const chunks = new Map<string, Subtree>()
  const visit = (top: Subtree): void => {
    const floor = floorOf(leafCount(top))
    chunks.set(chunkName('', floor, firstLeaf(top)), top)
    for (const below of tops(top, floorWidth(floor - 1))) if (floor > 1) visit(below)
  }
  if (tree) visit(tree)
  return chunks
}

/** The subtrees of a width under a node. */
function* tops(subtree: Subtree, width: number): Generator<Subtree> {
  if (leafCount(subtree) <= width || subtree.kind === 'leaf') return yield subtree
  yield* tops(subtree.left, width)
  yield* tops(subtree.right, width)
}

/** Whether two chunks hold the same, whatever is in the chunks below them. */
const sameChunk = (one: Subtree | undefined, other: Subtree): boolean => {
  if (!one || one === other) return one === other
  const floor = floorOf(leafCount(other))
  return leafCount(one) === leafCount(other) && sameAbove(one, other, floorWidth(floor - 1))
}

const sameAbove = (one: Subtree, other: Subtree, width: number): boolean => {
  if (one === other) return true
  if (one.kind === 'leaf' || other.kind === 'leaf')
    return one.kind === other.kind && one.kind === 'leaf' && other.kind === 'leaf' && one.leaf === other.leaf
  if (width > 1 && leafCount(one) === width) return true
  return (
    one.parent === other.parent &&
    sameAbove(one.left, other.left, width) &&
    sameAbove(one.right, other.right, width)
  )
}

const encodeChunk = (top: Subtree): Uint8Array => {
  const floor = floorOf(leafCount(top))
  return encodeStored((writer) => encodeAbove(writer, top, floorWidth(floor - 1)))
}

const encodeAbove = (writer: Writer, subtree: Subtree, width: number): void => {
  if (subtree.kind === 'leaf') return writer.optional(encodeLeafNode, subtree.leaf)
  if (width > 1 && leafCount(subtree) === width) return
  writer.optional(encodeParentNode, subtree.parent)
  encodeAbove(writer, subtree.left, width)
  encodeAbove(writer, subtree.right, width)
}

/** @throws MlsError `malformed`, `unsupported` */
export const treeFromParts = (parts: Parts, prefix: string, leaves: number): RatchetTree =>
  chunkFrom(parts, prefix, 0, leaves)

const chunkFrom = (parts: Parts, prefix: string, first: number, leaves: number): Subtree => {
  const floor = floorOf(leaves)
  const decodeAbove = (reader: Reader, at: number, width: number): Subtree => {
    if (width === 1) return slot(at, reader.optional(decodeLeafNode))
    if (floor > 1 && width === floorWidth(floor - 1)) return chunkFrom(parts, prefix, at, width)
    const parent = reader.optional(decodeParentNode)
    const left = decodeAbove(reader, at, width / 2)
    return branch(parent, left, decodeAbove(reader, at + width / 2, width / 2))
  }
  return decodeStored(
    (reader) => decodeAbove(reader, first, leaves),
    partOf(parts, chunkName(prefix, floor, first)),
  )
}
