import assert from 'node:assert/strict'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { decodeAuthenticatedContent, encodeAuthenticatedContent } from '../../src/authenticatedContent.ts'
import { decodeFramedContent, encodeFramedContent } from '../../src/framedContent.ts'
import { decodeGroupSecrets, encodeGroupSecrets } from '../../src/groupSecrets.ts'
import {
  commit,
  type Decode,
  decode,
  decodeCommit,
  decodeExternalSenders,
  decodeGroupContext,
  decodeGroupInfo,
  decodeKeyPackage,
  decodeLeafNode,
  decodeMessage,
  decodePreSharedKeyId,
  decodePrivateMessage,
  decodeProposal,
  decodePublicGroup,
  decodePublicMessage,
  decodeRequiredCapabilities,
  decodeSender,
  decodeTree,
  decodeUpdatePath,
  decodeWelcome,
  type Encode,
  encode,
  encodeCommit,
  encodeExternalSenders,
  encodeGroupContext,
  encodeGroupInfo,
  encodeKeyPackage,
  encodeLeafNode,
  encodeMessage,
  encodePreSharedKeyId,
  encodePrivateMessage,
  encodeProposal,
  encodePublicGroup,
  encodePublicMessage,
  encodeRequiredCapabilities,
  encodeSender,
  encodeTree,
  encodeUpdatePath,
  encodeWelcome,
  encrypt,
  type Group,
  groupFromParts,
  MlsError,
  observe,
  process,
  propose,
  type PublicGroup,
} from '../../src/index.ts'
import { bundleOf, engineOf, utf8 } from '../people.ts'
import { Room } from '../room.ts'

/** A structure by what reads it and what writes it again. */
interface Codec {
  readonly name: string
  readonly read: (bytes: Uint8Array) => Uint8Array
}

const codec = <T>(name: string, encoder: Encode<T>, decoder: Decode<T>): Codec => ({
  name,
  read: (bytes) => encode(encoder, decode(decoder, bytes)),
})

const codecs: readonly Codec[] = [
  codec('message', encodeMessage, decodeMessage),
  codec('public message', encodePublicMessage, decodePublicMessage),
  codec('private message', encodePrivateMessage, decodePrivateMessage),
  codec('authenticated content', encodeAuthenticatedContent, decodeAuthenticatedContent),
  codec('framed content', encodeFramedContent, decodeFramedContent),
  codec('sender', encodeSender, decodeSender),
  codec('proposal', encodeProposal, decodeProposal),
  codec('commit', encodeCommit, decodeCommit),
  codec('update path', encodeUpdatePath, decodeUpdatePath),
  codec('leaf node', encodeLeafNode, decodeLeafNode),
  codec('key package', encodeKeyPackage, decodeKeyPackage),
  codec('welcome', encodeWelcome, decodeWelcome),
  codec('group secrets', encodeGroupSecrets, decodeGroupSecrets),
  codec('group info', encodeGroupInfo, decodeGroupInfo),
  codec('group context', encodeGroupContext, decodeGroupContext),
  codec('pre-shared key id', encodePreSharedKeyId, decodePreSharedKeyId),
  codec('external senders', encodeExternalSenders, decodeExternalSenders),
  codec('required capabilities', encodeRequiredCapabilities, decodeRequiredCapabilities),
  { name: 'tree', read: (bytes) => encodeTree(decodeTree(bytes)) },
  { name: 'stored public group', read: (bytes) => encodePublicGroup(decodePublicGroup(bytes)) },
]

/** Reads, or refuses: with an MlsError and nothing else. What is read is written as it came, to the last bit. */
const readsOrRefuses = ({ read, name }: Codec, bytes: Uint8Array): void => {
  let again: Uint8Array
  try {
    again = read(bytes)
  } catch (error) {
    assert(error instanceof MlsError, `${name}: ${String(error)}`)
    return
  }
  assert.deepEqual(again, bytes, `${name} has two forms`)
}

type Change = readonly [kind: number, at: number, value: number]
const changes = fc.array(fc.tuple(fc.nat(3), fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })

/** Flips, cuts, inserts, and puts lengths in that claim much. */
const mutate = (bytes: Uint8Array, list: readonly Change[]): Uint8Array => {
  let now = bytes
  for (const [kind, where, value] of list) {
    const at = now.length === 0 ? 0 : where % now.length
    const [head, tail] = [now.subarray(0, at), now.subarray(at)]
    if (kind === 0) now = Uint8Array.of(...head, value, ...tail.subarray(1))
    else if (kind === 1) now = Uint8Array.of(...head, ...tail.subarray(1 + (value % 8)))
    else if (kind === 2) now = Uint8Array.of(...head, value, value, ...tail)
    else now = Uint8Array.of(...head, 0xbf, 0xff, 0xff, 0xff, ...tail.subarray(4))
  }
  return now
}

const engine = engineOf(1)

interface Corpus {
  readonly samples: readonly Uint8Array[]
  readonly bob: Group
  readonly server: PublicGroup
  readonly messages: readonly Uint8Array[]
  readonly parts: ReadonlyMap<string, Uint8Array>
}

