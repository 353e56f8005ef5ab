import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCapabilities, encodeCapabilities } from '../src/capabilities.ts'
import { decode, encode, type Reader, type Writer } from '../src/codec.ts'
import { decodeCredential, encodeCredential } from '../src/credential.ts'
import { MlsError } from '../src/error.ts'
import { decodeExtensions, encodeExtensions } from '../src/extension.ts'
import { decodeExternalSenders, encodeExternalSenders } from '../src/externalSenders.ts'
import { decodeHpkeCiphertext, encodeHpkeCiphertext } from '../src/hpkeCiphertext.ts'
import { decodeKeyPackage, encodeKeyPackage } from '../src/keyPackage.ts'
import { decodeLeafNode, encodeLeafNode } from '../src/leafNode.ts'
import { groupTerms, validateKeyPackage } from '../src/leafNodeValidation.ts'
import { decodeParentNode, encodeParentNode } from '../src/parentNode.ts'
import { leafCount, subtrees } from '../src/ratchetTree.ts'
import { decodeRequiredCapabilities, encodeRequiredCapabilities } from '../src/requiredCapabilities.ts'
import { hybridSuiteId } from '../src/suite.ts'
import { decodeTree, encodeTree } from '../src/treeEncoding.ts'
import { treeHash } from '../src/treeHash.ts'
import { openPath } from '../src/treeKem.ts'
import { validateTree } from '../src/treeValidation.ts'
import { applyUpdatePath, decodeUpdatePath, encodeUpdatePath } from '../src/updatePath.ts'
import {
  acceptAnyLeaf,
  add,
  baseOf,
  client,
  contextBytes,
  engineOf,
  makePath,
  warmWorld,
} from './treeWorld.ts'

const engine = engineOf()
const world = add(engine, await warmWorld(engine, 6), await client(engine, 'unmerged'))
const made = await makePath(engine, world, 1)
const { keyPackage } = (await client(engine, 'someone')).bundle
const treeBytes = encodeTree(world.tree)

const parentNode = {
  encryptionKey: new Uint8Array(32),
  parentHash: new Uint8Array(32),
  unmergedLeaves: [1, 2, 2 ** 32 - 1],
}
const types = [1, 2, 0xffff]

/** Something to mutate, and what its bytes are if they are read and written again. */
interface Subject {
  readonly name: string
  readonly sample: Uint8Array
  readonly again: (bytes: Uint8Array) => Uint8Array
}

const subject = <T>(
  name: string,
  encoder: (writer: Writer, value: T) => void,
  decoder: (reader: Reader) => T,
  sample: T,
): Subject => ({
  name,
  sample: encode(encoder, sample),
  again: (bytes) => encode(encoder, decode(decoder, bytes)),
})

const subjects: readonly Subject[] = [
  subject('credential', encodeCredential, decodeCredential, {
    kind: 'x509',
    certificates: [new Uint8Array(3), new Uint8Array(70)],
  }),
  subject('capabilities', encodeCapabilities, decodeCapabilities, {
    versions: types,
    cipherSuites: types,
    extensions: types,
    proposals: types,
    credentials: types,
  }),
  subject('extensions', encodeExtensions, decodeExtensions, [
    { type: 1, data: new Uint8Array(2) },
    { type: 2, data: new Uint8Array(80) },
  ]),
  subject('required capabilities', encodeRequiredCapabilities, decodeRequiredCapabilities, {
    extensions: types,
    proposals: types,
    credentials: types,
  }),
  subject('external senders', encodeExternalSenders, decodeExternalSenders, [
    { signatureKey: new Uint8Array(32), credential: { kind: 'basic', identity: new Uint8Array(5) } },
  ]),
  subject('HPKE ciphertext', encodeHpkeCiphertext, decodeHpkeCiphertext, {
    kemOutput: new Uint8Array(32),
    ciphertext: new Uint8Array(100),
  }),
  subject('leaf node', encodeLeafNode, decodeLeafNode, keyPackage.leafNode),
  subject('key package', encodeKeyPackage, decodeKeyPackage, keyPackage),
  subject('parent node', encodeParentNode, decodeParentNode, parentNode),
  subject('update path', encodeUpdatePath, decodeUpdatePath, made.path),
  { name: 'tree', sample: treeBytes, again: (bytes) => encodeTree(decodeTree(bytes, 64)) },
]

type Mutation =
  | { readonly kind: 'set'; readonly at: number; readonly value: number }
  | { readonly kind: 'cut'; readonly at: number; readonly count: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'repeat'; readonly at: number; readonly count: number }

const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('set' as const), at: fc.nat(), value: fc.nat(255) }),
    fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), count: fc.integer({ min: 1, max: 40 }) }),
    fc.record({
      kind: fc.constant('insert' as const),
      at: fc.nat(),
      bytes: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        // Lengths that claim the most.
        fc.constantFrom(
          Uint8Array.of(0xbf, 0xff, 0xff, 0xff),
          Uint8Array.of(0x7f, 0xff),
          Uint8Array.of(0xff),
        ),
      ),
    }),
    fc.record({
      kind: fc.constant('repeat' as const),
      at: fc.nat(),
      count: fc.integer({ min: 1, max: 200 }),
    }),
  ),
  { minLength: 1, maxLength: 4 },
)

