import { describe, expect, it } from 'vitest'
import { encode } from '../src/codec.ts'
import { extensionType } from '../src/extension.ts'
import type { LeafUse } from '../src/leafCheck.ts'
import { type LeafNode, signLeafNode } from '../src/leafNode.ts'
import { parentHash, verifyParentHashes } from '../src/parentHash.ts'
import type { ParentNode } from '../src/parentNode.ts'
import type { HashName } from '../src/provider.ts'
import {
  addLeaf,
  branch,
  type Branch,
  leafAt,
  leaves,
  type RatchetTree,
  slot,
  type Subtree,
} from '../src/ratchetTree.ts'
import { encodeRequiredCapabilities } from '../src/requiredCapabilities.ts'
import { decodeTree, encodeTree } from '../src/treeEncoding.ts'
import { originalTreeHashes, treeHash } from '../src/treeHash.ts'
import type { LeafIndex } from '../src/treeMath.ts'
import { validateTree } from '../src/treeValidation.ts'
import { acceptAnyLeaf, add, client, engineOf, followPath, warmWorld, type World } from './treeWorld.ts'

const engine = engineOf()
const world = await warmWorld(engine, 8)

/** Validates a tree as a joiner who was told the right tree hash, so that only the fault itself can be found. */
const join = async (tree: RatchetTree, { groupId, extensions }: World = world, by = engine): Promise<void> =>
  validateTree(by, decodeTree(encodeTree(tree)), { groupId, extensions, treeHash: treeHash(engine, tree) })

const resign = async (
  leafIndex: LeafIndex,
  change: Partial<Omit<LeafNode, 'signature'>>,
  of: World = world,
): Promise<LeafNode> => {
  const [leaf, keys] = [leafAt(of.tree, leafIndex), of.signatureKeys.get(leafIndex)]
  if (!leaf || !keys) throw new Error(`no member ${leafIndex}`)
  return signLeafNode(engine, keys.privateKey, { ...leaf, ...change }, { groupId: of.groupId, leafIndex })
}

const putLeaf = (tree: Subtree, index: LeafIndex, leaf: LeafNode | undefined): Subtree => {
  if (tree.kind === 'leaf') return tree.leafIndex === index ? slot(index, leaf) : tree
  return branch(tree.parent, putLeaf(tree.left, index, leaf), putLeaf(tree.right, index, leaf))
}

const putParent = (
  tree: Subtree,
  index: number,
  change: (before: ParentNode | undefined) => ParentNode | undefined,
): Subtree => {
  if (tree.kind === 'leaf') return tree
  return branch(
    tree.index === index ? change(tree.parent) : tree.parent,
    putParent(tree.left, index, change),
    putParent(tree.right, index, change),
  )
}

const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte))
const leafOf = (index: LeafIndex): LeafNode => leafAt(world.tree, index) as LeafNode
/** Of who committed last: no one else's parent hash covers that leaf, so that only the signature can be wrong. */
const forgedLast: LeafNode = { ...leafOf(7), signature: flip(leafOf(7).signature) }

