import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Provider } from '../src/provider.ts'
import {
  addLeaf,
  type Branch,
  branchesAbove,
  contentOf,
  firstLeaf,
  indexOf,
  leafAt,
  leafCount,
  leaves,
  memberCount,
  type RatchetTree,
  removeLeaf,
  resolution,
  type Subtree,
  subtreeAt,
  subtrees,
  treeOf,
  updateLeaf,
} from '../src/ratchetTree.ts'
import { decodeTree, encodeTree } from '../src/treeEncoding.ts'
import { hexOf } from '../src/hex.ts'
import { pathWeight } from '../src/pathWeight.ts'
import { treeHash } from '../src/treeHash.ts'
import { treeOfParts, type TreePart, treeParts } from '../src/treeParts.ts'
import type { LeafNode } from '../src/leafNode.ts'
import { verifyParentHashes } from '../src/parentHash.ts'
import {
  commonAncestor,
  directPath,
  leavesUnder,
  level,
  nodeOfLeaf,
  root,
  toNodeIndex,
} from '../src/treeMath.ts'
import { mergePath, filteredDirectPath, pathParents } from '../src/updatePath.ts'
import { validateTree } from '../src/treeValidation.ts'
import { add, client, engineOf, followPath, remove, update, worldOf, type World } from './treeWorld.ts'

const engine = engineOf()

let serial = 0
const serialBytes = (length: number): Uint8Array => {
  const bytes = new Uint8Array(length)
  new DataView(bytes.buffer).setUint32(length - 4, (serial += 1))
  return bytes
}

/** A leaf whose signature nobody looks at here. */
const leafOf = (source: LeafNode['source']): LeafNode => ({
  encryptionKey: serialBytes(32),
  signatureKey: serialBytes(32),
  credential: { kind: 'basic', identity: serialBytes(8) },
  capabilities: { versions: [1], cipherSuites: [1], extensions: [], proposals: [], credentials: [1] },
  source,
  extensions: [],
  signature: serialBytes(64),
})

function* partsInOrder(top: TreePart): Generator<TreePart> {
  const halves = top.below?.()
  if (halves) yield* partsInOrder(halves[0])
  yield top
  if (halves) yield* partsInOrder(halves[1])
}

/** A path without its secrets. */
const pathBy = (tree: RatchetTree, sender: number): RatchetTree => {
  const steps = filteredDirectPath(tree, sender)
  const { parents, leafParentHash } = pathParents(
    engine,
    steps,
    steps.map(() => serialBytes(32)),
  )
  return mergePath(tree, sender, leafOf({ kind: 'commit', parentHash: leafParentHash }), parents)
}

type Step = { readonly kind: 'add' | 'update' | 'remove' | 'path'; readonly at: number }

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom('add', 'add', 'update', 'remove', 'path'),
    at: fc.nat(1000),
  }),
  { minLength: 1, maxLength: 80, size: 'max' },
)

const take = (tree: RatchetTree, { kind, at }: Step): RatchetTree => {
  const members = [...leaves(tree)].map(([index]) => index)
  const member = members[at % members.length] as number
  switch (kind) {
    case 'add':
      return memberCount(tree) < 64 ? addLeaf(tree, leafOf({ kind: 'update' }), 64).tree : tree
    case 'update':
      return updateLeaf(tree, member, leafOf({ kind: 'update' }))
    case 'remove':
      return members.length > 1 ? removeLeaf(tree, member) : tree
    case 'path':
      return pathBy(tree, member)
  }
}

const grow = (taken: readonly Step[]): RatchetTree => taken.reduce(take, treeOf(leafOf({ kind: 'update' })))

