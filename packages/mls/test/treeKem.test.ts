import { describe, expect, it } from 'vitest'
import { decode, encode } from '../src/codec.ts'
import type { LeafUse } from '../src/leafCheck.ts'
import { type LeafNode, signLeafNode, type UnsignedLeafNode } from '../src/leafNode.ts'
import { groupTerms } from '../src/leafNodeValidation.ts'
import { type Branch, contentOf, leafAt, leafCount, leaves, vacantLeaf } from '../src/ratchetTree.ts'
import { hybridSuiteId } from '../src/suite.ts'
import { treeHash } from '../src/treeHash.ts'
import { joinPrivateTree, openPath, pathSecretFor, sealPath, stagePath } from '../src/treeKem.ts'
import type { LeafIndex } from '../src/treeMath.ts'
import {
  applyUpdatePath,
  decodeUpdatePath,
  encodeUpdatePath,
  filteredDirectPath,
  type PathBase,
  recipients,
  type UpdatePath,
  type UpdatePathNode,
} from '../src/updatePath.ts'
import {
  acceptAnyLeaf,
  add,
  baseOf,
  client,
  contextBytes,
  engineOf,
  followPath,
  makePath,
  ownLeafOf,
  receivePath,
  remove,
  update,
  warmWorld,
  type World,
} from './treeWorld.ts'

const engine = engineOf()
const world = await warmWorld(engine, 8)
const made = await makePath(engine, world, 2)

const apply = (path: UpdatePath, base: PathBase = baseOf(world, 2), by = engine) =>
  applyUpdatePath(by, base, path)

const openAs = (
  leafIndex: LeafIndex,
  path: UpdatePath,
  context = contextBytes(engine, world, made.staged.tree),
) => {
  const privateTree = world.privateTrees.get(leafIndex)
  if (!privateTree) throw new Error(`no member ${leafIndex}`)
  return openPath(engine, baseOf(world, 2), path, context, privateTree)
}

const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte))

const changeNode = (
  path: UpdatePath,
  at: number,
  change: (node: UpdatePathNode) => UpdatePathNode,
): UpdatePath => ({
  ...path,
  nodes: path.nodes.map((node, index) => (index === at ? change(node) : node)),
})

/** The path of leaf 2 with another leaf, signed as it should be. */
const withLeaf = async (change: Partial<UnsignedLeafNode>): Promise<UpdatePath> => {
  const keys = ownLeafOf(world, 2).signatureKeyPair
  const leafNode = await signLeafNode(
    engine,
    keys.privateKey,
    { ...made.path.leafNode, ...change },
    { groupId: world.groupId, leafIndex: 2 },
  )
  return { ...made.path, leafNode }
}