describe('a joiner', () => {
  it('accepts the tree of a group in which everyone has committed', async () => {
    await join(world.tree)
  })

  it('accepts a tree with blank and unmerged leaves', async () => {
    const wider = await followPath(engine, add(engine, world, await client(engine, 'new')), 3)
    await join(add(engine, wider, await client(engine, 'newer')).tree, wider)
  })

  it('refuses a tree whose hash is not that of the group context', async () => {
    const context = { groupId: world.groupId, extensions: [], treeHash: flip(treeHash(engine, world.tree)) }
    await expect(validateTree(engine, world.tree, context)).rejects.toThrow(/^invalid_tree.*tree hash/)
  })

  it('refuses more leaves than it is ready for', async () => {
    await expect(join(world.tree, world, engineOf(acceptAnyLeaf, 1, 4))).rejects.toThrow(/^limit_exceeded/)
  })

  it('refuses a tree in which no one is', async () => {
    const nobody = slot(0, undefined)
    const context = { groupId: world.groupId, extensions: [], treeHash: treeHash(engine, nobody) }
    await expect(validateTree(engine, nobody, context)).rejects.toThrow(/^invalid_tree.*without members/)
  })

  it('refuses a leaf with a wrong signature', async () => {
    await expect(join(putLeaf(world.tree, 7, forgedLast))).rejects.toThrow(/^bad_authentication/)
  })

  it('refuses a leaf that was signed for another group', async () => {
    await expect(join(world.tree, { ...world, groupId: new Uint8Array(4) })).rejects.toThrow(
      /^bad_authentication/,
    )
  })

  it('refuses a leaf that was signed for another place in the group', async () => {
    // Of a group in which only proposals were made: no parent hash could give the exchange away.
    let flat = add(engine, await warmWorld(engine, 1), await client(engine, 'b'))
    flat = add(engine, flat, await client(engine, 'c'))
    const [b, c] = [await resign(1, { source: { kind: 'update' } }, flat), leafAt(flat.tree, 2)]
    await join(putLeaf(flat.tree, 1, b), flat)
    const exchanged = putLeaf(putLeaf(flat.tree, 1, c), 2, b)
    await expect(join(exchanged, flat)).rejects.toThrow(/^bad_authentication/)
  })

  it('refuses a parent key that no member put there', async () => {
    for (const index of [1, 3, 7, 13]) {
      const planted = putParent(
        world.tree,
        index,
        (parent) => parent && { ...parent, encryptionKey: flip(parent.encryptionKey) },
      )
      await expect(join(planted), `parent ${index}`).rejects.toThrow(/^invalid_tree.*parent-hash/)
    }
  })

  it('refuses a parent that was filled in after its members signed', async () => {
    const top = world.tree as Branch
    const blanked = putParent(
      putParent(world.tree, 3, () => undefined),
      7,
      () => undefined,
    )
    await expect(join(putParent(blanked, 7, () => top.parent))).rejects.toThrow(/^invalid_tree.*parent-hash/)
  })

  it('refuses a parent whose unmerged leaves were taken from it or given to it', async () => {
    // Leaf 2 is replaced, then everyone in the other half commits: the newcomer stays unmerged in its own half.
    const listed = (unmergedLeaves: readonly number[]) => (parent: ParentNode | undefined) =>
      parent && { ...parent, unmergedLeaves }
    await expect(join(putParent(world.tree, 7, listed([2])))).rejects.toThrow(/^invalid_tree/)

    const wider = add(engine, await warmWorld(engine, 7), await client(engine, 'newcomer'))
    await join(wider.tree, wider)
    await expect(join(putParent(wider.tree, 7, listed([])), wider)).rejects.toThrow(/^invalid_tree/)
  })

  it('refuses a subtree moved under another path', async () => {
    const top = world.tree as Branch
    const other = await warmWorld(engine, 8)
    const mixed = branch(top.parent, top.left, (other.tree as Branch).right)
    await expect(join(mixed)).rejects.toThrow(/^invalid_tree.*parent-hash/)
  })

  it('refuses an encryption key that two leaves have', async () => {
    const cold = await coldWorld(8)
    const { encryptionKey } = leafAt(cold.tree, 1) as LeafNode
    const leaf = await resign(6, { source: { kind: 'update' }, encryptionKey }, cold)
    await expect(join(putLeaf(cold.tree, 6, leaf), cold)).rejects.toThrow(/^invalid_tree.*encryption key/)
  })

  it('refuses a leaf with the encryption key of a parent', async () => {
    const wider = add(engine, await warmWorld(engine, 5), await client(engine, 'sixth'))
    const encryptionKey = ((wider.tree as Branch).left as Branch).parent?.encryptionKey as Uint8Array
    const leaf = await resign(5, { source: { kind: 'update' }, encryptionKey }, wider)
    await expect(join(putLeaf(wider.tree, 5, leaf), wider)).rejects.toThrow(/^invalid_tree.*encryption key/)
  })

  it('refuses a signature key that two members have', async () => {
    const signatureKeyPair = await engine.provider.signatureGenerate(engine.suite.signature)
    let twice = add(engine, await coldWorld(2), await client(engine, 'b', { signatureKeyPair }))
    twice = add(engine, twice, await client(engine, 'again b', { signatureKeyPair }))
    await expect(join(twice.tree, twice)).rejects.toThrow(/^invalid_tree.*signature key/)
  })

  it('refuses keys that nothing can be sealed to', async () => {
    const cold = await coldWorld(3)
    for (const encryptionKey of [
      new Uint8Array(31),
      new Uint8Array(0),
      new Uint8Array(1216),
      new Uint8Array(32),
    ]) {
      const leaf = await resign(1, { source: { kind: 'update' }, encryptionKey }, cold)
      await expect(join(putLeaf(cold.tree, 1, leaf), cold)).rejects.toThrow(/^invalid_leaf.*sealed to/)
      const planted = putParent(world.tree, 3, (parent) => parent && { ...parent, encryptionKey })
      await expect(join(planted)).rejects.toThrow(/^invalid_tree.*sealed to/)
    }
  })

  it('refuses a member that does not support what the group requires', async () => {
    const required = (extensions: number[], proposals: number[], credentials: number[]) => [
      {
        type: extensionType.requiredCapabilities,
        data: encode(encodeRequiredCapabilities, { extensions, proposals, credentials }),
      },
    ]
    await join(world.tree, { ...world, extensions: required([1, 2, 5], [1, 7], [1]) })
    for (const extensions of [required([0xf000], [], []), required([], [8], []), required([], [], [2])])
      await expect(join(world.tree, { ...world, extensions })).rejects.toThrow(/^invalid_leaf.*required/)
  })

  it('refuses a member that does not support an extension of the group context', async () => {
    const extensions = [{ type: 0xf001, data: new Uint8Array(0) }]
    await expect(join(world.tree, { ...world, extensions })).rejects.toThrow(/^invalid_leaf.*extension/)
  })

  it('refuses members who cannot read the credential of another', async () => {
    const x509 = await client(engine, 'x', {
      credential: { kind: 'x509', certificates: [new Uint8Array([1])] },
      capabilities: { versions: [1], cipherSuites: [1], extensions: [], proposals: [], credentials: [1, 2] },
    })
    const mixed = add(engine, await coldWorld(2), x509)
    await expect(join(mixed.tree, mixed)).rejects.toThrow(/^invalid_leaf.*credential type 2/)
  })

  it('refuses a leaf that uses what it does not list', async () => {
    const cold = await coldWorld(2)
    const extension = { extensions: [{ type: 0xf002, data: new Uint8Array(1) }] }
    const credential = { capabilities: { ...leafOf(0).capabilities, credentials: [2] } }
    const version = { capabilities: { ...leafOf(0).capabilities, versions: [2] } }
    for (const change of [extension, credential, version]) {
      const leaf = await resign(1, { source: { kind: 'update' }, ...change }, cold)
      await expect(join(putLeaf(cold.tree, 1, leaf), cold)).rejects.toThrow(/^invalid_leaf/)
    }
  })

  it('does not mind values that it does not know, GREASE among them', async () => {
    const greased = await client(engine, 'g', {
      capabilities: {
        versions: [1, 0x0a0a],
        cipherSuites: [0x1a1a, 1],
        extensions: [0x2a2a, 0xf0aa],
        proposals: [0x3a3a],
        credentials: [1, 0x4a4a],
      },
      leafExtensions: [{ type: 0x2a2a, data: new Uint8Array(9) }],
      extensions: [{ type: 0xf0aa, data: new Uint8Array(3) }],
    })
    const cold = add(engine, await coldWorld(2), greased)
    await join(cold.tree, cold)
  })
})

