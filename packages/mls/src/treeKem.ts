import { equalBytes } from './bytes.ts'
import type { Capabilities } from './capabilities.ts'
import { inChunks } from './chunks.ts'
import type { Credential } from './credential.ts'
import { MlsError } from './error.ts'
import type { Extension } from './extension.ts'
import type { HpkeMessage } from './hpke.ts'
import { type Crypto, decryptWithLabel, deriveSecret, encryptWithLabel } from './labels.ts'
import { type LeafNode, signLeafNode } from './leafNode.ts'
import type { KeyPair } from './provider.ts'
import { contentOf, indexOf, leafAt, type RatchetTree, type Subtree, subtreeAt } from './ratchetTree.ts'
import { commonAncestor, type LeafIndex, leavesUnder, type NodeIndex, nodeOfLeaf } from './treeMath.ts'
import {
  filteredDirectPath,
  mergePath,
  type PathBase,
  pathParents,
  type PathStep,
  recipients,
  type UpdatePath,
} from './updatePath.ts'

/** TreeKEM (RFC 9420 §7.4 to §7.6): the secret side of update paths. */

/** The private keys that a member has: that of its leaf, and those of parents above it. Secret. */
export interface PrivateTree {
  readonly leafIndex: LeafIndex
  readonly privateKeys: ReadonlyMap<NodeIndex, Uint8Array>
}

/** Of a member who knows its own leaf only, as after joining by an add without a path. */
export const privateTreeOf = (leafIndex: LeafIndex, encryptionPrivateKey: Uint8Array): PrivateTree => ({
  leafIndex,
  privateKeys: new Map([[nodeOfLeaf(leafIndex), encryptionPrivateKey]]),
})

/** With the new key of the own leaf, when an update that this member proposed is committed. */
export const withLeafKey = (privateTree: PrivateTree, encryptionPrivateKey: Uint8Array): PrivateTree => ({
  ...privateTree,
  privateKeys: new Map([
    ...privateTree.privateKeys,
    [nodeOfLeaf(privateTree.leafIndex), encryptionPrivateKey],
  ]),
})

/** The leaf that a committer puts in, but for what the path gives it. */
export interface OwnLeaf {
  readonly credential: Credential
  readonly capabilities: Capabilities
  readonly extensions: readonly Extension[]
  readonly signatureKeyPair: KeyPair
}

/** A path that was made and not sealed yet: for that, the group context with the new tree's hash is needed. Secret. */
export interface StagedPath {
  readonly tree: RatchetTree
  readonly privateTree: PrivateTree
  readonly commitSecret: Uint8Array
  readonly leafNode: LeafNode
  readonly steps: readonly StagedStep[]
  /** Path secrets and what was derived from them, to be wiped once the new members are welcomed. */
  readonly consumed: readonly Uint8Array[]
}

export interface StagedStep {
  readonly index: NodeIndex
  readonly encryptionKey: Uint8Array
  readonly pathSecret: Uint8Array
  readonly recipients: readonly Subtree[]
}

/**
 * Fresh keys for the own leaf and all above it: no private key that the member had before is of use then.
 *
 * The path is to be put to `applyUpdatePath` like anyone's, which is where it is validated and the caller is asked.
 */
export const stagePath = async (
  crypto: Crypto,
  base: Omit<PathBase, 'terms' | 'by'>,
  own: OwnLeaf,
): Promise<StagedPath> => {
  const { tree, sender, added, groupId } = base
  const steps = filteredDirectPath(tree, sender)
  const derived = await derivePath(crypto, crypto.provider.random(crypto.suite.hashBytes), steps)
  const leafKeys = await crypto.provider.kemGenerate(crypto.suite.kem)

  const encryptionKeys = derived.nodes.map(({ keyPair }) => keyPair.publicKey)
  const { parents, leafParentHash } = pathParents(crypto, steps, encryptionKeys)
  const { credential, capabilities, extensions, signatureKeyPair } = own
  const leafNode = await signLeafNode(
    crypto,
    signatureKeyPair.privateKey,
    {
      encryptionKey: leafKeys.publicKey,
      signatureKey: signatureKeyPair.publicKey,
      credential,
      capabilities,
      source: { kind: 'commit', parentHash: leafParentHash },
      extensions,
    },
    { groupId, leafIndex: sender },
  )
  return {
    tree: mergePath(tree, sender, leafNode, parents),
    privateTree: {
      leafIndex: sender,
      privateKeys: new Map([
        [nodeOfLeaf(sender), leafKeys.privateKey],
        ...derived.nodes.map(({ index, keyPair }) => [index, keyPair.privateKey] as const),
      ]),
    },
    commitSecret: derived.commitSecret,
    leafNode,
    steps: steps.map((step, at) => {
      const { keyPair, pathSecret } = derived.nodes[at] as DerivedNode
      return {
        index: step.index,
        encryptionKey: keyPair.publicKey,
        pathSecret,
        recipients: recipients(step, added),
      }
    }),
    consumed: derived.consumed,
  }
}

