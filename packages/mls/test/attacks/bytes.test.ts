import assert from 'node:assert/strict'
import { describe, expect, it } from 'vitest'
import { encodeContentAuth, type AuthenticatedContent } from '../../src/authenticatedContent.ts'
import { takeNextKey } from '../../src/secretTree.ts'
import { sealSenderData } from '../../src/senderData.ts'
import { encodeContentAad } from '../../src/privateMessage.ts'
import { encodeContent } from '../../src/framedContent.ts'
import {
  commit,
  decode,
  decodeMessage,
  encode,
  encrypt,
  type Engine,
  type Group,
  groupFromParts,
  MlsError,
  observe,
  process,
  propose,
  readMessage,
  Writer,
} from '../../src/index.ts'
import { messageBytes } from '../../src/message.ts'
import { engineOf, storySuites, utf8 } from '../people.ts'
import { Room } from '../room.ts'
import { bothRefuse, refuses, sign } from './forge.ts'

interface Changes {
  readonly after?: Uint8Array
  readonly leafIndex?: number
  readonly generation?: number
}

/** An encrypted message as a member could make it: anything after the content, anything in the sender data. */
const seal = async (
  engine: Engine,
  group: Group,
  authenticated: AuthenticatedContent,
  { after = new Uint8Array(), leafIndex = group.ownLeaf, generation }: Changes,
): Promise<Uint8Array> => {
  const { provider, suite } = engine
  const { groupId, epoch, authenticatedData, content } = authenticated.framed
  const { messageKey } = takeNextKey(engine, group.secretTree, group.ownLeaf, 'application')
  const header = { groupId, epoch, contentType: content.kind, authenticatedData }
  const writer = new Writer()
  encodeContent(writer, content)
  encodeContentAuth(writer, authenticated.auth)
  writer.fixed(after)
  const ciphertext = await provider.aeadSeal(
    suite.aead,
    messageKey.key,
    messageKey.nonce,
    encode(encodeContentAad, header),
    writer.take(),
  )
  const encryptedSenderData = await sealSenderData(
    engine,
    group.epochSecrets.senderDataSecret,
    header,
    ciphertext,
    { leafIndex, generation: generation ?? messageKey.generation, reuseGuard: new Uint8Array(4) },
  )
  return messageBytes({ kind: 'private', message: { ...header, encryptedSenderData, ciphertext } })
}

describe.each(storySuites)('what is in an encrypted message, suite %d', (suite) => {
  const engine = engineOf(suite)

  const sealed = async (room: Room, changes: Changes): Promise<Uint8Array> => {
    const content = { kind: 'application', data: utf8('hi') } as const
    const alice = room.group('alice')
    return seal(engine, alice, await sign(engine, alice, content, { wire: 'private' }), changes)
  }

  it('zeros after the content are padding, and hide its length', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const message = await sealed(room, { after: new Uint8Array(100) })
    expect(await process(engine, room.group('bob'), message)).toMatchObject({ data: utf8('hi') })
    const short = await encrypt(engine, room.group('alice'), utf8('yes'), { paddingBytes: 97 })
    const long = await encrypt(engine, room.group('alice'), utf8('no, never'), { paddingBytes: 91 })
    expect(short.message.length).toBe(long.message.length)
  })

  it('padding that is not zero is refused, wherever it is not', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    for (const at of [0, 50, 99]) {
      const after = new Uint8Array(100)
      after[at] = 1
      const message = await sealed(room, { after })
      await refuses(process(engine, room.group('bob'), message), 'malformed', /padding/)
    }
  })

  it('a leaf index out of the tree costs nothing', async () => {
    const room = await Room.of(engine, ['alice', 'bob', 'carol'])
    for (const leafIndex of [3, 4, 0x7fff_ffff, 0xffff_fffe, 0xffff_ffff]) {
      const message = await sealed(room, { leafIndex })
      const started = performance.now()
      await refuses(process(engine, room.group('bob'), message), 'malformed', /blank/)
      expect(performance.now() - started).toBeLessThan(50)
    }
  })

  it('a generation out of reach costs nothing', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    for (const generation of [201, 100_000, 0x7fff_ffff, 0xffff_fffe, 0xffff_ffff]) {
      const message = await sealed(room, { generation })
      const started = performance.now()
      await refuses(process(engine, room.group('bob'), message), 'limit_exceeded', /generation/)
      expect(performance.now() - started).toBeLessThan(50)
    }
  })

  it('the generation of another message does not open it', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    await refuses(process(engine, room.group('bob'), await sealed(room, { generation: 1 })), 'decrypt_failed')
  })

  it("a member's own leaf in the sender data is refused", async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const message = await sealed(room, { leafIndex: 1 })
    await refuses(process(engine, room.group('bob'), message), 'key_consumed')
  })

  it('a content type that is not that of the content is refused', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const { message } = await encrypt(engine, room.group('alice'), utf8('hi'))
    const read = decode(decodeMessage, message)
    assert(read.kind === 'private')
    for (const contentType of ['proposal', 'commit'] as const) {
      const changed = messageBytes({ kind: 'private', message: { ...read.message, contentType } })
      await refuses(process(engine, room.group('bob'), changed), 'decrypt_failed')
    }
  })
})

const suiteOne = engineOf(1)

