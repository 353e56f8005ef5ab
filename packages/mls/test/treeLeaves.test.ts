import { describe, expect, it } from 'vitest'
import { decode, encode } from '../src/codec.ts'
import {
  decodeKeyPackage,
  encodeKeyPackage,
  type KeyPackage,
  keyPackageRef,
  signKeyPackage,
} from '../src/keyPackage.ts'
import type { LeafUse } from '../src/leafCheck.ts'
import {
  decodeLeafNode,
  encodeLeafNode,
  type LeafNode,
  signLeafNode,
  verifyLeafNode,
} from '../src/leafNode.ts'
import {
  groupTerms,
  validateAmongMembers,
  validateGroupExtensions,
  validateKeyPackage,
  validateLeaf,
} from '../src/leafNodeValidation.ts'
import { addLeaf, leafAt, updateLeaf } from '../src/ratchetTree.ts'
import { acceptAnyLeaf, type Client, client, engineOf, warmWorld } from './treeWorld.ts'

const engine = engineOf()
const terms = groupTerms([])
const alice = await client(engine, 'alice')
const { keyPackage } = alice.bundle
const place = { groupId: new Uint8Array([1, 2]), leafIndex: 3 }

const check = (changed: KeyPackage, by = engine) => validateKeyPackage(by, changed, { at: 'add' }, terms)
const resigned = (change: Partial<KeyPackage>, { signatureKeyPair }: Client = alice) =>
  signKeyPackage(engine, signatureKeyPair.privateKey, { ...keyPackage, ...change })

describe('a key package', () => {
  it('comes out of its encoding as it went in, and has a reference of its own', () => {
    expect(decode(decodeKeyPackage, alice.bundle.bytes)).toEqual(keyPackage)
    expect(encode(encodeKeyPackage, keyPackage)).toEqual(alice.bundle.bytes)
    expect(keyPackageRef(engine, keyPackage)).toHaveLength(32)
  })

  it('is accepted as its owner made it', async () => {
    await check(keyPackage)
  })

  it('is refused when its signature does not hold', async () => {
    await expect(
      check({ ...keyPackage, extensions: [{ type: 0xf000, data: new Uint8Array(1) }] }),
    ).rejects.toThrow(/^bad_authentication.*key package/)
    const other = await client(engine, 'bob')
    await expect(check(await resigned({}, other))).rejects.toThrow(/^bad_authentication.*key package/)
  })

  it('is refused when the signature of its leaf does not hold', async () => {
    const leafNode = {
      ...keyPackage.leafNode,
      credential: { kind: 'basic', identity: new Uint8Array(3) },
    } as const
    await expect(check(await resigned({ leafNode }))).rejects.toThrow(/^bad_authentication.*leaf node/)
  })

  it('is refused for another suite or version', async () => {
    await expect(check(await resigned({ cipherSuite: 3 }))).rejects.toThrow(/^invalid_key_package.*suite 3/)
    await expect(check(await resigned({ version: 2 }))).rejects.toThrow(/^invalid_key_package.*version 2/)
  })

  it('is refused when its init key is its encryption key, or nothing can be sealed to it', async () => {
    const initKey = keyPackage.leafNode.encryptionKey
    await expect(check(await resigned({ initKey }))).rejects.toThrow(/^invalid_key_package.*encryption key/)
    for (const unusable of [new Uint8Array(5), new Uint8Array(32)])
      await expect(check(await resigned({ initKey: unusable }))).rejects.toThrow(
        /^invalid_key_package.*sealed to/,
      )
  })

  it('is refused with a leaf that was made inside a group', async () => {
    for (const source of [{ kind: 'update' }, { kind: 'commit', parentHash: new Uint8Array(0) }] as const) {
      const unsigned = { ...keyPackage.leafNode, source }
      const leafNode = await signLeafNode(engine, alice.signatureKeyPair.privateKey, unsigned, place)
      await expect(check(await resigned({ leafNode }))).rejects.toThrow(/^invalid_leaf.*source/)
    }
  })

  it('is refused when the caller says so, who sees how it is used', async () => {
    const uses: LeafUse[] = []
    const strict = engineOf((_, use) => {
      uses.push(use)
      return 'used before'
    })
    await expect(check(keyPackage, strict)).rejects.toThrow(/^refused_by_caller.*used before/)
    await expect(validateKeyPackage(strict, keyPackage, { at: 'key_package' }, terms)).rejects.toThrow(
      /^refused_by_caller/,
    )
    expect(uses).toEqual([{ at: 'add' }, { at: 'key_package' }])
  })

  it('is not made with capabilities that do not list what it uses', async () => {
    const { capabilities } = keyPackage.leafNode
    const extension = { type: 0xf000, data: new Uint8Array(0) }
    for (const options of [
      { capabilities: { ...capabilities, versions: [] } },
      { capabilities: { ...capabilities, cipherSuites: [2] } },
      { capabilities: { ...capabilities, credentials: [2] } },
      { leafExtensions: [extension] },
      { extensions: [extension] },
    ])
      await expect(client(engine, 'bob', options)).rejects.toThrow(/^invalid_use/)
  })
})