describe('the caller', () => {
  it('is asked about every leaf of the tree, with its place', async () => {
    const asked: (LeafUse & { readonly leaf: LeafNode })[] = []
    const asking = engineOf((leaf, use) => {
      asked.push({ ...use, leaf })
      return undefined
    })
    const tree = decodeTree(encodeTree(world.tree))
    await validateTree(asking, tree, {
      groupId: world.groupId,
      extensions: [],
      treeHash: treeHash(engine, tree),
    })
    expect(asked.toSorted((a, b) => (a.leafIndex ?? 0) - (b.leafIndex ?? 0))).toEqual(
      [...leaves(tree)].map(([leafIndex, leaf]) => ({ at: 'tree', leafIndex, groupId: world.groupId, leaf })),
    )
  })

  it('can refuse any one of them', async () => {
    for (let refused = 0; refused < 8; refused++) {
      const strict = engineOf((_, use) => (use.leafIndex === refused ? 'expired' : undefined))
      await expect(join(world.tree, world, strict)).rejects.toThrow(/^refused_by_caller.*expired/)
    }
  })

  it('is not asked about a leaf whose signature does not hold', async () => {
    const asked: LeafIndex[] = []
    const asking = engineOf((_, { leafIndex }) => {
      if (leafIndex !== undefined) asked.push(leafIndex)
      return undefined
    })
    await expect(join(putLeaf(world.tree, 7, forgedLast), world, asking)).rejects.toThrow(
      /^bad_authentication/,
    )
    expect(asked).not.toContain(7)
  })
})

