import { describe, expect, it } from 'vitest'
import { secretTreeOf, takeKeyAt, takeNextKey } from '../../src/secretTree.ts'
import {
  encrypt,
  type Engine,
  forgetPastEpochs,
  type Group,
  groupParts,
  process,
  propose,
} from '../../src/index.ts'
import { engineOf, storySuites, utf8 } from '../people.ts'
import { Room } from '../room.ts'
import { refuses } from './forge.ts'

/** Messages that Alice sends one after the other. */
const sendMany = async (engine: Engine, room: Room, count: number): Promise<readonly Uint8Array[]> => {
  const messages: Uint8Array[] = []
  for (let i = 0; i < count; i++) {
    const sent = await encrypt(engine, room.group('alice'), utf8(`message ${i}`))
    room.member('alice').adopt(sent.group, sent.consumed)
    messages.push(sent.message)
  }
  return messages
}

const read = async (engine: Engine, group: Group, message: Uint8Array): Promise<Group> => {
  const result = await process(engine, group, message)
  if (result.kind !== 'application') throw new Error(result.kind)
  return result.group
}

const at = (messages: readonly Uint8Array[], index: number): Uint8Array => messages[index] as Uint8Array

describe.each(storySuites)('keys are used once, suite %d', (suite) => {
  const engine = engineOf(suite)
  const pair = (): Promise<Room> => Room.of(engine, ['alice', 'bob'])

  it('a message read once is not read again', async () => {
    const room = await pair()
    const messages = await sendMany(engine, room, 2)
    let bob = await read(engine, room.group('bob'), at(messages, 0))
    await refuses(process(engine, bob, at(messages, 0)), 'key_consumed')
    bob = await read(engine, bob, at(messages, 1))
    await refuses(process(engine, bob, at(messages, 0)), 'key_consumed')
    await refuses(process(engine, bob, at(messages, 1)), 'key_consumed')
  })

  it('a message that was passed over and read is not read again', async () => {
    const room = await pair()
    const messages = await sendMany(engine, room, 3)
    let bob = await read(engine, room.group('bob'), at(messages, 2))
    bob = await read(engine, bob, at(messages, 0))
    await refuses(process(engine, bob, at(messages, 0)), 'key_consumed')
    bob = await read(engine, bob, at(messages, 1))
    for (const message of messages) await refuses(process(engine, bob, message), 'key_consumed')
  })

  it('a message more than 200 ahead is refused, one 200 ahead is not', async () => {
    const room = await pair()
    const messages = await sendMany(engine, room, 202)
    await refuses(process(engine, room.group('bob'), at(messages, 201)), 'limit_exceeded', /generation/)
    await read(engine, room.group('bob'), at(messages, 200))
  })

  it('the last generation of all is refused at once, before any step', () => {
    const secret = engine.provider.random(engine.suite.hashBytes)
    const tree = secretTreeOf(secret, 2)
    const limits = { ...engine.limits, forwardStepsMax: Number.MAX_SAFE_INTEGER }
    const started = performance.now()
    expect(() => takeKeyAt(engine, limits, tree, 0, 'application', 0xffff_ffff)).toThrow(/limit_exceeded/)
    expect(performance.now() - started).toBeLessThan(50)
  })

  it('a ratchet at the end of its counter sends no more', () => {
    const { tree } = takeNextKey(engine, secretTreeOf(engine.provider.random(32), 1), 0, 'application')
    if (tree.root.kind !== 'ratchets') throw new Error(tree.root.kind)
    const { application } = tree.root
    const root = { ...tree.root, application: { ...application, generation: 0xffff_ffff } }
    expect(() => takeNextKey(engine, { ...tree, root }, 0, 'application')).toThrow(/limit_exceeded/)
  })

  it('a leaf out of the secret tree is refused', () => {
    const tree = secretTreeOf(engine.provider.random(engine.suite.hashBytes), 4)
    for (const leaf of [4, 5, 0xffff_ffff, -1, 0.5, Number.NaN])
      expect(() => takeNextKey(engine, tree, leaf, 'handshake')).toThrow(/limit_exceeded/)
  })

  it('own messages are not read back', async () => {
    const room = await pair()
    const [message] = await sendMany(engine, room, 1)
    await refuses(process(engine, room.group('alice'), message as Uint8Array), 'key_consumed')
  })

  it('a message that does not authenticate burns no key', async () => {
    const room = await pair()
    const messages = await sendMany(engine, room, 1)
    const broken = at(messages, 0).map((byte, index, all) => (index === all.length - 1 ? byte ^ 1 : byte))
    await refuses(process(engine, room.group('bob'), broken), 'decrypt_failed')
    await read(engine, room.group('bob'), at(messages, 0))
  })

  it('what is stored of messages passed over is their keys: no earlier or later key comes of it', async () => {
    const room = await pair()
    const messages = await sendMany(engine, room, 6)
    const before = room.group('bob')
    const bob = await read(engine, before, at(messages, 4))
    const changes = groupParts(before, bob)
    const skipped = changes.filter(({ part }) => part.startsWith('skipped/0/application/'))
    expect(skipped.map(({ part }) => Number(part.split('/').at(-1)))).toEqual([0, 1, 2, 3])

    // Each is one key and one nonce to the byte: there is no room for a secret.
    const { keyBytes, nonceBytes } = engine.suite
    for (const { bytes } of skipped) expect(bytes?.length).toBe(1 + 1 + keyBytes + 1 + nonceBytes)

    // From all that is stored together, message 4 cannot be had again.
    const again = (): unknown => takeKeyAt(engine, engine.limits, bob.secretTree, 0, 'application', 4)
    expect(again).toThrow(/key_consumed/)
  })

  it('the secret tree keeps no secret above a leaf that was opened', async () => {
    const room = await Room.of(engine, ['alice', 'bob', 'carol', 'dave', 'erin'])
    await room.say('alice', 'hello')
    const { root } = room.group('bob').secretTree
    if (root.kind !== 'opened' || root.left.kind !== 'opened') throw new Error('still closed')
    const pathKinds = [root.kind, root.left.kind, root.left.left.kind]
    expect(pathKinds).toEqual(['opened', 'opened', 'opened'])
    const parts = groupParts(null, room.group('bob')).map(({ part }) => part)
    expect(parts.filter((part) => part.startsWith('closed/')).toSorted()).toEqual([
      'closed/1/1',
      'closed/2/2',
      'closed/4/4',
    ])
    expect(parts.filter((part) => part.startsWith('ratchets/'))).toEqual(['ratchets/0'])
  })

  it('no more keys are kept than the limits say', async () => {
    const small = engineOf(suite, {}, { skippedKeysMax: 3, skippedGenerationsMax: 100 })
    const room = await Room.of(small, ['alice', 'bob'])
    const messages = await sendMany(small, room, 10)
    let bob = await read(small, room.group('bob'), at(messages, 9))
    for (const lost of [0, 5]) await refuses(process(small, bob, at(messages, lost)), 'key_consumed')
    for (const kept of [6, 7, 8]) bob = await read(small, bob, at(messages, kept))
  })

  it('keys that are too many generations old are given up', async () => {
    const small = engineOf(suite, {}, { skippedGenerationsMax: 5 })
    const room = await Room.of(small, ['alice', 'bob'])
    const messages = await sendMany(small, room, 9)
    let bob = await read(small, room.group('bob'), at(messages, 2))
    bob = await read(small, bob, at(messages, 8))
    await refuses(process(small, bob, at(messages, 1)), 'key_consumed')
    bob = await read(small, bob, at(messages, 7))
  })
})