const mutate = (bytes: Uint8Array, all: readonly Mutation[]): Uint8Array => {
  let mutated = [...bytes]
  for (const mutation of all) {
    const at = mutation.at % (mutated.length + 1)
    const [head, tail] = [mutated.slice(0, at), mutated.slice(at)]
    switch (mutation.kind) {
      case 'set':
        mutated = [...head, mutation.value, ...tail.slice(1)]
        break
      case 'cut':
        mutated = [...head, ...tail.slice(mutation.count)]
        break
      case 'insert':
        mutated = [...head, ...mutation.bytes, ...tail]
        break
      case 'repeat':
        mutated = [...head, ...tail.slice(0, mutation.count), ...tail]
        break
    }
  }
  return Uint8Array.from(mutated)
}

/** The work's result, or the engine's own refusal; anything else that is thrown fails the test. */
const refusedOr = async <T>(work: () => T | Promise<T>): Promise<T | MlsError> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof MlsError) return error
    throw error
  }
}

describe.each(subjects)('bytes that may be a $name', ({ sample, again }) => {
  const holds = async (bytes: Uint8Array): Promise<void> => {
    const result = await refusedOr(() => again(bytes))
    // Whatever is accepted has this one encoding: no one can say the same in two ways.
    if (!(result instanceof MlsError)) expect(result).toEqual(bytes)
  }

  it('are read as written', async () => {
    expect(await refusedOr(() => again(sample))).toEqual(sample)
  })

  it('are refused with an MlsError when random', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), holds), { numRuns: 300 })
  })

  it('are refused with an MlsError, or read as exactly what they are, when mutated', async () => {
    await fc.assert(
      fc.asyncProperty(mutations, (all) => holds(mutate(sample, all))),
      { numRuns: 500 },
    )
  })

  it('are refused when cut short anywhere', async () => {
    for (let end = 0; end < sample.length; end += Math.max(1, Math.floor(sample.length / 300)))
      expect(await refusedOr(() => again(sample.slice(0, end)))).toBeInstanceOf(MlsError)
  })

  it('are refused with a byte too many', async () => {
    expect(await refusedOr(() => again(Uint8Array.from([...sample, 0])))).toBeInstanceOf(MlsError)
  })
})

describe('a mutated', () => {
  it('tree is refused by a joiner with an MlsError', async () => {
    await fc.assert(
      fc.asyncProperty(mutations, async (all) => {
        const bytes = mutate(treeBytes, all)
        const result = await refusedOr(async () => {
          const tree = decodeTree(bytes, 64)
          await validateTree(engine, tree, {
            groupId: world.groupId,
            extensions: [],
            treeHash: treeHash(engine, tree),
          })
          return bytes
        })
        if (!(result instanceof MlsError)) expect(result).toEqual(treeBytes)
      }),
      { numRuns: 500 },
    )
  })

  it('key package is refused with an MlsError', async () => {
    const sample = encode(encodeKeyPackage, keyPackage)
    await fc.assert(
      fc.asyncProperty(mutations, async (all) => {
        const bytes = mutate(sample, all)
        const result = await refusedOr(async () => {
          await validateKeyPackage(engine, decode(decodeKeyPackage, bytes), { at: 'add' }, groupTerms([]))
          return bytes
        })
        if (!(result instanceof MlsError)) expect(result).toEqual(sample)
      }),
      { numRuns: 500 },
    )
  })

  it.each([1, 2, 4, hybridSuiteId])(
    'path of suite %i is refused with an MlsError, or gives no secret',
    async (id) => {
      const by = engineOf(acceptAnyLeaf, id)
      const group = await warmWorld(by, 4)
      const { path, staged } = await makePath(by, group, 0)
      const [sample, base] = [encode(encodeUpdatePath, path), baseOf(group, 0)]
      const privateTree = group.privateTrees.get(3)
      if (!privateTree) throw new Error('leaf 3 has no keys')
      await fc.assert(
        fc.asyncProperty(mutations, async (all) => {
          const bytes = mutate(sample, all)
          await refusedOr(async () => {
            const received = decode(decodeUpdatePath, bytes)
            const applied = await refusedOr(() => applyUpdatePath(by, base, received))
            if (!(applied instanceof MlsError))
              expect(treeHash(by, applied)).toEqual(treeHash(by, staged.tree))
            // Also what would not have been applied must not break the one who opens it.
            const context = contextBytes(by, group, staged.tree)
            const opened = await openPath(by, base, received, context, privateTree)
            expect(opened.commitSecret).toEqual(staged.commitSecret)
          })
        }),
        { numRuns: 60 },
      )
    },
  )
})