/**
 * Seals the path secrets to the members.
 *
 * @param groupContext the encoded provisional GroupContext, with the tree hash of `staged.tree` (RFC 9420 §12.4.1)
 * @throws MlsError `invalid_key` for a member's key that nothing can be sealed to
 */
export const sealPath = async (
  crypto: Crypto,
  staged: StagedPath,
  groupContext: Uint8Array,
): Promise<UpdatePath> => {
  const sealings = staged.steps.flatMap(({ pathSecret, recipients: nodes }) =>
    nodes.map((node) => ({ pathSecret, encryptionKey: encryptionKeyOf(node) })),
  )
  const sealed = await inChunks(sealings, ({ pathSecret, encryptionKey }) =>
    encryptWithLabel(crypto, encryptionKey, pathLabel, groupContext, pathSecret),
  )
  let at = 0
  return {
    leafNode: staged.leafNode,
    nodes: staged.steps.map(({ encryptionKey, recipients: nodes }) => {
      const encryptedPathSecrets = sealed.slice(at, at + nodes.length)
      at += nodes.length
      return { encryptionKey, encryptedPathSecrets }
    }),
  }
}

const pathLabel = 'UpdatePathNode'

const encryptionKeyOf = (node: Subtree): Uint8Array => {
  const content = contentOf(node)
  if (!content) throw new MlsError('invalid_use', `node ${indexOf(node)} is blank`)
  return content.encryptionKey
}

/** The path secret that a new member needs: that of the lowest node above both it and the committer. */
export const pathSecretFor = (staged: StagedPath, newMember: LeafIndex): Uint8Array => {
  const ancestor = commonAncestor(staged.privateTree.leafIndex, newMember)
  const step = staged.steps.find(({ index }) => index === ancestor)
  if (!step) throw new MlsError('invalid_use', `no path secret for leaf ${newMember}`)
  return step.pathSecret
}

/** What follows from a received path. `consumed` is to be wiped once the new state is stored. Secret. */
export interface OpenedPath {
  readonly privateTree: PrivateTree
  readonly commitSecret: Uint8Array
  readonly pathSecret: Uint8Array
  readonly consumed: readonly Uint8Array[]
}

/**
 * Decrypts what a path holds for this member, and derives the keys above (RFC 9420 §7.5).
 *
 * @param base as it was given to `applyUpdatePath`, which has verified the path
 * @param groupContext the encoded provisional GroupContext, with the tree hash after the path
 * @throws MlsError `decrypt_failed`; `invalid_commit` when a key is not the one that its secret makes
 */
export const openPath = async (
  crypto: Crypto,
  base: Pick<PathBase, 'tree' | 'sender' | 'added'>,
  path: UpdatePath,
  groupContext: Uint8Array,
  privateTree: PrivateTree,
): Promise<OpenedPath> => {
  const steps = filteredDirectPath(base.tree, base.sender)
  const from = steps.findIndex(({ copath }) => isUnder(privateTree.leafIndex, indexOf(copath)))
  const { message, keyPair } = findSealed(
    steps[from],
    path.nodes[from]?.encryptedPathSecrets,
    base,
    privateTree,
  )

  const pathSecret = await decryptWithLabel(crypto, keyPair, pathLabel, groupContext, message)
  const above = steps.slice(from)
  const derived = await derivePath(crypto, pathSecret, above)
  for (const [at, node] of derived.nodes.entries())
    if (!equalBytes(node.keyPair.publicKey, path.nodes[from + at]?.encryptionKey ?? noKey))
      throw new MlsError('invalid_commit', `the key of node ${node.index} is not that of its path secret`)

  const kept: [NodeIndex, Uint8Array][] = []
  const dropped: Uint8Array[] = []
  for (const [index, key] of privateTree.privateKeys) {
    const node = subtreeAt(base.tree, index)
    if (!isUnder(base.sender, index) && node && contentOf(node)) kept.push([index, key])
    else dropped.push(key)
  }
  return {
    privateTree: {
      leafIndex: privateTree.leafIndex,
      privateKeys: new Map([
        ...kept,
        ...derived.nodes.map((node) => [node.index, node.keyPair.privateKey] as const),
      ]),
    },
    commitSecret: derived.commitSecret,
    pathSecret,
    consumed: [...dropped, ...derived.consumed],
  }
}

