import { describe, expect, it } from 'vitest'
import {
  type Checks,
  commit,
  createGroup,
  encodeTree,
  type Engine,
  join,
  joinExternally,
  type LeafNode,
  type LeafUse,
  makeGroupInfo,
  observe,
  openPublicGroup,
  process,
  type Proposal,
  propose,
  proposeUpdate,
} from '../../src/index.ts'
import {
  bundleOf,
  capabilitiesOf,
  engineOf,
  fromUtf8,
  groupId,
  signatureKeys,
  storySuites,
  utf8,
} from '../people.ts'
import { Room } from '../room.ts'
import { refuses } from './forge.ts'

const nameOf = ({ credential }: LeafNode): string =>
  credential.kind === 'basic' ? fromUtf8(credential.identity) : ''

/** The caller of this engine does not want to see this name at this place. */
const against = (suite: number, name: string, at?: LeafUse['at']): Engine =>
  engineOf(suite, {
    leaf: (leaf, use) =>
      nameOf(leaf) === name && (at === undefined || use.at === at) ? `no ${name} here` : undefined,
  })

const noCommits = (suite: number): Engine => engineOf(suite, { commit: () => 'not like this' })
const why = /no mallory here/

describe.each(storySuites)('the caller refuses a leaf, suite %d', (suite) => {
  const engine = engineOf(suite)
  const roomOfTwo = (): Promise<Room> => Room.of(engine, ['alice', 'bob'])

  it('of its own key package, in a new group', async () => {
    const bundle = await bundleOf(engine, 'mallory')
    const refusing = against(suite, 'mallory', 'key_package')
    await refuses(createGroup(refusing, { groupId: groupId(), bundle }), 'refused_by_caller', why)
  })

  it('that is added: when proposed, received, observed, committed, and in a commit received and observed', async () => {
    const room = await roomOfTwo()
    const { keyPackage } = await bundleOf(engine, 'mallory')
    const add: Proposal = { kind: 'add', keyPackage }
    const refusing = against(suite, 'mallory', 'add')
    const [alice, bob] = [room.group('alice'), room.group('bob')]
    await refuses(propose(refusing, alice, add), 'refused_by_caller', why)
    await refuses(commit(refusing, alice, { proposals: [add] }), 'refused_by_caller', why)
    const proposed = await propose(engine, alice, add)
    await refuses(process(refusing, bob, proposed.message), 'refused_by_caller', why)
    await refuses(observe(refusing, room.server, proposed.message), 'refused_by_caller', why)
    const { message } = await commit(engine, alice, { proposals: [add] })
    await refuses(process(refusing, bob, message), 'refused_by_caller', why)
    await refuses(observe(refusing, room.server, message), 'refused_by_caller', why)
  })

  it('that is added by reference, even if the proposal was accepted', async () => {
    const room = await roomOfTwo()
    const { keyPackage } = await bundleOf(engine, 'mallory')
    const ref = await room.propose('alice', { kind: 'add', keyPackage })
    const { message } = await commit(engine, room.group('alice'))
    const refusing = against(suite, 'mallory', 'add')
    await refuses(process(refusing, room.group('bob'), message), 'refused_by_caller', why)
    await refuses(observe(refusing, room.server, message), 'refused_by_caller', why)
    await refuses(commit(refusing, room.group('bob'), { references: [ref] }), 'refused_by_caller', why)
    expect((await commit(refusing, room.group('bob'))).view.added).toEqual([])
  })

  it('of an Update: when proposed, received, observed and committed', async () => {
    const room = await roomOfTwo()
    const credential = { kind: 'basic', identity: utf8('mallory') } as const
    const refusing = against(suite, 'mallory', 'update')
    const bob = room.group('bob')
    await refuses(proposeUpdate(refusing, bob, { credential }), 'refused_by_caller', why)
    const update = await proposeUpdate(engine, bob, { credential })
    await refuses(process(refusing, room.group('alice'), update.message), 'refused_by_caller', why)
    await refuses(observe(refusing, room.server, update.message), 'refused_by_caller', why)
    const received = await process(engine, room.group('alice'), update.message)
    if (received.kind !== 'proposal') throw new Error(received.kind)
    const references = [received.ref]
    await refuses(commit(refusing, received.group, { references }), 'refused_by_caller', why)
    expect((await commit(refusing, received.group)).view.updated).toEqual([])
    const { message } = await commit(engine, received.group)
    await refuses(process(refusing, update.group, message), 'refused_by_caller', why)
  })

  it('of a path: when made, received and observed', async () => {
    const room = await roomOfTwo()
    const leaf = { credential: { kind: 'basic', identity: utf8('mallory') } } as const
    const refusing = against(suite, 'mallory', 'path')
    await refuses(commit(refusing, room.group('alice'), { leaf }), 'refused_by_caller', why)
    const { message } = await commit(engine, room.group('alice'), { leaf })
    await refuses(process(refusing, room.group('bob'), message), 'refused_by_caller', why)
    await refuses(observe(refusing, room.server, message), 'refused_by_caller', why)
  })

  it('in the tree of a Welcome, of a GroupInfo, and of a group joined from outside', async () => {
    const room = await Room.of(engine, ['alice', 'mallory'])
    const bundle = await bundleOf(engine, 'dave')
    const { welcome, staged, groupInfo } = await commit(engine, room.group('alice'), {
      proposals: [{ kind: 'add', keyPackage: bundle.keyPackage }],
    })
    const tree = encodeTree(staged.public.tree)
    const refusing = against(suite, 'mallory', 'tree')
    const input = { welcome: welcome ?? new Uint8Array(), bundles: [bundle], tree }
    await refuses(join(refusing, input), 'refused_by_caller', why)
    await refuses(openPublicGroup(refusing, { groupInfo, tree }), 'refused_by_caller', why)
    await refuses(
      joinExternally(refusing, {
        groupInfo,
        tree,
        credential: { kind: 'basic', identity: utf8('erin') },
        signatureKeyPair: await signatureKeys(engine),
        capabilities: capabilitiesOf(engine),
      }),
      'refused_by_caller',
      why,
    )
  })

  it('of one who joins from outside: by itself, by members and by the server', async () => {
    const room = await roomOfTwo()
    const input = {
      groupInfo: await makeGroupInfo(engine, room.group('alice')),
      tree: room.tree,
      credential: { kind: 'basic', identity: utf8('mallory') } as const,
      signatureKeyPair: await signatureKeys(engine),
      capabilities: capabilitiesOf(engine),
    }
    const refusing = against(suite, 'mallory', 'external')
    await refuses(joinExternally(refusing, input), 'refused_by_caller', why)
    const { message } = await joinExternally(engine, input)
    await refuses(process(refusing, room.group('bob'), message), 'refused_by_caller', why)
    await refuses(observe(refusing, room.server, message), 'refused_by_caller', why)
  })

  it('and is told which leaf it takes the place of', async () => {
    const seen: LeafUse[] = []
    const watching = engineOf(suite, {
      leaf: (_leaf, use) => {
        seen.push(use)
        return undefined
      },
    })
    const room = await Room.of(engine, ['alice', 'bob', 'carol'])
    const before = room.server
    const { message } = await commit(engine, room.group('alice'))
    await observe(watching, before, message)
    const { message: back } = await joinExternally(engine, {
      groupInfo: await makeGroupInfo(engine, room.group('alice')),
      tree: room.tree,
      credential: { kind: 'basic', identity: utf8('bob') },
      signatureKeyPair: await signatureKeys(engine),
      capabilities: capabilitiesOf(engine),
      remove: 1,
    })
    await observe(watching, before, back)
    expect(seen.map(({ at, leafIndex, previous }) => [at, leafIndex, previous && nameOf(previous)])).toEqual([
      ['path', 0, 'alice'],
      ['external', 1, 'bob'],
    ])
  })
})