describe('a leaf node', () => {
  const update = (change: Partial<LeafNode> = {}) =>
    signLeafNode(
      engine,
      alice.signatureKeyPair.privateKey,
      {
        ...keyPackage.leafNode,
        encryptionKey: new Uint8Array(32).fill(9),
        source: { kind: 'update' },
        ...change,
      },
      place,
    )
  const use: LeafUse = { at: 'update', previous: keyPackage.leafNode, ...place }

  it('comes out of its encoding as it went in', async () => {
    const leaves: LeafNode[] = [
      keyPackage.leafNode,
      await update(),
      await update({ source: { kind: 'commit', parentHash: new Uint8Array(32) } }),
      await update({ credential: { kind: 'x509', certificates: [new Uint8Array(2), new Uint8Array(0)] } }),
      await update({ credential: { kind: 'unknown', type: 0xf00d, bytes: new Uint8Array(7) } }),
    ]
    for (const leaf of leaves) expect(decode(decodeLeafNode, encode(encodeLeafNode, leaf))).toEqual(leaf)
  })

  it('of an update holds at its place only', async () => {
    const leaf = await update()
    await validateLeaf(engine, leaf, use, terms)
    for (const elsewhere of [{ leafIndex: 4 }, { groupId: new Uint8Array([1]) }])
      await expect(validateLeaf(engine, leaf, { ...use, ...elsewhere }, terms)).rejects.toThrow(
        /^bad_authentication/,
      )
    await expect(validateLeaf(engine, leaf, { at: 'update' }, terms)).rejects.toThrow(/^invalid_use/)
    expect(await verifyLeafNode(engine, leaf, place)).toBe(true)
  })

  it('of an update has a new encryption key', async () => {
    const leaf = await update({ encryptionKey: keyPackage.leafNode.encryptionKey })
    await expect(validateLeaf(engine, leaf, use, terms)).rejects.toThrow(/^invalid_leaf.*leaf before/)
  })

  it('is refused where its source does not belong', async () => {
    const leaf = await update()
    for (const at of ['add', 'key_package', 'path', 'external'] as const)
      await expect(validateLeaf(engine, leaf, { at, ...place }, terms)).rejects.toThrow(
        /^invalid_leaf.*source/,
      )
    await expect(validateLeaf(engine, keyPackage.leafNode, use, terms)).rejects.toThrow(
      /^invalid_leaf.*source/,
    )
  })

  it('is refused with a signature key of another algorithm, or a credential that it does not list', async () => {
    const signatureKey = new Uint8Array(57)
    await expect(validateLeaf(engine, await update({ signatureKey }), use, terms)).rejects.toThrow(
      /^invalid_leaf.*signature key/,
    )
    const capabilities = { ...keyPackage.leafNode.capabilities, credentials: [2] }
    await expect(validateLeaf(engine, await update({ capabilities }), use, terms)).rejects.toThrow(
      /^invalid_leaf.*credential type 1/,
    )
  })

  it('is refused when the caller says so', async () => {
    const strict = engineOf((_, { previous }) => (previous ? 'not the same account' : undefined))
    await expect(validateLeaf(strict, await update(), use, terms)).rejects.toThrow(/^refused_by_caller/)
  })
})

describe('changed leaves among the members', () => {
  it('may not bring a key that someone has, nor the same key twice', async () => {
    const { tree, signatureKeys } = await warmWorld(engine, 4)
    const bob = (await client(engine, 'bob')).bundle.keyPackage.leafNode
    const member = leafAt(tree, 2) as LeafNode
    const parent = tree.kind === 'branch' ? tree.parent : undefined
    if (!parent) throw new Error('the root is blank')
    const addedTo = (leaf: LeafNode) => addLeaf(tree, leaf, 64).tree

    validateAmongMembers(addedTo(bob), new Set([4]))
    for (const leaf of [
      { ...bob, encryptionKey: member.encryptionKey },
      { ...bob, encryptionKey: parent.encryptionKey },
      { ...bob, signatureKey: member.signatureKey },
    ])
      expect(() => validateAmongMembers(addedTo(leaf), new Set([4]))).toThrow(/^invalid_leaf/)
    const twice = addLeaf(addedTo(bob), { ...bob, signatureKey: new Uint8Array(32) }, 64).tree
    expect(() => validateAmongMembers(twice, new Set([4, 5]))).toThrow(
      /^invalid_leaf.*encryption key of leaf 5/,
    )

    const twin = addLeaf(addedTo(bob), { ...bob, encryptionKey: new Uint8Array(32) }, 64).tree
    expect(() => validateAmongMembers(twin, new Set([4, 5]))).toThrow(
      /^invalid_leaf.*signature key of leaf 5/,
    )

    // An update may keep the signature key that its own leaf had.
    const signatureKey = signatureKeys.get(1)?.publicKey as Uint8Array
    validateAmongMembers(updateLeaf(tree, 1, { ...bob, signatureKey }), new Set([1]))
  })

  it('must be able to read the credentials of all', async () => {
    const { tree } = await warmWorld(engine, 2)
    const { leafNode } = keyPackage
    const deaf = { ...leafNode, capabilities: { ...leafNode.capabilities, credentials: [2] } }
    expect(() => validateAmongMembers(addLeaf(tree, deaf, 64).tree, new Set([2]))).toThrow(
      /^invalid_leaf.*credential type 1/,
    )
  })
})

describe('new extensions of a group context', () => {
  it('are refused unless all members support them', async () => {
    const { tree } = await warmWorld(engine, 2)
    const extensions = [{ type: 0xf000, data: new Uint8Array(0) }]
    expect(() => validateGroupExtensions(engine, tree, extensions)).toThrow(/^invalid_proposal.*leaf 0/)
    const able = await warmWorld(engineOf(acceptAnyLeaf), 1)
    validateGroupExtensions(engine, able.tree, [{ type: 5, data: new Uint8Array(1) }])
    const malformed = [{ type: 3, data: new Uint8Array([1, 2, 3]) }]
    expect(() => validateGroupExtensions(engine, tree, malformed)).toThrow(/^malformed/)
  })
})
