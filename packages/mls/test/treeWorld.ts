import assert from 'node:assert/strict'
import { nodeProvider } from '../provider/node.ts'
import { encode } from '../src/codec.ts'
import type { Extension } from '../src/extension.ts'
import { encodeGroupContext } from '../src/groupContext.ts'
import { type KeyPackageBundle, type KeyPackageOptions, makeKeyPackage } from '../src/keyPackageBundle.ts'
import type { LeafCheck, TreeEngine } from '../src/leafCheck.ts'
import { signLeafNode } from '../src/leafNode.ts'
import { groupTerms } from '../src/leafNodeValidation.ts'
import type { KeyPair } from '../src/provider.ts'
import { addLeaf, leafAt, type RatchetTree, removeLeaf, treeOf, updateLeaf } from '../src/ratchetTree.ts'
import { suiteOf } from '../src/suite.ts'
import { treeHash } from '../src/treeHash.ts'
import {
  joinPrivateTree,
  openPath,
  type OwnLeaf,
  pathSecretFor,
  type PrivateTree,
  privateTreeOf,
  sealPath,
  type StagedPath,
  stagePath,
  withLeafKey,
} from '../src/treeKem.ts'
import { type LeafIndex, nodeOfLeaf } from '../src/treeMath.ts'
import { applyUpdatePath, type PathBase, type UpdatePath } from '../src/updatePath.ts'

/** Members with their keys, and groups as far as the tree goes: no messages, no key schedule. */

const provider = nodeProvider()
const text = new TextEncoder()

export const acceptAnyLeaf: LeafCheck = () => undefined

export const engineOf = (leaf: LeafCheck = acceptAnyLeaf, suiteId = 1, leavesMax = 64): TreeEngine => ({
  provider,
  suite: suiteOf(suiteId),
  checks: { leaf },
  limits: { leavesMax },
})

export interface Client {
  readonly bundle: KeyPackageBundle
  readonly signatureKeyPair: KeyPair
}

export const client = async (
  engine: TreeEngine,
  name: string,
  options: Partial<KeyPackageOptions> = {},
): Promise<Client> => {
  const signatureKeyPair =
    options.signatureKeyPair ?? (await engine.provider.signatureGenerate(engine.suite.signature))
  const bundle = await makeKeyPackage(engine, {
    credential: { kind: 'basic', identity: text.encode(name) },
    signatureKeyPair,
    capabilities: {
      versions: [1],
      cipherSuites: [engine.suite.id],
      extensions: [],
      proposals: [],
      credentials: [1],
    },
    notBefore: 0n,
    notAfter: 1n << 40n,
    ...options,
  })
  return { bundle, signatureKeyPair }
}

/** A group at one epoch, with the secrets of all its members. */
export interface World {
  readonly groupId: Uint8Array
  readonly tree: RatchetTree
  readonly signatureKeys: ReadonlyMap<LeafIndex, KeyPair>
  readonly privateTrees: ReadonlyMap<LeafIndex, PrivateTree>
  /** Who came in since the last path, and is left out of the next one. */
  readonly added: ReadonlySet<LeafIndex>
  readonly extensions: readonly Extension[]
}

export const worldOf = (
  { bundle, signatureKeyPair }: Client,
  extensions: readonly Extension[] = [],
): World => ({
  groupId: text.encode('a group'),
  tree: treeOf(bundle.keyPackage.leafNode),
  signatureKeys: new Map([[0, signatureKeyPair]]),
  privateTrees: new Map([[0, privateTreeOf(0, bundle.encryptionPrivateKey)]]),
  added: new Set(),
  extensions,
})

export const add = (engine: TreeEngine, world: World, { bundle, signatureKeyPair }: Client): World => {
  const { tree, leafIndex } = addLeaf(world.tree, bundle.keyPackage.leafNode, engine.limits.leavesMax)
  return {
    ...world,
    tree,
    signatureKeys: new Map([...world.signatureKeys, [leafIndex, signatureKeyPair]]),
    privateTrees: new Map([
      ...world.privateTrees,
      [leafIndex, privateTreeOf(leafIndex, bundle.encryptionPrivateKey)],
    ]),
    added: new Set([...world.added, leafIndex]),
  }
}

export const remove = (world: World, leafIndex: LeafIndex): World => {
  const without = <T>(map: ReadonlyMap<LeafIndex, T>) => new Map([...map].filter(([at]) => at !== leafIndex))
  return {
    ...world,
    tree: removeLeaf(world.tree, leafIndex),
    signatureKeys: without(world.signatureKeys),
    privateTrees: without(world.privateTrees),
    added: new Set([...world.added].filter((at) => at !== leafIndex)),
  }
}

