import assert from 'node:assert/strict'
import { describe, expect, it } from 'vitest'
import {
  commit,
  decode,
  decodeMessage,
  encrypt,
  type Group,
  type Message,
  observe,
  process,
  type Proposal,
  type UpdatePath,
} from '../../src/index.ts'
import { bundleOf, engineOf, storySuites, utf8 } from '../people.ts'
import { Room } from '../room.ts'
import { bothRefuse, byValue, refuses, sendCommit, sendPathless } from './forge.ts'

const remove = (removed: number): Proposal => ({ kind: 'remove', removed })

describe.each(storySuites)('who is removed is out, suite %d', (suite) => {
  const engine = engineOf(suite)

  it('a Remove without a path is refused, though all else holds', async () => {
    const room = await Room.of(engine, ['alice', 'mallory', 'bob'])
    const message = await sendPathless(engine, room.group('alice'), byValue(remove(1)))
    await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_commit', /path/)
  })

  it('a Remove by reference without a path is refused', async () => {
    const room = await Room.of(engine, ['alice', 'mallory', 'bob'])
    const ref = await room.propose('bob', remove(1))
    const message = await sendPathless(engine, room.group('alice'), [{ kind: 'reference', ref }])
    await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_commit', /path/)
  })

  it('a Remove between other proposals without a path is refused', async () => {
    const room = await Room.of(engine, ['alice', 'mallory', 'bob'])
    const add: Proposal = { kind: 'add', keyPackage: (await bundleOf(engine, 'dave')).keyPackage }
    const message = await sendPathless(engine, room.group('alice'), byValue(add, remove(1)))
    await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_commit', /path/)
  })

  it('a commit of nothing without a path is refused', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const message = await sendPathless(engine, room.group('alice'), [])
    await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_commit', /path/)
  })

  it('an Update without a path is refused', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const ref = await room.update('bob')
    const message = await sendPathless(engine, room.group('alice'), [{ kind: 'reference', ref }])
    await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_commit', /path/)
  })

  it('new extensions without a path are refused', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const items = byValue({ kind: 'group_context_extensions', extensions: [] })
    const message = await sendPathless(engine, room.group('alice'), items)
    await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_commit', /path/)
  })

  it('an Add alone does without a path: what is refused above is refused for the path', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const add: Proposal = { kind: 'add', keyPackage: (await bundleOf(engine, 'dave')).keyPackage }
    const message = await sendPathless(engine, room.group('alice'), byValue(add))
    expect((await process(engine, room.group('bob'), message)).kind).toBe('commit')
    expect((await observe(engine, room.server, message)).kind).toBe('commit')
  })

  it('the whole state of a removed member decrypts nothing that comes after', async () => {
    const room = await Room.of(engine, ['alice', 'mallory', 'bob'])
    const mallory: Group = room.group('mallory')
    const copy = structuredClone(mallory)
    const removal = await room.commit('alice', { proposals: [remove(1)] })
    const hello = await encrypt(engine, room.group('bob'), utf8('is she gone?'))
    const next = await room.commit('bob')

    await refuses(process(engine, copy, hello.message), 'wrong_epoch')
    const lying = { ...copy, public: room.group('bob').public }
    await refuses(process(engine, lying, hello.message), 'wrong_epoch')
    const current = await encrypt(engine, room.group('bob'), utf8('she is'))
    await refuses(process(engine, lying, current.message), 'decrypt_failed')
    // Neither the commit that removed her nor the one after opens to her keys.
    expect((await process(engine, copy, removal.message)).kind).toBe('commit')
    await refuses(
      process(engine, { ...lying, public: removal.staged.public }, next.message),
      'bad_authentication',
    )
    const secrets = new Set(
      Object.values(copy.epochSecrets).map((bytes) => Buffer.from(bytes).toString('hex')),
    )
    for (const secret of Object.values(room.group('bob').epochSecrets))
      expect(secrets.has(Buffer.from(secret).toString('hex'))).toBe(false)
  })

  it('who was removed cannot commit or speak', async () => {
    const room = await Room.of(engine, ['alice', 'mallory', 'bob'])
    const mallory: Group = structuredClone(room.group('mallory'))
    await room.commit('alice', { proposals: [remove(1)] })
    const late = await commit(engine, mallory)
    await bothRefuse(engine, room.group('bob'), room.server, late.message, 'wrong_epoch')
    const pretending = { ...mallory, public: { ...mallory.public, context: room.server.context } }
    const forged = await sendCommit(engine, pretending, [])
    await refuses(process(engine, room.group('bob'), forged), 'bad_authentication')
    await refuses(observe(engine, room.server, forged), 'bad_authentication', /blank/)
    const word = await encrypt(engine, pretending, utf8('I am still here'))
    await refuses(process(engine, room.group('bob'), word.message), 'decrypt_failed')
  })

  it('a path whose secrets were changed on the way is refused by the members', async () => {
    const room = await Room.of(engine, ['alice', 'bob', 'carol'])
    const sent = decode(decodeMessage, (await commit(engine, room.group('alice'))).message)
    const path = pathOf(sent)
    const nodes = path.nodes.map((node) => ({
      ...node,
      encryptedPathSecrets: node.encryptedPathSecrets.map((sealed) => ({
        ...sealed,
        ciphertext: sealed.ciphertext.map((byte) => byte ^ 1),
      })),
    }))
    const message = await sendCommit(engine, room.group('alice'), [], { ...path, nodes })
    await refuses(process(engine, room.group('bob'), message), 'decrypt_failed')
  })

  it('a path whose secrets cannot be opened by anyone is refused by all', async () => {
    const room = await Room.of(engine, ['alice', 'bob', 'carol'])
    const sent = decode(decodeMessage, (await commit(engine, room.group('alice'))).message)
    const path = pathOf(sent)
    const cut = (part: 'kemOutput' | 'ciphertext') => ({
      ...path,
      nodes: path.nodes.map((node) => ({
        ...node,
        encryptedPathSecrets: node.encryptedPathSecrets.map((sealed) => ({
          ...sealed,
          [part]: sealed[part].slice(1),
        })),
      })),
    })
    for (const part of ['kemOutput', 'ciphertext'] as const) {
      const message = await sendCommit(engine, room.group('alice'), [], cut(part))
      await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_commit', /no one can open/)
    }
  })

  it('a path of someone else is not taken from another place', async () => {
    const room = await Room.of(engine, ['alice', 'bob', 'carol'])
    const sent = decode(decodeMessage, (await commit(engine, room.group('carol'))).message)
    const message = await sendCommit(engine, room.group('alice'), [], pathOf(sent))
    await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_commit')
  })
})

const pathOf = (message: Message): UpdatePath => {
  assert(message.kind === 'public')
  const { content } = message.message.authenticated.framed
  assert(content.kind === 'commit' && content.commit.path)
  return content.commit.path
}