describe('a tree', () => {
  const nodes = (...each: readonly Uint8Array[]): Uint8Array =>
    encode((writer) => writer.vector((into, bytes: Uint8Array) => into.fixed(bytes), each), undefined)
  const blank = Uint8Array.of(0)
  const leaf = Uint8Array.from([1, 1, ...encode(encodeLeafNode, keyPackage.leafNode)])
  const parent = (...unmergedLeaves: readonly number[]): Uint8Array =>
    Uint8Array.from([1, 2, ...encode(encodeParentNode, { ...parentNode, unmergedLeaves })])

  it('may be a leaf, or two with a parent', () => {
    expect(leafCount(decodeTree(nodes(leaf)))).toBe(1)
    expect(leafCount(decodeTree(nodes(leaf, blank, leaf)))).toBe(2)
    expect(leafCount(decodeTree(nodes(leaf, parent(0), leaf, blank, leaf)))).toBe(4)
  })

  it.each([
    ['without a node', nodes(), 'malformed'],
    ['of one blank node', nodes(blank), 'malformed'],
    ['with trailing blanks', nodes(leaf, blank, leaf, blank), 'malformed'],
    ['with a parent where a leaf is to be', nodes(parent()), 'malformed'],
    ['with a leaf where a parent is to be', nodes(leaf, leaf, leaf), 'malformed'],
    ['of an unknown node type', nodes(Uint8Array.of(1, 3)), 'malformed'],
    [
      'with a right half of nothing but a parent',
      nodes(leaf, blank, leaf, blank, blank, parent()),
      'invalid_tree',
    ],
    ['with a blank right half under a root', nodes(leaf, blank, leaf, parent()), 'invalid_tree'],
    [
      'with a parent above no member',
      nodes(leaf, blank, leaf, blank, blank, parent(), blank, blank, leaf),
      'invalid_tree',
    ],
    ['with an unmerged leaf far out', nodes(leaf, parent(2 ** 32 - 1), leaf), 'invalid_tree'],
    ['with an unmerged leaf just out', nodes(leaf, parent(2), leaf, blank, leaf), 'invalid_tree'],
    ['with a blank unmerged leaf', nodes(blank, parent(0), leaf), 'invalid_tree'],
    ['with unmerged leaves out of order', nodes(leaf, parent(1, 0), leaf), 'malformed'],
    ['with an unmerged leaf twice', nodes(leaf, parent(1, 1), leaf), 'malformed'],
    [
      'with a leaf unmerged above a parent that has it merged',
      nodes(leaf, parent(), leaf, parent(0), leaf),
      'invalid_tree',
    ],
  ])('%s is refused', (_, bytes, code) => {
    expect(() => decodeTree(bytes)).toThrow(new RegExp(`^${code}:`))
  })

  it('of more leaves than allowed is refused before they are read', () => {
    const many = nodes(...Array.from({ length: 200 }, () => blank), leaf)
    expect(leafCount(decodeTree(many, 128))).toBe(128)
    expect(() => decodeTree(many, 64)).toThrow(/^limit_exceeded/)
  })

  it('that claims to be huge takes no more than the bytes that are there', () => {
    const claim = Uint8Array.of(0xbf, 0xff, 0xff, 0xff, 0, 0, 0)
    expect(() => decodeTree(claim)).toThrow(/^malformed/)
    const unmerged = Uint8Array.of(0, 0, 0xbf, 0xff, 0xff, 0xff, 1)
    expect(() => decode(decodeParentNode, unmerged)).toThrow(/^malformed/)
  })

  it('of the most blanks has two nodes for each byte at most', () => {
    const sparse = nodes(...Array.from({ length: 16_382 }, () => blank), leaf)
    expect([...subtrees(decodeTree(sparse))].length).toBeLessThan(2 * sparse.length)
    expect(() => decodeTree(nodes(...Array.from({ length: 16_384 }, () => blank), leaf))).toThrow(
      /^limit_exceeded/,
    )
  })
})

describe('lists beyond their limits', () => {
  it('are refused', () => {
    const extensions = Array.from({ length: 257 }, (_, type) => ({ type, data: new Uint8Array(0) }))
    expect(() => decode(decodeExtensions, encode(encodeExtensions, extensions))).toThrow(/^limit_exceeded/)
    const certificates = Array.from({ length: 33 }, () => new Uint8Array(0))
    const credential = encode(encodeCredential, { kind: 'x509', certificates })
    expect(() => decode(decodeCredential, credential)).toThrow(/^limit_exceeded/)
    const many = Array.from({ length: 513 }, (_, type) => type)
    const required = encode(encodeRequiredCapabilities, { extensions: many, proposals: [], credentials: [] })
    expect(() => decode(decodeRequiredCapabilities, required)).toThrow(/^limit_exceeded/)
  })

  it('and lists with a type twice too', () => {
    const twice = [7, 8, 7].map((type) => ({ type, data: new Uint8Array(0) }))
    expect(() => decode(decodeExtensions, encode(encodeExtensions, twice))).toThrow(/^malformed.*twice/)
  })
})
