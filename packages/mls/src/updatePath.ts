import { equalBytes } from './bytes.ts'
import type { Reader, Writer } from './codec.ts'
import { assertReadableCredentials } from './credentialTypes.ts'
import { isEncryptionKey } from './encryptionKey.ts'
import { MlsError } from './error.ts'
import type { HpkeMessage } from './hpke.ts'
import { decodeHpkeCiphertext, encodeHpkeCiphertext } from './hpkeCiphertext.ts'
import { isKemOutput } from './kemOutput.ts'
import { assertFreshEncryptionKeys, assertOwnSignatureKey } from './keyUniqueness.ts'
import type { Crypto } from './labels.ts'
import type { LeafUse, TreeEngine } from './leafCheck.ts'
import { decodeLeafNode, encodeLeafNode, type LeafNode } from './leafNode.ts'
import { type GroupTerms, validateLeaf } from './leafNodeValidation.ts'
import { noParentHash, parentHash } from './parentHash.ts'
import type { ParentNode } from './parentNode.ts'
import {
  branchesAbove,
  goesLeft,
  leafAt,
  memberCount,
  type RatchetTree,
  replacePath,
  resolution,
  type Subtree,
} from './ratchetTree.ts'
import type { Suite } from './suite.ts'
import { treeHash } from './treeHash.ts'
import type { LeafIndex, NodeIndex } from './treeMath.ts'

/** A committer's new leaf and new keys up to the root (RFC 9420 §7.6). What is in it is public. */
export interface UpdatePath {
  readonly leafNode: LeafNode
  /** In the order of the filtered direct path, from the leaf up. */
  readonly nodes: readonly UpdatePathNode[]
}

export interface UpdatePathNode {
  readonly encryptionKey: Uint8Array
  /** One per node of the copath child's resolution, new members left out. */
  readonly encryptedPathSecrets: readonly HpkeMessage[]
}

const pathNodesMax = 32
const pathSecretsMax = 0x1_0000

const encodeUpdatePathNode = (writer: Writer, node: UpdatePathNode): void => {
  writer.opaque(node.encryptionKey)
  writer.vector(encodeHpkeCiphertext, node.encryptedPathSecrets)
}

const decodeUpdatePathNode = (reader: Reader): UpdatePathNode => ({
  encryptionKey: reader.opaque(),
  encryptedPathSecrets: reader.vector(decodeHpkeCiphertext, pathSecretsMax),
})

export const encodeUpdatePath = (writer: Writer, path: UpdatePath): void => {
  encodeLeafNode(writer, path.leafNode)
  writer.vector(encodeUpdatePathNode, path.nodes)
}

export const decodeUpdatePath = (reader: Reader): UpdatePath => ({
  leafNode: decodeLeafNode(reader),
  nodes: reader.vector(decodeUpdatePathNode, pathNodesMax),
})

/** A node that a path fills in, and the subtree beside the path whose members are told its secret. */
export interface PathStep {
  readonly index: NodeIndex
  readonly copath: Subtree
}

/** The filtered direct path of a leaf, from the leaf up (RFC 9420 §4.1.2). @throws MlsError `invalid_use` */
export const filteredDirectPath = (tree: RatchetTree, leaf: LeafIndex): readonly PathStep[] =>
  branchesAbove(tree, leaf)
    .map((at) => ({ index: at.index, copath: goesLeft(at, leaf) ? at.right : at.left }))
    .filter(({ copath }) => memberCount(copath) > 0)
    .toReversed()

/** Who gets the secret of a step: members who only come in with this commit get it in their Welcome instead. */
export const recipients = ({ copath }: PathStep, added: ReadonlySet<LeafIndex>): readonly Subtree[] => {
  const nodes = resolution(copath)
  return added.size === 0
    ? nodes
    : nodes.filter((node) => node.kind === 'branch' || !added.has(node.leafIndex))
}

/** The parent nodes that a path makes of its keys, and the parent hash that its leaf must have (RFC 9420 §7.5). */
export const pathParents = (
  crypto: Crypto,
  steps: readonly PathStep[],
  encryptionKeys: readonly Uint8Array[],
): { readonly parents: ReadonlyMap<NodeIndex, ParentNode>; readonly leafParentHash: Uint8Array } => {
  const parents = new Map<NodeIndex, ParentNode>()
  let hash = noParentHash
  for (const [at, step] of [...steps.entries()].toReversed()) {
    const parent = { encryptionKey: encryptionKeys[at] as Uint8Array, parentHash: hash, unmergedLeaves: [] }
    parents.set(step.index, parent)
    // Nobody is unmerged at a node just filled in, so the sibling is as it was then.
    hash = parentHash(crypto, parent, treeHash(crypto, step.copath))
  }
  return { parents, leafParentHash: hash }
}