const collect = async (): Promise<Corpus> => {
  const room = await Room.of(engine, ['alice', 'bob', 'carol'])
  await room.update('carol')
  await room.say('alice', 'hello')
  const alice = room.group('alice')
  const { keyPackage, bytes } = await bundleOf(engine, 'dave')
  const added = await commit(engine, alice, { proposals: [{ kind: 'add', keyPackage }], treeInWelcome: true })
  const messages = [
    added.message,
    (await commit(engine, alice)).message,
    (await commit(engine, alice, { wire: 'private' })).message,
    (await propose(engine, alice, { kind: 'remove', removed: 2 })).message,
    (await propose(engine, alice, { kind: 'add', keyPackage })).message,
    (await encrypt(engine, alice, utf8('hi'), { paddingBytes: 10 })).message,
  ]
  const info = decode(decodeMessage, added.groupInfo)
  assert(info.kind === 'group_info')
  const whole = [
    ...messages,
    added.welcome ?? bytes,
    added.groupInfo,
    bytes,
    encodeTree(room.server.tree),
    encodePublicGroup(room.server),
    encode(encodeGroupContext, room.server.context),
    encode(encodeGroupInfo, info.groupInfo),
    encode(encodeProposal, { kind: 'add', keyPackage }),
    encode(encodeProposal, { kind: 'unknown', type: 99, data: utf8('x') }),
    encode(encodeLeafNode, keyPackage.leafNode),
    encode(encodeRequiredCapabilities, { extensions: [1], proposals: [2], credentials: [3] }),
    encode(encodeExternalSenders, [
      { signatureKey: utf8('k'), credential: { kind: 'x509', certificates: [utf8('c')] } },
    ]),
    encode(encodeGroupSecrets, {
      joinerSecret: new Uint8Array(32),
      pathSecret: new Uint8Array(32),
      psks: [{ kind: 'external', id: utf8('i'), nonce: new Uint8Array(32) }],
    }),
    encode(encodePreSharedKeyId, {
      kind: 'resumption',
      usage: 'application',
      groupId: utf8('g'),
      epoch: 3n,
      nonce: utf8('n'),
    }),
  ]
  // What is inside of a message, without its head.
  const samples = [...whole, ...whole.map((sample) => sample.subarray(4))]
  const { parts } = room.member('bob').storage
  return { samples, bob: room.group('bob'), server: room.server, messages, parts }
}

describe('fuzzed bytes', () => {
  let corpus: Corpus
  beforeAll(async () => {
    corpus = await collect()
  })

  it.each(codecs)('$name: read to the bit, or refused with an MlsError', (one) => {
    for (const sample of corpus.samples) readsOrRefuses(one, sample)
    fc.assert(
      fc.property(fc.nat(), changes, (which, list) => {
        const sample = corpus.samples[which % corpus.samples.length] as Uint8Array
        readsOrRefuses(one, mutate(sample, list))
      }),
      { numRuns: 400 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => readsOrRefuses(one, bytes)),
      { numRuns: 400 },
    )
  })

  it.each(codecs)('$name: a megabyte of one byte, or of one claim, is decided at once', (one) => {
    const fills = [0, 1, 2, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xff]
    for (const fill of fills) {
      for (const head of [[], [0xbf, 0xff, 0xff, 0xff], [0x80, 0x0f, 0xff, 0xfc]]) {
        const bytes = new Uint8Array(0x10_0000).fill(fill)
        bytes.set(head)
        const started = performance.now()
        readsOrRefuses(one, bytes)
        expect(performance.now() - started).toBeLessThan(2000)
      }
    }
  })

  it('messages to a member end in an MlsError, and leave the member able to go on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), changes, async (which, list) => {
        const sample = corpus.messages[which % corpus.messages.length] as Uint8Array
        const bytes = mutate(sample, list)
        if (Buffer.from(bytes).equals(Buffer.from(sample))) return
        const error = await process(engine, corpus.bob, bytes).catch((thrown: unknown) => thrown)
        assert(error instanceof MlsError, String(error))
      }),
      { numRuns: 1500 },
    )
    for (const message of corpus.messages) await process(engine, corpus.bob, message)
  })

  it('messages to a server end in an MlsError, but for what only members can tell', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), changes, async (which, list) => {
        const sample = corpus.messages[which % corpus.messages.length] as Uint8Array
        const observed = await observe(engine, corpus.server, mutate(sample, list)).catch(
          (thrown: unknown) => thrown,
        )
        if (observed instanceof Error) assert(observed instanceof MlsError, String(observed))
      }),
      { numRuns: 1000 },
    )
  })

  it('a stored state that was changed is read or refused, and nothing else', () => {
    const names = [...corpus.parts.keys()]
    fc.assert(
      fc.property(fc.nat(), changes, (which, list) => {
        const part = names[which % names.length] as string
        const changed = mutate(corpus.parts.get(part) as Uint8Array, list)
        const parts = new Map([...corpus.parts, [part, changed] as const])
        try {
          assert(groupFromParts(parts).public.tree)
        } catch (error) {
          assert(error instanceof MlsError, String(error))
        }
      }),
      { numRuns: 1500 },
    )
  })
})