describe('large hostile trees', () => {
  it('with keys that agree in most places are judged like any others, at the same cost', async () => {
    const template = leafOf(0)
    const leafEndingAlike = (at: number): LeafNode => {
      const key = new Uint8Array(32)
      new DataView(key.buffer).setUint32(0, at)
      return { ...template, source: { kind: 'update' }, encryptionKey: key, signatureKey: key }
    }
    let tree: RatchetTree = slot(0, leafEndingAlike(0))
    for (let i = 1; i < 4096; i++) tree = addLeaf(tree, leafEndingAlike(i), 4096).tree
    await expect(join(tree, world, engineOf(acceptAnyLeaf, 1, 4096))).rejects.toThrow(
      /^(bad_authentication|invalid_)/,
    )
  })

  it('with other leaves unmerged at each parent are verified with few hashes per node and level', () => {
    const count = { hashes: 0 }
    const counting = {
      ...engine,
      provider: {
        ...engine.provider,
        hash: (name: HashName, data: Uint8Array) => {
          count.hashes += 1
          return engine.provider.hash(name, data)
        },
      },
    }
    const tree = decodeTree(encodeTree(unmergedTree(1024)))
    treeHash(counting, tree)
    count.hashes = 0
    verifyParentHashes(counting, tree)
    expect(count.hashes).toBeGreaterThan(1024)
    expect(count.hashes).toBeLessThan(1024 * 4)
  })
})

/** Parent-hash valid, with every second leaf unmerged from some height on down, another set at each turn to the right. */
const unmergedTree = (leafCount: number): RatchetTree => {
  const key = (kind: number, at: number): Uint8Array => {
    const bytes = new Uint8Array(32).fill(kind)
    new DataView(bytes.buffer).setUint32(28, at)
    return bytes
  }
  const build = (
    first: number,
    width: number,
    above: Uint8Array,
    isUnmerged: (leaf: LeafIndex) => boolean,
    turns: number,
  ): Subtree => {
    if (width === 1)
      return slot(first, {
        ...leafOf(0),
        encryptionKey: key(1, first),
        signatureKey: key(3, first),
        source: { kind: 'commit', parentHash: above },
      })
    const half = width / 2
    const parent: ParentNode = {
      encryptionKey: key(2, 2 * first + width - 1),
      parentHash: above,
      unmergedLeaves: Array.from({ length: width }, (_, at) => first + at).filter(isUnmerged),
    }
    // The linked child has the same leaves unmerged; its sibling may have more, down to every second one.
    const more = (leaf: LeafIndex): boolean =>
      isUnmerged(leaf) || (leaf % 2 === 1 && (half === 2 || (leaf >>> 1) % 8 === turns))
    const right = build(first + half, half, new Uint8Array(32), half === 1 ? isUnmerged : more, turns + 1)
    const hash = parentHash(engine, parent, originalTreeHashes(engine)(right, parent.unmergedLeaves))
    return branch(parent, build(first, half, hash, isUnmerged, turns), right)
  }
  return build(0, leafCount, new Uint8Array(0), (leaf) => leaf % 2 === 1 && (leaf >>> 1) % 8 === 0, 1)
}

async function coldWorld(members: number): Promise<World> {
  let cold = await warmWorld(engine, 1)
  for (let i = 1; i < members; i++) cold = add(engine, cold, await client(engine, `member ${i}`))
  return cold
}