describe('a tree grown by random adds, updates, removes and paths', () => {
  it('has the same hash and the same bytes as one decoded from its encoding', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const tree = grow(taken)
        const bytes = encodeTree(tree)
        const decoded = decodeTree(bytes)
        expect(treeHash(engine, decoded)).toEqual(treeHash(engine, tree))
        expect(encodeTree(decoded)).toEqual(bytes)
        expect(decoded).toEqual(tree)
      }),
    )
  })

  it('is parent-hash valid after every step', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        let tree = treeOf(leafOf({ kind: 'update' }))
        for (const step of taken) {
          tree = take(tree, step)
          verifyParentHashes(engine, tree)
        }
      }),
    )
  })

  it('is full and truncated, and counts its members', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const tree = grow(taken)
        const members = [...leaves(tree)]
        expect(memberCount(tree)).toBe(members.length)
        expect([...subtrees(tree)].map(indexOf)).toEqual(
          Array.from({ length: 2 * leafCount(tree) - 1 }, (_, index) => index),
        )
        const last = members.at(-1)?.[0] ?? 0
        expect(leafCount(tree)).toBeLessThanOrEqual(Math.max(1, 2 * last))
        for (const [index, leaf] of members) expect(leafAt(tree, index)).toBe(leaf)
      }),
    )
  })

  it('leaves the tree before it as it was', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (taken, at) => {
        const before = grow(taken)
        const bytes = encodeTree(before)
        for (const kind of ['add', 'update', 'remove', 'path'] as const) take(before, { kind, at })
        expect(encodeTree(before)).toEqual(bytes)
      }),
    )
  })

  it('is the same again when it is put together out of its parts', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const tree = grow(taken)
        expect(treeOfParts(partsInOrder(treeParts(engine, tree)))).toEqual(encodeTree(tree))
      }),
    )
  })

  it('weighs on others as much as the heaviest subtree around a leaf, and not after a path of that leaf', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (taken, at) => {
        const tree = grow(taken)
        const members = [...leaves(tree)].map(([index]) => index)
        const member = members[at % members.length] as number
        const around = branchesAbove(tree, member).slice(1)
        expect(pathWeight(tree, member)).toBe(Math.max(1, ...around.map((node) => resolution(node).length)))
        expect(pathWeight(pathBy(tree, member), member)).toBe(1)
      }),
    )
  })

  it('that one member has grown alone is filled by few others, in whatever order they look at it', () => {
    const keysMax = 16
    let cold = treeOf(leafOf({ kind: 'update' }))
    for (let i = 1; i < 1000; i++) cold = addLeaf(cold, leafOf({ kind: 'update' }), 1024).tree
    cold = pathBy(cold, 0)
    const members = [...leaves(cold)].map(([index]) => index)
    const sealed = (tree: RatchetTree, by: number): number =>
      filteredDirectPath(tree, by).reduce((sum, { copath }) => sum + resolution(copath).length, 0)
    expect(sealed(cold, 0)).toBe(999)
    const orders = fc.shuffledSubarray(members, { minLength: members.length })
    fc.assert(
      fc.property(orders, (order) => {
        let tree = cold
        let commits = 0
        for (const member of order) {
          if (pathWeight(tree, member) <= keysMax) continue
          tree = pathBy(tree, member)
          commits += 1
        }
        expect(commits).toBeLessThanOrEqual(members.length / keysMax)
        const most = Math.max(...members.map((member) => sealed(tree, member)))
        expect(most).toBeLessThan(64)
      }),
      { numRuns: 10 },
    )
  })

  it('resolves every node to the definition of RFC 9420 §4.1.1', () => {
    const defined = (at: Subtree): readonly number[] => {
      if (at.kind === 'leaf') return at.leaf ? [indexOf(at)] : []
      if (at.parent) return [at.index, ...at.parent.unmergedLeaves.map((leaf) => 2 * leaf)]
      return [...defined(at.left), ...defined(at.right)]
    }
    fc.assert(
      fc.property(steps, (taken) => {
        const tree = grow(taken)
        for (const node of subtrees(tree)) expect(resolution(node).map(indexOf)).toEqual(defined(node))
      }),
    )
  })
})