describe('an update path', () => {
  it('comes out of its encoding as it went in', () => {
    const bytes = encode(encodeUpdatePath, made.path)
    expect(decode(decodeUpdatePath, bytes)).toEqual(made.path)
  })

  for (const suiteId of [1, 2, 3, 4, 5, 6, 7, hybridSuiteId])
    it(`brings the members of a group of suite ${suiteId} to one secret`, async () => {
      const any = engineOf(acceptAnyLeaf, suiteId)
      let group = await warmWorld(any, 3)
      group = await followPath(any, add(any, group, await client(any, 'new')), 1)
      group = await followPath(any, remove(group, 0), 3)
      await followPath(any, await update(any, group, 2), 1)
    })

  it('goes past newly added members, who get its secret in their Welcome', async () => {
    let wider = add(engine, world, await client(engine, 'ninth'))
    wider = add(engine, wider, await client(engine, 'tenth'))
    const path = await makePath(engine, wider, 0)
    const sealed = path.path.nodes.map(({ encryptedPathSecrets }) => encryptedPathSecrets.length)
    expect(sealed).toEqual([1, 1, 1, 0])
    await applyUpdatePath(engine, baseOf(wider, 0), path.path)
    for (const [index] of leaves(wider.tree)) if (index !== 0) await receivePath(engine, wider, path, index)
  })

  it('of a member who is alone is empty', async () => {
    const alone = await warmWorld(engine, 1)
    const path = await makePath(engine, alone, 0)
    expect(path.path.nodes).toEqual([])
    expect(path.path.leafNode.source).toEqual({ kind: 'commit', parentHash: new Uint8Array(0) })
    const after = await applyUpdatePath(engine, baseOf(alone, 0), path.path)
    expect(leafAt(after, 0)).toEqual(path.path.leafNode)
  })

  it('tells one who was removed nothing, whatever it kept', async () => {
    const kept = world.privateTrees.get(5)
    const smaller = remove(world, 5)
    const base = baseOf(smaller, 2)
    const path = await makePath(engine, smaller, 2)
    const after = await applyUpdatePath(engine, base, path.path)
    const context = contextBytes(engine, smaller, after)
    const messages = path.path.nodes.flatMap(({ encryptedPathSecrets }) => encryptedPathSecrets)
    const sealedTo = filteredDirectPath(smaller.tree, 2).flatMap((step) => recipients(step, new Set()))
    expect(messages).toHaveLength(sealedTo.length)
    if (!kept) throw new Error('leaf 5 kept nothing')
    await expect(openPath(engine, base, path.path, context, kept)).rejects.toThrow(
      /^(invalid_use|decrypt_failed)/,
    )
    const known = new Set<number>(kept.privateKeys.keys())
    const stillThere = sealedTo.filter((node) =>
      known.has(node.kind === 'leaf' ? 2 * node.leafIndex : node.index),
    )
    expect(stillThere).toEqual([])
  })

  it('drops the private keys of nodes that were blanked', async () => {
    const smaller = await followPath(engine, remove(world, 7), 0)
    for (const { privateKeys } of smaller.privateTrees.values())
      for (const index of privateKeys.keys()) expect([11, 13]).not.toContain(index)
  })

  it('lists the secrets that are to be wiped, and none that is still in use', async () => {
    const before = world.privateTrees.get(3)
    const opened = await openAs(3, made.path)
    const kept = new Set(opened.privateTree.privateKeys.values())
    for (const [index, key] of before?.privateKeys ?? [])
      expect(opened.consumed.includes(key), `node ${index}`).toBe(!kept.has(key))
    for (const bytes of opened.consumed) expect(kept.has(bytes)).toBe(false)
    expect(opened.consumed).toContain(opened.pathSecret)
    expect(opened.consumed).not.toContain(opened.commitSecret)
    expect(made.staged.consumed).toEqual(
      expect.arrayContaining(made.staged.steps.map(({ pathSecret }) => pathSecret)),
    )
  })
})