const noKey = new Uint8Array(0)

const isUnder = (leaf: LeafIndex, node: NodeIndex): boolean => {
  const { first, count } = leavesUnder(node)
  return leaf >= first && leaf < first + count
}

/** The one sealing of a step that this member can open, and the keys to open it with. */
const findSealed = (
  step: PathStep | undefined,
  messages: readonly HpkeMessage[] | undefined,
  { added }: Pick<PathBase, 'added'>,
  { privateKeys }: PrivateTree,
): { readonly message: HpkeMessage; readonly keyPair: KeyPair } => {
  if (!step || !messages) throw new MlsError('invalid_use', 'a path does not pass beside this member')
  for (const [at, node] of recipients(step, added).entries()) {
    const privateKey = privateKeys.get(indexOf(node))
    const message = messages[at]
    if (privateKey && message) return { message, keyPair: { publicKey: encryptionKeyOf(node), privateKey } }
  }
  throw new MlsError('invalid_use', 'a path secret is not sealed to any key of this member')
}

/**
 * The private tree of a new member (RFC 9420 §12.4.3.1).
 *
 * @param pathSecret from the Welcome, when the commit had a path
 * @throws MlsError `invalid_welcome` when the secret does not belong to the signer's path above this leaf
 */
export const joinPrivateTree = async (
  crypto: Crypto,
  tree: RatchetTree,
  own: { readonly leafIndex: LeafIndex; readonly encryptionPrivateKey: Uint8Array },
  welcomed: { readonly signer: LeafIndex; readonly pathSecret: Uint8Array } | undefined,
): Promise<{ readonly privateTree: PrivateTree; readonly consumed: readonly Uint8Array[] }> => {
  const alone = privateTreeOf(own.leafIndex, own.encryptionPrivateKey)
  if (!welcomed) return { privateTree: alone, consumed: [] }
  const { signer, pathSecret } = welcomed
  if (!leafAt(tree, signer)) throw new MlsError('invalid_welcome', `signer ${signer} is not a member`)

  const steps = filteredDirectPath(tree, signer)
  const ancestor = commonAncestor(signer, own.leafIndex)
  const from = steps.findIndex(({ index }) => index === ancestor)
  if (from < 0)
    throw new MlsError('invalid_welcome', `no path of leaf ${signer} passes above leaf ${own.leafIndex}`)
  const above = steps.slice(from)
  const derived = await derivePath(crypto, pathSecret, above)
  for (const { index, keyPair } of derived.nodes) {
    const node = subtreeAt(tree, index)
    if (!equalBytes(keyPair.publicKey, (node && contentOf(node)?.encryptionKey) ?? noKey))
      throw new MlsError('invalid_welcome', `the key of node ${index} is not that of the path secret`)
  }
  return {
    privateTree: {
      leafIndex: own.leafIndex,
      privateKeys: new Map([
        ...alone.privateKeys,
        ...derived.nodes.map(({ index, keyPair }) => [index, keyPair.privateKey] as const),
      ]),
    },
    consumed: derived.consumed,
  }
}

interface DerivedNode {
  readonly index: NodeIndex
  readonly pathSecret: Uint8Array
  readonly keyPair: KeyPair
}

/** The keys of nodes from the lowest up, and the commit secret after the last (RFC 9420 §7.4). */
const derivePath = async (
  crypto: Crypto,
  lowest: Uint8Array,
  steps: readonly Pick<PathStep, 'index'>[],
): Promise<{
  readonly nodes: readonly DerivedNode[]
  readonly commitSecret: Uint8Array
  /** Path and node secrets, all but the commit secret. */
  readonly consumed: readonly Uint8Array[]
}> => {
  const nodes: DerivedNode[] = []
  const consumed: Uint8Array[] = []
  let pathSecret = lowest
  for (const { index } of steps) {
    const nodeSecret = deriveSecret(crypto, pathSecret, 'node')
    nodes.push({ index, pathSecret, keyPair: await crypto.provider.kemDerive(crypto.suite.kem, nodeSecret) })
    consumed.push(pathSecret, nodeSecret)
    pathSecret = deriveSecret(crypto, pathSecret, 'path')
  }
  return { nodes, commitSecret: pathSecret, consumed }
}