export const update = async (engine: TreeEngine, world: World, leafIndex: LeafIndex): Promise<World> => {
  const [before, keys] = [leafAt(world.tree, leafIndex), world.signatureKeys.get(leafIndex)]
  const privateTree = world.privateTrees.get(leafIndex)
  assert(before && keys && privateTree)
  const fresh = await engine.provider.kemGenerate(engine.suite.kem)
  const leaf = await signLeafNode(
    engine,
    keys.privateKey,
    { ...before, encryptionKey: fresh.publicKey, source: { kind: 'update' } },
    { groupId: world.groupId, leafIndex },
  )
  return {
    ...world,
    tree: updateLeaf(world.tree, leafIndex, leaf),
    privateTrees: new Map([...world.privateTrees, [leafIndex, withLeafKey(privateTree, fresh.privateKey)]]),
  }
}

export const baseOf = (world: World, sender: LeafIndex): PathBase => ({
  tree: world.tree,
  sender,
  added: world.added,
  groupId: world.groupId,
  terms: groupTerms(world.extensions),
  by: { kind: 'member' },
})

export const ownLeafOf = (world: World, leafIndex: LeafIndex): OwnLeaf => {
  const [leaf, signatureKeyPair] = [leafAt(world.tree, leafIndex), world.signatureKeys.get(leafIndex)]
  assert(leaf && signatureKeyPair)
  const { credential, capabilities, extensions } = leaf
  return { credential, capabilities, extensions, signatureKeyPair }
}

export const contextBytes = (engine: TreeEngine, world: World, after: RatchetTree): Uint8Array =>
  encode(encodeGroupContext, {
    version: 1,
    cipherSuite: engine.suite.id,
    groupId: world.groupId,
    epoch: 1n,
    treeHash: treeHash(engine, after),
    confirmedTranscriptHash: new Uint8Array(32),
    extensions: world.extensions,
  })

export interface MadePath {
  readonly staged: StagedPath
  readonly path: UpdatePath
}

/** A path of one member, as all others get it. */
export const makePath = async (engine: TreeEngine, world: World, sender: LeafIndex): Promise<MadePath> => {
  const staged = await stagePath(engine, baseOf(world, sender), ownLeafOf(world, sender))
  return { staged, path: await sealPath(engine, staged, contextBytes(engine, world, staged.tree)) }
}

/** What a member makes of a path: who was there opens it, who was just added has a secret from the Welcome. */
export const receivePath = async (
  engine: TreeEngine,
  world: World,
  { staged, path }: MadePath,
  leafIndex: LeafIndex,
): Promise<PrivateTree> => {
  const privateTree = world.privateTrees.get(leafIndex)
  assert(privateTree)
  const base = baseOf(world, staged.privateTree.leafIndex)
  if (world.added.has(leafIndex)) {
    const encryptionPrivateKey = privateTree.privateKeys.get(nodeOfLeaf(leafIndex))
    assert(encryptionPrivateKey)
    const welcomed = { signer: base.sender, pathSecret: pathSecretFor(staged, leafIndex) }
    const own = { leafIndex, encryptionPrivateKey }
    return (await joinPrivateTree(engine, staged.tree, own, welcomed)).privateTree
  }
  const context = contextBytes(engine, world, staged.tree)
  const opened = await openPath(engine, base, path, context, privateTree)
  assert.deepEqual(opened.commitSecret, staged.commitSecret)
  return opened.privateTree
}

/** Everyone follows a path of one member. */
export const followPath = async (engine: TreeEngine, world: World, sender: LeafIndex): Promise<World> => {
  const made = await makePath(engine, world, sender)
  const after = await applyUpdatePath(engine, baseOf(world, sender), made.path)
  assert.deepEqual(treeHash(engine, after), treeHash(engine, made.staged.tree))
  const privateTrees = new Map([[sender, made.staged.privateTree]])
  for (const leafIndex of world.privateTrees.keys())
    if (leafIndex !== sender) privateTrees.set(leafIndex, await receivePath(engine, world, made, leafIndex))
  return { ...world, tree: after, privateTrees, added: new Set() }
}

/** A group of so many, each of whom has made a path: no node is blank but where the number leaves a gap. */
export const warmWorld = async (
  engine: TreeEngine,
  members: number,
  extensions: readonly Extension[] = [],
): Promise<World> => {
  let world = worldOf(await client(engine, 'member 0'), extensions)
  for (let i = 1; i < members; i++) world = add(engine, world, await client(engine, `member ${i}`))
  world = { ...world, added: new Set() }
  for (let i = 0; i < members; i++) world = await followPath(engine, world, i)
  return world
}