describe('a path is refused without a secret', () => {
  it('when it has too few or too many nodes', async () => {
    const short = { ...made.path, nodes: made.path.nodes.slice(1) }
    const long = { ...made.path, nodes: [...made.path.nodes, ...made.path.nodes] }
    for (const path of [short, long, { ...made.path, nodes: [] }])
      await expect(apply(path)).rejects.toThrow(/^invalid_commit.*nodes/)
  })

  it('when a secret is sealed too seldom or too often', async () => {
    const fewer = changeNode(made.path, 1, (node) => ({ ...node, encryptedPathSecrets: [] }))
    const more = changeNode(made.path, 1, (node) => ({
      ...node,
      encryptedPathSecrets: [...node.encryptedPathSecrets, ...node.encryptedPathSecrets],
    }))
    for (const path of [fewer, more]) await expect(apply(path)).rejects.toThrow(/^invalid_commit.*sealed/)
  })

  it('when it is sealed to a member who is only just added', async () => {
    const wider = add(engine, world, await client(engine, 'ninth'))
    const path = await makePath(engine, { ...wider, added: new Set() }, 0)
    await expect(apply(path.path, baseOf(wider, 0))).rejects.toThrow(/^invalid_commit.*sealed/)
  })

  it('when its leaf keeps the encryption key', async () => {
    const { encryptionKey } = leafAt(world.tree, 2) as LeafNode
    await expect(apply(await withLeaf({ encryptionKey }))).rejects.toThrow(
      /^invalid_commit.*in the tree already/,
    )
  })

  it("when it has another member's encryption key, or a parent's, at the leaf or above", async () => {
    const ofLeaf = (leafAt(world.tree, 6) as LeafNode).encryptionKey
    const ofParent = contentOf((world.tree as Branch).right)?.encryptionKey as Uint8Array
    for (const encryptionKey of [ofLeaf, ofParent]) {
      await expect(apply(await withLeaf({ encryptionKey }))).rejects.toThrow(
        /^invalid_commit.*in the tree already/,
      )
      const above = changeNode(made.path, 1, (node) => ({ ...node, encryptionKey }))
      await expect(apply(above)).rejects.toThrow(/^invalid_commit.*in the tree already/)
    }
  })

  it('when it has one key twice', async () => {
    const twice = changeNode(made.path, 1, (node) => ({
      ...node,
      encryptionKey: made.path.leafNode.encryptionKey,
    }))
    await expect(apply(twice)).rejects.toThrow(/^invalid_commit.*twice/)
  })

  it('when nothing can be sealed to a key of it', async () => {
    for (const encryptionKey of [new Uint8Array(0), new Uint8Array(31), new Uint8Array(32)]) {
      const above = changeNode(made.path, 0, (node) => ({ ...node, encryptionKey }))
      await expect(apply(above)).rejects.toThrow(/^invalid_commit.*sealed to/)
      await expect(apply(await withLeaf({ encryptionKey }))).rejects.toThrow(/^invalid_leaf.*sealed to/)
    }
  })

  it("when its leaf takes another member's signature key", async () => {
    const { signatureKey } = leafAt(world.tree, 4) as LeafNode
    await expect(apply(await withLeaf({ signatureKey }))).rejects.toThrow(/^invalid_leaf.*signature key/)
  })

  it('when a parent key is not what the parent hash covers', async () => {
    const keys = await engine.provider.kemGenerate(engine.suite.kem)
    for (const at of [0, 1, 2]) {
      const path = changeNode(made.path, at, (node) => ({ ...node, encryptionKey: keys.publicKey }))
      await expect(apply(path)).rejects.toThrow(/^invalid_commit.*parent hash/)
    }
  })

  it('when its leaf is not of source commit', async () => {
    await expect(apply(await withLeaf({ source: { kind: 'update' } }))).rejects.toThrow(/^invalid_commit/)
    const lifetime = { kind: 'key_package', notBefore: 0n, notAfter: 1n } as const
    await expect(apply(await withLeaf({ source: lifetime }))).rejects.toThrow(/^invalid_commit/)
  })

  it('when the signature of its leaf does not hold here', async () => {
    const { leafNode } = made.path
    await expect(
      apply({ ...made.path, leafNode: { ...leafNode, signature: flip(leafNode.signature) } }),
    ).rejects.toThrow(/^bad_authentication/)
    await expect(apply(made.path, { ...baseOf(world, 2), groupId: new Uint8Array(3) })).rejects.toThrow(
      /^bad_authentication/,
    )
  })

  it('when its leaf does not support what the group asks', async () => {
    const terms = groupTerms([{ type: 0xf003, data: new Uint8Array(0) }])
    await expect(apply(made.path, { ...baseOf(world, 2), terms })).rejects.toThrow(/^invalid_leaf/)
  })

  it('when its leaf has a credential that others cannot read', async () => {
    const path = await withLeaf({
      credential: { kind: 'x509', certificates: [] },
      capabilities: { ...made.path.leafNode.capabilities, credentials: [1, 2] },
    })
    await expect(apply(path)).rejects.toThrow(/^invalid_leaf.*credential type 2/)
  })

  it('when it is sent from a leaf where no one is, or from outside to a leaf where someone is', async () => {
    const smaller = remove(world, 2)
    await expect(apply(made.path, { ...baseOf(smaller, 2) })).rejects.toThrow(/^invalid_commit/)
    await expect(apply(made.path, { ...baseOf(world, 2), by: { kind: 'external' } })).rejects.toThrow(
      /^invalid_commit/,
    )
  })

  it('when its sender is not a leaf of the tree', async () => {
    for (const sender of [8, 2 ** 32 - 1, -1, 0.5, Number.NaN])
      await expect(apply(made.path, baseOf(world, sender))).rejects.toThrow(/^invalid_commit/)
  })

  it('when the caller says no, who sees the leaf before', async () => {
    const uses: LeafUse[] = []
    const strict = engineOf((_, use) => {
      uses.push(use)
      return 'another identity'
    })
    await expect(apply(made.path, baseOf(world, 2), strict)).rejects.toThrow(
      /^refused_by_caller.*another identity/,
    )
    const previous = leafAt(world.tree, 2)
    expect(uses).toEqual([{ at: 'path', leafIndex: 2, groupId: world.groupId, previous }])
  })
})