describe('bytes that are no message', () => {
  it('bytes after a message are refused', async () => {
    const room = await Room.of(suiteOne, ['alice', 'bob'])
    for (const { message } of [
      await propose(suiteOne, room.group('alice'), { kind: 'remove', removed: 1 }),
      await commit(suiteOne, room.group('alice')),
    ]) {
      const longer = Uint8Array.of(...message, 0)
      await bothRefuse(suiteOne, room.group('bob'), room.server, longer, 'malformed', /too many/)
    }
    const { message } = await encrypt(suiteOne, room.group('alice'), utf8('hi'))
    await refuses(process(suiteOne, room.group('bob'), Uint8Array.of(...message, 0)), 'malformed', /too many/)
  })

  it('every beginning of a message is refused', async () => {
    const room = await Room.of(suiteOne, ['alice', 'bob'])
    const { message } = await commit(suiteOne, room.group('alice'))
    for (let length = 0; length < message.length; length++)
      await refuses(observe(suiteOne, room.server, message.slice(0, length)), 'malformed')
  })

  it('every bit of a commit counts', { timeout: 120_000 }, async () => {
    const room = await Room.of(suiteOne, ['alice', 'bob'])
    const { message } = await commit(suiteOne, room.group('alice'))
    for (let at = 0; at < message.length; at++) {
      const changed = message.slice()
      changed[at] = (changed[at] as number) ^ (1 << (at % 8))
      const error = await process(suiteOne, room.group('bob'), changed).catch((thrown: unknown) => thrown)
      assert(error instanceof MlsError, `byte ${at} was changed, and it was accepted`)
    }
  })

  it('every bit of an encrypted message counts', async () => {
    const room = await Room.of(suiteOne, ['alice', 'bob'])
    const { message } = await encrypt(suiteOne, room.group('alice'), utf8('hi'), {
      authenticatedData: utf8('aad'),
    })
    for (let at = 0; at < message.length; at++) {
      const changed = message.slice()
      changed[at] = (changed[at] as number) ^ (1 << (at % 8))
      const error = await process(suiteOne, room.group('bob'), changed).catch((thrown: unknown) => thrown)
      assert(error instanceof MlsError, `byte ${at} was changed, and it was accepted`)
    }
  })

  it('vectors that claim to be huge are refused before anything is allocated', () => {
    const claims = [
      // version, wire format, and a group id of 2^30 - 1 bytes
      Uint8Array.of(0, 1, 0, 1, 0xbf, 0xff, 0xff, 0xff),
      Uint8Array.of(0, 1, 0, 2, 0xbf, 0xff, 0xff, 0xff),
      Uint8Array.of(0, 1, 0, 3, 0, 1, 0xbf, 0xff, 0xff, 0xff),
      Uint8Array.of(0, 1, 0, 4, 0, 1, 0, 1, 0xbf, 0xff, 0xff, 0xff),
      Uint8Array.of(0, 1, 0, 5, 0, 1, 0, 1, 0xbf, 0xff, 0xff, 0xff),
    ]
    for (const bytes of claims) expect(() => readMessage(bytes)).toThrow(/malformed/)
  })

  it('other versions and wire formats are refused', () => {
    for (const bytes of [
      [0, 0, 0, 1],
      [0, 2, 0, 1],
      [0xff, 0xff, 0, 1],
      [0, 1, 0, 0],
      [0, 1, 0, 6],
      [0, 1, 0xf0, 0],
    ])
      expect(() => readMessage(Uint8Array.from(bytes))).toThrow(/unsupported/)
  })

  it('a message larger than the limit is refused unread', async () => {
    const room = await Room.of(suiteOne, ['alice', 'bob'])
    const tight = { ...suiteOne, limits: { ...suiteOne.limits, messageBytesMax: 100 } }
    const { message } = await commit(suiteOne, room.group('alice'))
    await bothRefuse(tight, room.group('bob'), room.server, message, 'limit_exceeded', /bytes/)
  })

  it('extensions of one type twice are refused', async () => {
    const room = await Room.of(suiteOne, ['alice', 'bob'])
    const extension = { type: 0xf0e1, data: utf8('policy') }
    const proposal = { kind: 'group_context_extensions', extensions: [extension, extension] } as const
    const authenticated = await sign(suiteOne, room.group('alice'), { kind: 'proposal', proposal })
    const message = messageBytes({
      kind: 'public',
      message: { authenticated, membershipTag: new Uint8Array(32) },
    })
    await bothRefuse(suiteOne, room.group('bob'), room.server, message, 'malformed', /twice/)
  })
})

describe('a state that was damaged', () => {
  it('is refused part by part, with an error of the engine', async () => {
    const room = await Room.of(suiteOne, ['alice', 'bob', 'carol'])
    await room.say('alice', 'hello')
    const { parts } = room.member('bob').storage
    for (const [part, bytes] of parts)
      for (const damaged of [undefined, new Uint8Array(), bytes.slice(1), bytes.slice(0, -1)]) {
        const others = new Map([...parts].filter(([name]) => name !== part))
        if (damaged) others.set(part, damaged)
        const load = (): unknown => groupFromParts(others).public.tree
        expect(load, `${part} of ${damaged?.length} bytes`).toThrow(MlsError)
      }
  })

  it('of a tree of no shape is refused', async () => {
    const room = await Room.of(suiteOne, ['alice', 'bob'])
    const { parts } = room.member('bob').storage
    const member = parts.get('member') ?? new Uint8Array()
    for (const leaves of [0, 3, 5, 0x1_0001, 0x8000_0000, 0xffff_ffff]) {
      const changed = member.slice()
      new DataView(changed.buffer).setUint32(1, leaves)
      expect(() => groupFromParts(new Map([...parts, ['member', changed] as const]))).toThrow(MlsError)
    }
  })

  it('of an unknown version is refused', async () => {
    const room = await Room.of(suiteOne, ['alice', 'bob'])
    const { parts } = room.member('bob').storage
    for (const [part, bytes] of parts) {
      const other = new Map([...parts, [part, Uint8Array.of(2, ...bytes.slice(1))] as const])
      const load = (): unknown => groupFromParts(other).public.tree
      expect(load, part).toThrow(/unsupported/)
    }
  })
})
