import { describe, expect, it } from 'vitest'
import {
  commit,
  createGroup,
  encodeTree,
  encrypt,
  type Engine,
  epochAuthenticator,
  type Group,
  join,
  type KeyPackageBundle,
  process,
  type Proposal,
  type PskSource,
  resumptionPsk,
} from '../../src/index.ts'
import { bundleOf, engineOf, groupId, storySuites, utf8 } from '../people.ts'
import { Room } from '../room.ts'

const secret = utf8('what was agreed upon at the kitchen table')

const pskProposal = (engine: Engine, id = 'kitchen'): Proposal => ({
  kind: 'psk',
  psk: { kind: 'external', id: utf8(id), nonce: engine.provider.random(engine.suite.hashBytes) },
})

const kitchen: PskSource = (id) => (id.kind === 'external' ? secret : undefined)

describe.each(storySuites)('pre-shared keys, suite %d', (suite) => {
  const engine = engineOf(suite)

  it('a key agreed upon elsewhere goes into the next epoch, for those who join as well', async () => {
    const room = await Room.of(engine, ['alice', 'bob'], { psks: kitchen })
    const { view } = await room.commit('alice', { proposals: [pskProposal(engine)] })
    expect(view.hasPath).toBe(false)
    await room.add('bob', ['carol'], { proposals: [pskProposal(engine), pskProposal(engine, 'other')] })
    await room.say('carol', 'I know it too')
  })

  it('a key can be proposed by one and committed by another', async () => {
    const room = await Room.of(engine, ['alice', 'bob'], { psks: kitchen })
    await room.propose('bob', pskProposal(engine))
    await room.commit('alice')
    await room.say('bob', 'done')
  })

  it('membership in an earlier epoch can be called upon', async () => {
    const kept = new Map<bigint, Uint8Array>()
    const psks: PskSource = (id) => (id.kind === 'resumption' ? kept.get(id.epoch) : undefined)
    const room = await Room.of(engine, ['alice', 'bob'], { psks })
    const { groupId: id, epoch, secret: key } = resumptionPsk(room.group('alice'))
    kept.set(epoch, key.slice())
    await room.commit('alice')
    const nonce = engine.provider.random(engine.suite.hashBytes)
    const proposal: Proposal = {
      kind: 'psk',
      psk: { kind: 'resumption', usage: 'application', groupId: id, epoch, nonce },
    }
    await room.commit('bob', { proposals: [proposal] })
    await room.say('alice', 'we were there')
  })

  it('the secret of the current epoch is known without asking', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const { groupId: id, epoch } = resumptionPsk(room.group('alice'))
    const nonce = engine.provider.random(engine.suite.hashBytes)
    const proposal: Proposal = {
      kind: 'psk',
      psk: { kind: 'resumption', usage: 'application', groupId: id, epoch, nonce },
    }
    await room.commit('bob', { proposals: [proposal] })
  })
})

/** A new group with bundles of the old members, the first commit of which ties it to the old one. */
const startAnew = async (
  engine: Engine,
  options: {
    readonly id: Uint8Array
    readonly usage: 'reinit' | 'branch'
    readonly old: Group
    readonly others: readonly KeyPackageBundle[]
  },
): Promise<{ readonly creator: Group; readonly welcome: Uint8Array; readonly tree: Uint8Array }> => {
  const bundle = await bundleOf(engine, 'alice')
  const empty = await createGroup(engine, { groupId: options.id, bundle })
  const committed = await commit(engine, empty, {
    proposals: options.others.map(({ keyPackage }): Proposal => ({ kind: 'add', keyPackage })),
    resume: { usage: options.usage, group: options.old },
  })
  return {
    creator: committed.staged,
    welcome: committed.welcome ?? new Uint8Array(),
    tree: encodeTree(committed.staged.public.tree),
  }
}

describe.each(storySuites)('groups that carry on another, suite %d', (suite) => {
  const engine = engineOf(suite)

  it('the group is started anew as a ReInit said, with another suite', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const next = engineOf(suite === 1 ? 3 : 1)
    const id = groupId()
    await room.commit('bob', {
      proposals: [{ kind: 'reinit', groupId: id, version: 1, cipherSuite: next.suite.id, extensions: [] }],
    })
    await expect(encrypt(engine, room.group('alice'), utf8('too late'))).rejects.toMatchObject({
      code: 'invalid_use',
    })
    room.member('alice').reload()
    expect(room.group('alice').public.reInit?.groupId).toEqual(id)
    expect(room.server.reInit?.groupId).toEqual(id)

    const bundle = await bundleOf(next, 'bob')
    const { creator, welcome, tree } = await startAnew(next, {
      id,
      usage: 'reinit',
      old: room.group('alice'),
      others: [bundle],
    })
    const joined = await join(next, { welcome, bundles: [bundle], tree, previous: room.group('bob') })
    expect(epochAuthenticator(joined.group)).toEqual(epochAuthenticator(creator))
    const hello = await encrypt(next, joined.group, utf8('here we are'))
    expect((await process(next, creator, hello.message)).kind).toBe('application')
  })

  it('some branch off into a group of their own', async () => {
    const room = await Room.of(engine, ['alice', 'bob', 'carol'])
    const bundle = await bundleOf(engine, 'carol')
    const { creator, welcome, tree } = await startAnew(engine, {
      id: groupId(),
      usage: 'branch',
      old: room.group('alice'),
      others: [bundle],
    })
    const previous = room.group('carol')
    const joined = await join(engine, { welcome, bundles: [bundle], tree, previous })
    expect(epochAuthenticator(joined.group)).toEqual(epochAuthenticator(creator))
  })
})