describe('a member refuses a path', () => {
  it('whose secret was tampered with', async () => {
    for (const part of ['kemOutput', 'ciphertext'] as const) {
      const path = changeNode(made.path, 2, (node) => ({
        ...node,
        encryptedPathSecrets: node.encryptedPathSecrets.map((message) => ({
          ...message,
          [part]: flip(message[part]),
        })),
      }))
      await expect(openAs(7, path)).rejects.toThrow(/^decrypt_failed/)
    }
  })

  it('that was sealed for another group context', async () => {
    await expect(openAs(7, made.path, new Uint8Array(40))).rejects.toThrow(/^decrypt_failed/)
  })

  it('whose keys are not those of its secrets', async () => {
    const other = await engine.provider.kemGenerate(engine.suite.kem)
    for (const at of [0, 1, 2]) {
      const path = changeNode(made.path, at, (node) => ({ ...node, encryptionKey: other.publicKey }))
      await expect(openAs(3, path)).rejects.toThrow(/^invalid_commit.*not that of its path secret/)
    }
    const path = changeNode(made.path, 2, (node) => ({ ...node, encryptionKey: new Uint8Array(0) }))
    await expect(openAs(6, path)).rejects.toThrow(/^invalid_commit/)
  })

  it('that is its own', async () => {
    await expect(openAs(2, made.path)).rejects.toThrow(/^invalid_use/)
  })

  it('with nodes missing', async () => {
    await expect(openAs(7, { ...made.path, nodes: [] })).rejects.toThrow(/^invalid_use/)
  })
})

