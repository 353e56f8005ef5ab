import { describe, expect, it } from 'vitest'
import {
  commit,
  encrypt,
  epochAuthenticator,
  leafAt,
  process,
  readMessage,
  secretsOfStaged,
  wipe,
} from '../../src/index.ts'
import { engineOf, storySuites } from '../people.ts'
import { Room } from '../room.ts'
import { snapshot } from '../storage.ts'

describe.each(storySuites)('Alice, Bob and Carol, suite %d', (suite) => {
  const engine = engineOf(suite)

  it('Alice adds Bob and Carol, and all talk', async () => {
    const room = await Room.of(engine, ['alice', 'bob', 'carol'])
    for (const name of ['alice', 'bob', 'carol', 'bob']) await room.say(name, `${name} says hello`)
  })

  it('new members come with a path as well as without one', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    await room.add('bob', ['carol', 'dave'], { forcePath: true })
    await room.add('dave', ['erin'])
    for (const name of room.members.keys()) await room.say(name, 'here')
  })

  it('the tree can travel in the Welcome', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const committed = await room.add('alice', ['carol'], { treeInWelcome: true })
    const bare = await room.add('alice', ['dave'])
    expect(committed.welcome?.length).toBeGreaterThan((bare.welcome?.length ?? 0) + 500)
  })

  it('each renews its keys, and all go on', async () => {
    const room = await Room.of(engine, ['alice', 'bob', 'carol'])
    for (const name of ['carol', 'alice', 'bob', 'bob']) {
      const before = leafAt(room.server.tree, room.leafOf(name))?.encryptionKey
      const { view } = await room.commit(name)
      expect(view.hasPath).toBe(true)
      expect(leafAt(room.server.tree, room.leafOf(name))?.encryptionKey).not.toEqual(before)
      await room.say(name, 'new keys')
    }
  })

  it('Bob and Carol propose new keys, Alice commits both', async () => {
    const room = await Room.of(engine, ['alice', 'bob', 'carol'])
    await room.update('bob')
    await room.update('carol')
    const { view } = await room.commit('alice')
    expect(view.updated).toEqual([1, 2])
    for (const name of room.members.keys()) await room.say(name, 'after the updates')
    await room.commit('bob')
    await room.commit('carol')
  })

  it('Alice removes Bob, who learns it and no more', async () => {
    const room = await Room.of(engine, ['alice', 'bob', 'carol'])
    const { view } = await room.commit('alice', {
      proposals: [{ kind: 'remove', removed: room.leafOf('bob') }],
    })
    expect(view.removed.map(({ leafIndex }) => leafIndex)).toEqual([1])
    expect([...room.members.keys()]).toEqual(['alice', 'carol'])
    await room.say('carol', 'Bob is gone')
  })

  it('Bob asks to leave, and Carol sees to it', async () => {
    const room = await Room.of(engine, ['alice', 'bob', 'carol'])
    await room.propose('bob', { kind: 'remove', removed: room.leafOf('bob') })
    const { view } = await room.commit('carol')
    expect(view.proposals).toMatchObject([{ by: 'reference', sender: { kind: 'member', leafIndex: 1 } }])
    expect([...room.members.keys()]).toEqual(['alice', 'carol'])
  })

  it('handshakes can be encrypted', async () => {
    const room = await Room.of(engine, ['alice', 'bob', 'carol'])
    await room.update('bob', { wire: 'private' })
    const committed = await room.commit('alice', { wire: 'private' })
    expect(readMessage(committed.message)).toMatchObject({ kind: 'private', contentType: 'commit' })
    expect(committed.view.updated).toEqual([1])
    await room.say('bob', 'nobody saw that')
  })

  it('Dave joins from outside, and talks', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    await room.joinExternally('dave')
    await room.say('dave', 'I let myself in')
    await room.say('alice', 'welcome')
    await room.commit('bob')
  })

  it('Bob lost his state and takes the place of his former self', async () => {
    const room = await Room.of(engine, ['alice', 'bob', 'carol'])
    await room.joinExternally('bob again', 'bob')
    expect([...room.members.keys()]).toEqual(['alice', 'carol', 'bob again'])
    expect(room.leafOf('bob again')).toBe(1)
    await room.say('bob again', 'it is me')
  })

  it('the only member lost her state and comes back', async () => {
    const room = await Room.of(engine, ['alice'])
    await room.joinExternally('alice again', 'alice')
    expect([...room.members.keys()]).toEqual(['alice again'])
    expect(room.leafOf('alice again')).toBe(0)
    await room.add('alice again', ['bob'])
    await room.say('bob', 'hello again')
  })

  it('messages may come late and out of order', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const sent: Uint8Array[] = []
    for (let i = 0; i < 5; i++) {
      const message = await encrypt(engine, room.group('alice'), Uint8Array.of(i))
      room.member('alice').adopt(message.group, message.consumed)
      sent.push(message.message)
    }
    const heard: number[] = []
    const bob = room.member('bob')
    for (const at of [2, 0, 4, 3, 1]) {
      const result = await bob.use((group) => process(engine, group, sent[at] as Uint8Array))
      if (result.kind !== 'application') throw new Error(result.kind)
      bob.adopt(result.group, result.consumed)
      bob.reload()
      heard.push(result.data[0] as number)
    }
    expect(heard).toEqual([2, 0, 4, 3, 1])
    expect([...bob.storage.parts.keys()].filter((part) => part.startsWith('skipped'))).toEqual([])
  })

  it('a restart changes nothing', async () => {
    const room = await Room.of(engine, ['alice', 'bob', 'carol'])
    await room.update('carol')
    await room.say('bob', 'before')
    for (const member of room.members.values()) member.reload()
    await room.say('carol', 'after')
    await room.commit('alice')
    for (const member of room.members.values()) member.reload()
    await room.say('carol', 'and on')
  })

  it('a commit that another forestalled is dropped, and its secrets are wiped', async () => {
    const room = await Room.of(engine, ['alice', 'bob', 'carol'])
    for (const forcePath of [true, false]) {
      const { keyPackage } = await room.bundle('dave')
      const late = await room
        .member('alice')
        .use((group) => commit(engine, group, { proposals: [{ kind: 'add', keyPackage }], forcePath }))
      const before = snapshot(room.group('alice'))
      const secrets = secretsOfStaged(late.staged, room.group('alice'))
      wipe(secrets)
      expect(snapshot(room.group('alice'))).toBe(before)
      expect(epochAuthenticator(late.staged)).toEqual(new Uint8Array(engine.suite.hashBytes))
      await room.commit('bob')
      await room.say('alice', 'Bob was first')
    }
  })

  it('Alice rotates her signature key in a commit', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const signatureKeyPair = await engine.provider.signatureGenerate(engine.suite.signature)
    await room.commit('alice', { leaf: { signatureKeyPair } })
    expect(leafAt(room.server.tree, 0)?.signatureKey).toEqual(signatureKeyPair.publicKey)
    await room.say('alice', 'signed anew')
  })
})