describe.each(storySuites)('epochs that are over, suite %d', (suite) => {
  it('with none kept, no message of one is read, and its keys are listed for wiping', async () => {
    const engine = engineOf(suite)
    const room = await Room.of(engine, ['alice', 'bob'])
    const late = await encrypt(engine, room.group('alice'), utf8('late'))
    const old = room.group('bob')
    const secrets = Object.values(old.epochSecrets)
    await room.commit('alice')
    expect(room.group('bob').pastEpochs).toEqual([])
    for (const secret of secrets) expect(secret).toEqual(new Uint8Array(secret.length))
    await refuses(process(engine, room.group('bob'), late.message), 'wrong_epoch')
  })

  it('with one kept, a late message is read once, and none of the epoch before', async () => {
    const engine = engineOf(suite, {}, { pastEpochsMax: 1 })
    const room = await Room.of(engine, ['alice', 'bob'])
    const older = await encrypt(engine, room.group('alice'), utf8('older'))
    await room.commit('alice')
    const message = await encrypt(engine, room.group('alice'), utf8('late'))
    room.member('alice').adopt(message.group, message.consumed)
    await room.commit('bob')
    room.member('bob').reload()
    const heard = await process(engine, room.group('bob'), message.message)
    expect(heard).toMatchObject({ kind: 'application', epoch: 2n, sender: 0 })
    if (heard.kind !== 'application') throw new Error(heard.kind)
    room.member('bob').adopt(heard.group, heard.consumed)
    await refuses(process(engine, room.group('bob'), message.message), 'key_consumed')
    await refuses(process(engine, room.group('bob'), older.message), 'wrong_epoch')
    const forgotten = forgetPastEpochs(room.group('bob'), 0)
    expect(forgotten.consumed.length).toBeGreaterThan(1)
    room.member('bob').adopt(forgotten.group, forgotten.consumed)
    expect([...room.member('bob').storage.parts.keys()].filter((part) => part.startsWith('past/'))).toEqual(
      [],
    )
  })

  it('a handshake of an epoch that is kept is refused all the same', async () => {
    const engine = engineOf(suite, {}, { pastEpochsMax: 2 })
    const room = await Room.of(engine, ['alice', 'bob'])
    const late = await propose(
      engine,
      room.group('alice'),
      { kind: 'remove', removed: 1 },
      { wire: 'private' },
    )
    await room.commit('bob')
    await refuses(process(engine, room.group('bob'), late.message), 'wrong_epoch')
  })
})