describe('what a change costs', () => {
  const counting = () => {
    const count = { hashes: 0 }
    const provider: Provider = {
      ...engine.provider,
      hash: (name, data) => {
        count.hashes += 1
        return engine.provider.hash(name, data)
      },
    }
    return { count, crypto: { ...engine, provider } }
  }

  it('hashes the nodes above the leaf again, and no others', () => {
    const { count, crypto } = counting()
    let tree = treeOf(leafOf({ kind: 'update' }))
    for (let i = 1; i < 1000; i++) tree = addLeaf(tree, leafOf({ kind: 'update' }), 1024).tree
    treeHash(crypto, tree)
    expect(count.hashes).toBe(2 * 1024 - 1)

    count.hashes = 0
    tree = updateLeaf(tree, 345, leafOf({ kind: 'update' }))
    treeHash(crypto, tree)
    expect(count.hashes).toBe(11)

    count.hashes = 0
    tree = removeLeaf(tree, 17)
    treeHash(crypto, tree)
    expect(count.hashes).toBe(11)
  })

  it('has other parts only on the way from the leaf to the root', () => {
    let tree = treeOf(leafOf({ kind: 'update' }))
    for (let i = 1; i < 256; i++) tree = addLeaf(tree, leafOf({ kind: 'update' }), 256).tree
    const changed = updateLeaf(tree, 100, leafOf({ kind: 'update' }))
    const hashes = (of: RatchetTree): readonly string[] =>
      [...partsInOrder(treeParts(engine, of))].map(({ hash }) => hexOf(hash))
    const before = new Set(hashes(tree))
    expect(before.size).toBe(63)
    expect(hashes(changed).filter((hash) => !before.has(hash))).toHaveLength(6)
  })

  it('shares all subtrees beside the path', () => {
    let tree = treeOf(leafOf({ kind: 'update' }))
    for (let i = 1; i < 256; i++) tree = addLeaf(tree, leafOf({ kind: 'update' }), 256).tree
    const changed = updateLeaf(tree, 100, leafOf({ kind: 'update' }))
    const before = new Set(subtrees(tree))
    const fresh = [...subtrees(changed)].filter((node) => !before.has(node))
    expect(fresh).toHaveLength(9)
  })

  it('hashes a tree with many unmerged leaves less than once per node and level to verify its parent hashes', () => {
    let tree = treeOf(leafOf({ kind: 'update' }))
    for (let i = 1; i < 256; i++) tree = addLeaf(tree, leafOf({ kind: 'update' }), 512).tree
    for (let i = 0; i < 256; i++) tree = pathBy(tree, i)
    // Every second member leaves and another comes in, unmerged at every node that was not blanked.
    for (let i = 1; i < 256; i += 8) tree = removeLeaf(tree, i)
    for (let i = 0; i < 256; i += 2) if (leafAt(tree, i)) tree = pathBy(tree, i)
    for (let i = 1; i < 256; i += 8) tree = addLeaf(tree, leafOf({ kind: 'update' }), 512).tree
    const { count, crypto } = counting()
    treeHash(crypto, tree)
    count.hashes = 0
    verifyParentHashes(crypto, tree)
    const parents = [...subtrees(tree)].filter((node) => node.kind === 'branch' && node.parent).length
    expect(count.hashes).toBeGreaterThan(parents)
    expect(count.hashes).toBeLessThan(511 * 8)
  })
})

describe('indices', () => {
  it('of no leaf find nothing, however odd they are', () => {
    let tree = treeOf(leafOf({ kind: 'update' }))
    for (let i = 1; i < 5; i++) tree = addLeaf(tree, leafOf({ kind: 'update' }), 8).tree
    for (const index of [-1, 0.5, 5, 8, 2 ** 31, 2 ** 32 - 1, 2 ** 53, Number.NaN, Infinity, -Infinity])
      expect(leafAt(tree, index)).toBeUndefined()
    expect(subtreeAt(tree, toNodeIndex(2 ** 32 - 1))).toBeUndefined()
    for (const index of [-1, 0.5, Number.NaN, 2 ** 33]) expect(() => toNodeIndex(index)).toThrow(/^malformed/)
    for (const index of [5, 7, 8, 2 ** 32 - 1, Number.NaN, -1, 0.5]) {
      expect(() => removeLeaf(tree, index)).toThrow(/^invalid_proposal/)
      expect(() => updateLeaf(tree, index, leafOf({ kind: 'update' }))).toThrow(/^invalid_proposal/)
    }
    expect(() => filteredDirectPath(tree, 2 ** 32 - 1)).toThrow(/^invalid_use/)
  })

  it('agree between leaves, nodes and paths', () => {
    const leaf = fc.nat(2 ** 20 - 1)
    fc.assert(
      fc.property(leaf, leaf, (one, other) => {
        const ancestor = commonAncestor(one, other)
        const width = 2 ** 20
        const path = [nodeOfLeaf(one), ...directPath(nodeOfLeaf(one), width)]
        expect(path).toContain(ancestor)
        expect([nodeOfLeaf(other), ...directPath(nodeOfLeaf(other), width)]).toContain(ancestor)
        const { first, count } = leavesUnder(ancestor)
        expect(count).toBe(2 ** level(ancestor))
        expect(Math.min(one, other)).toBeGreaterThanOrEqual(first)
        expect(Math.max(one, other)).toBeLessThan(first + count)
        expect(path.at(-1)).toBe(root(width))
      }),
    )
  })

  it('of branches follow from their place', () => {
    let tree = treeOf(leafOf({ kind: 'update' }))
    for (let i = 1; i < 40; i++) tree = addLeaf(tree, leafOf({ kind: 'update' }), 64).tree
    for (const node of subtrees(tree)) {
      expect(subtreeAt(tree, indexOf(node))).toBe(node)
      expect(leavesUnder(indexOf(node))).toEqual({ first: firstLeaf(node), count: leafCount(node) })
    }
  })
})