/** The tree with a path in it; what the path leaves out of the direct path is blank. */
export const mergePath = (
  tree: RatchetTree,
  leafIndex: LeafIndex,
  leaf: LeafNode,
  parents: ReadonlyMap<NodeIndex, ParentNode>,
): RatchetTree => replacePath(tree, leafIndex, leaf, ({ index }) => parents.get(index))

/** What a path is put into. */
export interface PathBase {
  /** After the commit's proposals; the sender's leaf is in it, blank for one who joins from outside. */
  readonly tree: RatchetTree
  readonly sender: LeafIndex
  /** Leaves that this commit's proposals added. */
  readonly added: ReadonlySet<LeafIndex>
  readonly groupId: Uint8Array
  readonly terms: GroupTerms
  /** From outside, `replaces` is the leaf that the commit removes for the one who comes back. */
  readonly by: { readonly kind: 'member' } | { readonly kind: 'external'; readonly replaces?: LeafNode }
}

/** How a path's leaf is presented to the caller's check. */
const leafUseOf = ({ tree, sender, groupId, by }: PathBase): LeafUse => {
  const previous = by.kind === 'member' ? leafAt(tree, sender) : by.replaces
  return {
    at: by.kind === 'member' ? 'path' : 'external',
    leafIndex: sender,
    groupId,
    ...(previous && { previous }),
  }
}

/**
 * The tree after someone's UpdatePath, with all that can be verified without a secret (RFC 9420 §12.4.2): its
 * shape, keys that are new, the parent hash, and the leaf with its signature and the caller's check.
 *
 * @throws MlsError `invalid_commit`, `invalid_leaf`, `bad_authentication`, `refused_by_caller`
 */
export const applyUpdatePath = async (
  engine: TreeEngine,
  base: PathBase,
  path: UpdatePath,
): Promise<RatchetTree> => {
  const { tree, sender, by } = base
  const { leafNode, nodes } = path
  const previous = leafAt(tree, sender)
  if ((by.kind === 'member') !== (previous !== undefined))
    throw new MlsError('invalid_commit', `leaf ${sender} is not one for a ${by.kind} to commit from`)

  const steps = filteredDirectPath(tree, sender)
  assertShape(engine, base, steps, nodes)
  assertFreshEncryptionKeys(tree, [
    leafNode.encryptionKey,
    ...nodes.map(({ encryptionKey }) => encryptionKey),
  ])
  if (!previous || !equalBytes(previous.signatureKey, leafNode.signatureKey))
    assertOwnSignatureKey(tree, sender, leafNode.signatureKey)

  const { parents, leafParentHash } = pathParents(
    engine,
    steps,
    nodes.map(({ encryptionKey }) => encryptionKey),
  )
  if (leafNode.source.kind !== 'commit' || !equalBytes(leafNode.source.parentHash, leafParentHash))
    throw new MlsError('invalid_commit', 'the parent hash of the new leaf is not that of its path')
  await validateLeaf(engine, leafNode, leafUseOf(base), base.terms)

  const after = mergePath(tree, sender, leafNode, parents)
  assertReadableCredentials(after)
  return after
}

const assertShape = (
  { suite }: Crypto,
  { added }: PathBase,
  steps: readonly PathStep[],
  nodes: readonly UpdatePathNode[],
): void => {
  if (nodes.length !== steps.length)
    throw new MlsError('invalid_commit', `a path of ${nodes.length} nodes where ${steps.length} are to be`)
  for (const [at, step] of steps.entries()) {
    const { encryptionKey, encryptedPathSecrets } = nodes[at] as UpdatePathNode
    if (!isEncryptionKey(suite.kem, encryptionKey))
      throw new MlsError('invalid_commit', `nothing can be sealed to the new key of node ${step.index}`)
    const expected = recipients(step, added).length
    if (encryptedPathSecrets.length !== expected)
      throw new MlsError(
        'invalid_commit',
        `a path secret sealed ${encryptedPathSecrets.length} times for ${expected} nodes`,
      )
    if (!encryptedPathSecrets.every((sealed) => isSealedPathSecret(suite, sealed)))
      throw new MlsError('invalid_commit', `a path secret of node ${step.index} that no one can open`)
  }
}

const aeadTagBytes = 16

/** What cannot be opened by anyone is refused by everyone, not only by those whom it is sealed to. */
const isSealedPathSecret = ({ kem, hashBytes }: Suite, { kemOutput, ciphertext }: HpkeMessage): boolean =>
  ciphertext.length === hashBytes + aeadTagBytes && isKemOutput(kem, kemOutput)