describe('a new member refuses a path secret', () => {
  const joining = async () => {
    const newcomer = await client(engine, 'ninth')
    const wider = add(engine, world, newcomer)
    const { staged } = await makePath(engine, wider, 2)
    const own = { leafIndex: 8, encryptionPrivateKey: newcomer.bundle.encryptionPrivateKey }
    return { staged, own, pathSecret: pathSecretFor(staged, 8) }
  }

  it('that does not make the key of the node above it and the signer', async () => {
    const { staged, own, pathSecret } = await joining()
    const welcomed = { signer: 2, pathSecret: flip(pathSecret) }
    await expect(joinPrivateTree(engine, staged.tree, own, welcomed)).rejects.toThrow(/^invalid_welcome/)
  })

  it('from a signer whose path it is not, who is not there, or who is itself', async () => {
    const { staged, own, pathSecret } = await joining()
    for (const signer of [8, 9, 15, 16, 2 ** 32 - 1]) {
      const welcomed = { signer, pathSecret }
      await expect(joinPrivateTree(engine, staged.tree, own, welcomed)).rejects.toThrow(/^invalid_welcome/)
    }
    // All signers of the other half share the one node above the newcomer.
    const welcomed = { signer: 5, pathSecret }
    const { privateTree } = await joinPrivateTree(engine, staged.tree, own, welcomed)
    expect([...privateTree.privateKeys.keys()]).toEqual([16, 15])
  })

  it('for a leaf that the path does not pass by', async () => {
    const five = await warmWorld(engine, 5)
    const { staged } = await makePath(engine, five, 4)
    const own = { leafIndex: 6, encryptionPrivateKey: new Uint8Array(32) }
    const welcomed = { signer: 4, pathSecret: pathSecretFor(staged, 0) }
    await expect(joinPrivateTree(engine, staged.tree, own, welcomed)).rejects.toThrow(/^invalid_welcome/)
  })

  it('and needs none when the commit had no path', async () => {
    const { staged, own } = await joining()
    const { privateTree } = await joinPrivateTree(engine, staged.tree, own, undefined)
    expect([...privateTree.privateKeys.keys()]).toEqual([16])
  })
})

describe('one who comes from outside', () => {
  const comeIn = async (group: World, replaces?: LeafNode) => {
    const newcomer = await client(engine, 'from outside')
    const { tree, leafIndex } = vacantLeaf(group.tree, 64)
    const base: PathBase = {
      ...baseOf({ ...group, tree }, leafIndex),
      by: { kind: 'external', ...(replaces && { replaces }) },
    }
    const { credential, capabilities, extensions } = newcomer.bundle.keyPackage.leafNode
    const own = { credential, capabilities, extensions, signatureKeyPair: newcomer.signatureKeyPair }
    const staged = await stagePath(engine, base, own)
    const context = contextBytes(engine, group, staged.tree)
    return { base, staged, context, path: await sealPath(engine, staged, context) }
  }

  it('fills a new leaf and is followed by all', async () => {
    const { base, staged, context, path } = await comeIn(world)
    expect(base.sender).toBe(8)
    const after = await applyUpdatePath(engine, base, path)
    expect(treeHash(engine, after)).toEqual(treeHash(engine, staged.tree))
    for (const privateTree of world.privateTrees.values()) {
      const opened = await openPath(engine, base, path, context, privateTree)
      expect(opened.commitSecret).toEqual(staged.commitSecret)
    }
  })

  it('takes the place of the leaf that its commit removes, which the caller is shown', async () => {
    const removed = leafAt(world.tree, 4) as LeafNode
    const uses: LeafUse[] = []
    const asking = engineOf((_, use) => {
      uses.push(use)
      return undefined
    })
    const { base, path } = await comeIn(remove(world, 4), removed)
    expect(base.sender).toBe(4)
    await applyUpdatePath(asking, base, path)
    expect(uses).toEqual([{ at: 'external', leafIndex: 4, groupId: world.groupId, previous: removed }])
  })

  it('comes back to a group in which it was alone', async () => {
    const alone = await warmWorld(engine, 1)
    const { base, path } = await comeIn(remove(alone, 0), leafAt(alone.tree, 0))
    const after = await applyUpdatePath(engine, base, path)
    expect([base.sender, leafCount(after)]).toEqual([0, 1])
  })

  it("is refused with a member's signature key", async () => {
    const stolen = ownLeafOf(world, 6)
    const { tree, leafIndex } = vacantLeaf(world.tree, 64)
    const base: PathBase = { ...baseOf({ ...world, tree }, leafIndex), by: { kind: 'external' } }
    const staged = await stagePath(engine, base, stolen)
    const path = await sealPath(engine, staged, contextBytes(engine, world, staged.tree))
    await expect(applyUpdatePath(engine, base, path)).rejects.toThrow(/^invalid_leaf.*signature key/)
  })
})