describe('growing and shrinking', () => {
  const grown = (members: number): RatchetTree => {
    let tree = treeOf(leafOf({ kind: 'update' }))
    for (let i = 1; i < members; i++) tree = addLeaf(tree, leafOf({ kind: 'update' }), 16).tree
    return tree
  }

  it('refuses one leaf more than the limit', () => {
    const full = grown(16)
    expect(() => addLeaf(full, leafOf({ kind: 'update' }), 16)).toThrow(/^limit_exceeded/)
    expect(addLeaf(full, leafOf({ kind: 'update' }), 32).leafIndex).toBe(16)
  })

  it('fills the leftmost blank leaf first', () => {
    const tree = removeLeaf(removeLeaf(grown(8), 5), 2)
    const first = addLeaf(tree, leafOf({ kind: 'update' }), 16)
    const second = addLeaf(first.tree, leafOf({ kind: 'update' }), 16)
    const third = addLeaf(second.tree, leafOf({ kind: 'update' }), 16)
    expect([first.leafIndex, second.leafIndex, third.leafIndex]).toEqual([2, 5, 8])
  })

  it('halves the tree as often as its right half is blank', () => {
    let tree = grown(9)
    expect(leafCount(tree)).toBe(16)
    tree = removeLeaf(tree, 8)
    expect(leafCount(tree)).toBe(8)
    for (const index of [7, 6, 5, 4, 3, 2]) tree = removeLeaf(tree, index)
    expect(leafCount(tree)).toBe(2)
  })

  it('leaves one blank leaf when the last member goes, for the one who comes back', () => {
    const tree = removeLeaf(grown(1), 0)
    expect([leafCount(tree), memberCount(tree)]).toEqual([1, 0])
    expect(addLeaf(tree, leafOf({ kind: 'update' }), 16).leafIndex).toBe(0)
  })

  it('marks a new member as unmerged at each node above that is filled in', () => {
    let tree = grown(4)
    for (let i = 0; i < 4; i++) tree = pathBy(tree, i)
    tree = addLeaf(pathBy(removeLeaf(tree, 1), 3), leafOf({ kind: 'update' }), 16).tree
    const top = tree as Branch
    expect(top.parent?.unmergedLeaves).toEqual([1])
    expect(contentOf(top.left)).toBeUndefined()
  })
})

/** RFC 9420 §4.2: a member has the keys of its own leaf and of each parent above at which it is merged. No other. */
const expectTreeInvariant = (world: World): void => {
  for (const [leafIndex, { privateKeys }] of world.privateTrees) {
    const known = branchesAbove(world.tree, leafIndex)
      .filter(({ parent }) => parent && !parent.unmergedLeaves.includes(leafIndex))
      .map(({ index }) => index)
    const live = [...privateKeys.keys()].filter((index) => {
      const node = subtreeAt(world.tree, index)
      return node && contentOf(node)
    })
    expect(new Set(live)).toEqual(new Set([nodeOfLeaf(leafIndex), ...known]))
  }
}

describe('a group with keys, changed at random', () => {
  const worldStep = fc.record({
    kind: fc.constantFrom('add', 'add', 'remove', 'update', 'path', 'path'),
    at: fc.nat(1000),
  })

  it('keeps its tree valid for one who joins, and one commit secret for all who follow a path', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(worldStep, { minLength: 5, maxLength: 25 }), async (taken) => {
        let world: World = worldOf(await client(engine, 'first'))
        for (const [step, { kind, at }] of taken.entries()) {
          const members = [...leaves(world.tree)].map(([index]) => index)
          const member = members[at % members.length] as number
          if (kind === 'add') world = add(engine, world, await client(engine, `member ${step}`))
          else if (kind === 'update') world = await update(engine, world, member)
          else if (kind === 'remove' && members.length > 1 && !world.added.has(member))
            world = remove(world, member)
          else if (kind === 'path' && !world.added.has(member))
            world = await followPath(engine, world, member)
        }
        expectTreeInvariant(world)
        await validateTree(engine, decodeTree(encodeTree(world.tree)), {
          groupId: world.groupId,
          treeHash: treeHash(engine, world.tree),
          extensions: [],
        })
      }),
      { numRuns: 30 },
    )
  })
})