describe.each(storySuites)('the caller refuses a commit, suite %d', (suite) => {
  const engine = engineOf(suite)
  const refusing = noCommits(suite)

  it('that it is about to make', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    await refuses(commit(refusing, room.group('alice')), 'refused_by_caller', /not like this/)
  })

  it('that it receives or observes', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const { message } = await commit(engine, room.group('alice'))
    await refuses(process(refusing, room.group('bob'), message), 'refused_by_caller', /not like this/)
    await refuses(observe(refusing, room.server, message), 'refused_by_caller', /not like this/)
    const secret = await commit(engine, room.group('alice'), { wire: 'private' })
    await refuses(process(refusing, room.group('bob'), secret.message), 'refused_by_caller')
  })

  it('that removes it', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const { message } = await commit(engine, room.group('alice'), {
      proposals: [{ kind: 'remove', removed: 1 }],
    })
    await refuses(process(refusing, room.group('bob'), message), 'refused_by_caller', /not like this/)
  })

  it('with which it would join from outside, or another does', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const input = {
      groupInfo: await makeGroupInfo(engine, room.group('alice')),
      tree: room.tree,
      credential: { kind: 'basic', identity: utf8('dave') } as const,
      signatureKeyPair: await signatureKeys(engine),
      capabilities: capabilitiesOf(engine),
    }
    await refuses(joinExternally(refusing, input), 'refused_by_caller', /not like this/)
    const { message } = await joinExternally(engine, input)
    await refuses(process(refusing, room.group('bob'), message), 'refused_by_caller', /not like this/)
    await refuses(observe(refusing, room.server, message), 'refused_by_caller', /not like this/)
  })

  it('and sees the same of it as the maker, the members and the server do', async () => {
    const views: unknown[] = []
    const watch: Checks['commit'] = ({ before, after, ...view }) => {
      views.push({ ...view, before: before.context, after: after.context })
      return undefined
    }
    const watching = engineOf(suite, { commit: watch })
    const room = await Room.of(engine, ['alice', 'bob', 'carol'])
    const ref = await room.update('carol')
    const { keyPackage } = await bundleOf(engine, 'dave')
    const { message } = await commit(watching, room.group('alice'), {
      references: [ref],
      proposals: [
        { kind: 'remove', removed: 1 },
        { kind: 'add', keyPackage },
      ],
      authenticatedData: utf8('with reason'),
    })
    await process(watching, room.group('carol'), message)
    await observe(watching, room.server, message)
    expect(views.length).toBe(3)
    expect(views[1]).toEqual(views[0])
    expect(views[2]).toEqual(views[0])
    expect(views[0]).toMatchObject({
      committer: { kind: 'member', leafIndex: 0 },
      hasPath: true,
      added: [1],
      removed: [{ leafIndex: 1 }],
      updated: [2],
      authenticatedData: utf8('with reason'),
      proposals: [
        { by: 'reference', sender: { kind: 'member', leafIndex: 2 }, proposal: { kind: 'update' } },
        { by: 'value', sender: { kind: 'member', leafIndex: 0 }, proposal: { kind: 'remove' } },
        { by: 'value', sender: { kind: 'member', leafIndex: 0 }, proposal: { kind: 'add' } },
      ],
    })
  })

  it('when the hook itself fails, the failure is passed on and nothing is accepted', async () => {
    const failing = engineOf(suite, { commit: () => Promise.reject(new Error('directory is down')) })
    const room = await Room.of(engine, ['alice', 'bob'])
    const { message } = await commit(engine, room.group('alice'))
    await expect(process(failing, room.group('bob'), message)).rejects.toThrow('directory is down')
  })
})
