import { describe, expect, it } from 'vitest'
import { signLeafNode } from '../../src/leafNode.ts'
import {
  commit,
  encode,
  encodeRequiredCapabilities,
  type Engine,
  extensionType,
  leafAt,
  observe,
  process,
  type Proposal,
  propose,
  proposeUpdate,
} from '../../src/index.ts'
import { bundleOf, engineOf, storySuites, utf8 } from '../people.ts'
import { Room } from '../room.ts'
import { bothRefuse, byValue, refuses, send, sendCommit } from './forge.ts'

const remove = (removed: number): Proposal => ({ kind: 'remove', removed })
const psk = (engine: Engine, id: string, nonceBytes = engine.suite.hashBytes): Proposal => ({
  kind: 'psk',
  psk: { kind: 'external', id: utf8(id), nonce: new Uint8Array(nonceBytes) },
})

describe.each(storySuites)('lists of proposals, suite %d', (suite) => {
  const engine = engineOf(suite)
  const roomOfThree = (): Promise<Room> => Room.of(engine, ['mallory', 'bob', 'carol'])

  /** That everyone refuses these in a commit by Mallory, and that an honest client would not make it. */
  const refusedByAll = async (room: Room, why: RegExp, ...proposals: readonly Proposal[]): Promise<void> => {
    const message = await sendCommit(engine, room.group('mallory'), byValue(...proposals))
    await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_proposal', why)
    await refuses(commit(engine, room.group('mallory'), { proposals }), 'invalid_proposal', why)
  }

  it('two Removes of one member are refused', async () =>
    refusedByAll(await roomOfThree(), /two proposals that change leaf 2/, remove(2), remove(2)))

  it('a Remove of the committer is refused', async () =>
    refusedByAll(await roomOfThree(), /remove of the committer/, remove(0)))

  it('a Remove of a blank leaf or one out of the tree is refused', async () => {
    const room = await roomOfThree()
    for (const leaf of [3, 4, 0xffff_ffff]) {
      await refusedByAll(room, /no member at leaf/, remove(leaf))
      const message = await send(engine, room.group('mallory'), { kind: 'proposal', proposal: remove(leaf) })
      await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_proposal', /no member/)
      await refuses(propose(engine, room.group('mallory'), remove(leaf)), 'invalid_proposal')
    }
  })

  it('two lists of extensions are refused', async () => {
    const list: Proposal = { kind: 'group_context_extensions', extensions: [] }
    await refusedByAll(await roomOfThree(), /two lists/, list, list)
  })

  it('one pre-shared key twice is refused', async () =>
    refusedByAll(await roomOfThree(), /twice/, psk(engine, 'one'), psk(engine, 'two'), psk(engine, 'one')))

  it('a pre-shared key with a nonce of a wrong length is refused', async () => {
    const room = await roomOfThree()
    for (const length of [0, 1, engine.suite.hashBytes - 1, engine.suite.hashBytes + 1])
      await refusedByAll(room, /nonce/, psk(engine, 'one', length))
  })

  it('a resumption for a restart or a branch, outside of one, is refused', async () => {
    const room = await roomOfThree()
    const { groupId, epoch } = room.server.context
    const nonce = new Uint8Array(engine.suite.hashBytes)
    for (const usage of ['reinit', 'branch'] as const)
      await refusedByAll(room, /outside/, {
        kind: 'psk',
        psk: { kind: 'resumption', usage, groupId, epoch, nonce },
      })
  })

  it('a ReInit together with anything else is refused', async () => {
    const reinit: Proposal = {
      kind: 'reinit',
      groupId: utf8('next'),
      version: 1,
      cipherSuite: suite,
      extensions: [],
    }
    const room = await roomOfThree()
    await refusedByAll(room, /reinit together/, reinit, remove(2))
    await refusedByAll(room, /reinit together/, reinit, reinit)
  })

  it('a ReInit into an older version is refused', async () =>
    refusedByAll(await roomOfThree(), /version 0/, {
      kind: 'reinit',
      groupId: utf8('next'),
      version: 0,
      cipherSuite: suite,
      extensions: [],
    }))

  it('an external init of a member is refused', async () =>
    refusedByAll(await roomOfThree(), /external_init/, {
      kind: 'external_init',
      kemOutput: new Uint8Array(32),
    }))

  it('a proposal of unknown type is refused', async () => {
    const room = await roomOfThree()
    const unknown: Proposal = { kind: 'unknown', type: 0xf00d, data: utf8('?') }
    await refusedByAll(room, /unknown type/, unknown)
    const message = await send(engine, room.group('mallory'), { kind: 'proposal', proposal: unknown })
    await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_proposal', /unknown type/)
  })

  it('more adds than the limit are refused', async () => {
    const room = await roomOfThree()
    const tight = { ...engine, limits: { ...engine.limits, commitAddsMax: 2 } }
    const adds: Proposal[] = []
    for (const name of ['x', 'y', 'z'])
      adds.push({ kind: 'add', keyPackage: (await bundleOf(engine, name)).keyPackage })
    const { message } = await commit(engine, room.group('mallory'), { proposals: adds })
    await bothRefuse(tight, room.group('bob'), room.server, message, 'invalid_proposal', /adds/)
    await refuses(commit(tight, room.group('mallory'), { proposals: adds }), 'invalid_proposal', /adds/)
    const asMany = await commit(tight, room.group('mallory'), { proposals: adds.slice(1) })
    expect((await observe(tight, room.server, asMany.message)).kind).toBe('commit')
    expect((await process(tight, room.group('bob'), asMany.message)).kind).toBe('commit')
  })

  it('more proposals than the limit are refused', async () => {
    const room = await roomOfThree()
    const many = Array.from({ length: 257 }, (_, at) => psk(engine, `key ${at}`))
    await refusedByAll(room, /257 proposals/, ...many)
  })

  it('more members than the limit are refused', async () => {
    const room = await roomOfThree()
    const tight = { ...engine, limits: { ...engine.limits, leavesMax: 4 } }
    const adds: Proposal[] = []
    for (const name of ['x', 'y'])
      adds.push({ kind: 'add', keyPackage: (await bundleOf(engine, name)).keyPackage })
    const { message } = await commit(engine, room.group('mallory'), { proposals: adds })
    await bothRefuse(tight, room.group('bob'), room.server, message, 'limit_exceeded', /leaves/)
  })

  it('one client twice in a commit is refused', async () => {
    const room = await roomOfThree()
    const keys = await engine.provider.signatureGenerate(engine.suite.signature)
    const [one, two] = [
      await bundleOf(engine, 'x', { signatureKeyPair: keys }),
      await bundleOf(engine, 'x', { signatureKeyPair: keys }),
    ]
    const proposals = [one, two].map(({ keyPackage }): Proposal => ({ kind: 'add', keyPackage }))
    const message = await sendCommit(engine, room.group('mallory'), byValue(...proposals))
    await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_leaf', /signature key/)
    await refuses(commit(engine, room.group('mallory'), { proposals }), 'invalid_leaf')
  })

  it('one key package twice in a commit is refused', async () => {
    const room = await roomOfThree()
    const { keyPackage } = await bundleOf(engine, 'x')
    const proposals = byValue({ kind: 'add', keyPackage }, { kind: 'add', keyPackage })
    const message = await sendCommit(engine, room.group('mallory'), proposals)
    await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_leaf')
  })

  it('a client that is in the group is not added again, unless it is removed in the same commit', async () => {
    const room = await roomOfThree()
    const { signaturePrivateKey, public: before, ownLeaf } = room.group('carol')
    const publicKey = leafAt(before.tree, ownLeaf)?.signatureKey ?? new Uint8Array()
    const keys = { publicKey, privateKey: signaturePrivateKey }
    const { keyPackage } = await bundleOf(engine, 'carol', { signatureKeyPair: keys })
    const add: Proposal = { kind: 'add', keyPackage }
    const message = await sendCommit(engine, room.group('mallory'), byValue(add))
    await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_leaf', /signature key/)
    const { view } = await commit(engine, room.group('mallory'), { proposals: [remove(2), add] })
    expect(view.added).toEqual([2])
  })

  it('an Update of the committer, by value or by reference, is refused', async () => {
    const room = await roomOfThree()
    const { message: own } = await proposeUpdate(engine, room.group('mallory'))
    const received = await process(engine, room.group('bob'), own)
    const observed = await observe(engine, room.server, own)
    if (received.kind !== 'proposal' || observed.kind !== 'proposal') throw new Error(received.kind)
    const { proposal, ref } = received
    const value = await sendCommit(engine, room.group('mallory'), byValue(proposal))
    await bothRefuse(engine, received.group, observed.group, value, 'invalid_proposal', /of the committer/)
    const reference = await sendCommit(engine, room.group('mallory'), [{ kind: 'reference', ref }])
    await bothRefuse(
      engine,
      received.group,
      observed.group,
      reference,
      'invalid_proposal',
      /of the committer/,
    )
  })

  it('an Update and a Remove of one member, by reference, are refused', async () => {
    const room = await roomOfThree()
    const refs = [await room.update('carol'), await room.propose('bob', remove(2))]
    const items = refs.map((ref) => ({ kind: 'reference', ref }) as const)
    const message = await sendCommit(engine, room.group('mallory'), items)
    await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_proposal', /two proposals/)
    const honest = await commit(engine, room.group('mallory'))
    expect(honest.view.removed.length).toBe(1)
    expect(honest.view.updated).toEqual([])
  })

  it('one proposal referred to twice is refused', async () => {
    const room = await roomOfThree()
    const ref = await room.update('carol')
    const item = { kind: 'reference', ref } as const
    const message = await sendCommit(engine, room.group('mallory'), [item, item])
    await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_proposal', /two proposals/)
  })

  it('a reference to a proposal that no one sent is refused', async () => {
    const room = await roomOfThree()
    const item = { kind: 'reference', ref: new Uint8Array(engine.suite.hashBytes) } as const
    const message = await sendCommit(engine, room.group('mallory'), [item])
    await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_commit', /not known/)
    await refuses(commit(engine, room.group('mallory'), { references: [item.ref] }), 'invalid_use')
  })

  it('a reference to a proposal of the epoch before is refused', async () => {
    const room = await roomOfThree()
    const ref = await room.update('carol')
    await room.commit('bob', { references: [] })
    const message = await sendCommit(engine, room.group('mallory'), [{ kind: 'reference', ref }])
    await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_commit', /not known/)
  })

  it('what one decides by value goes before what is pending', async () => {
    const room = await roomOfThree()
    await room.update('carol')
    await room.propose('bob', remove(2))
    await room.propose('bob', { kind: 'group_context_extensions', extensions: [] })
    const own: Proposal = { kind: 'group_context_extensions', extensions: [] }
    const { view } = await commit(engine, room.group('mallory'), { proposals: [remove(2), own] })
    expect(view.proposals.map(({ by, proposal }) => [by, proposal.kind])).toEqual([
      ['value', 'remove'],
      ['value', 'group_context_extensions'],
    ])
    const reinit: Proposal = {
      kind: 'reinit',
      groupId: utf8('next'),
      version: 1,
      cipherSuite: suite,
      extensions: [],
    }
    const closed = await commit(engine, room.group('mallory'), { proposals: [reinit] })
    expect(closed.view.proposals.length).toBe(1)
  })

  it('an Update signed for another place or another group is refused', async () => {
    const room = await roomOfThree()
    const mallory = room.group('mallory')
    const leaf = leafAt(mallory.public.tree, 0)
    if (!leaf) throw new Error('no leaf')
    const { publicKey } = await engine.provider.kemGenerate(engine.suite.kem)
    const { groupId } = mallory.public.context
    for (const place of [
      { groupId, leafIndex: 1 },
      { groupId: utf8('elsewhere'), leafIndex: 0 },
    ]) {
      const leafNode = await signLeafNode(
        engine,
        mallory.signaturePrivateKey,
        { ...leaf, encryptionKey: publicKey, source: { kind: 'update' } },
        place,
      )
      const message = await send(engine, mallory, {
        kind: 'proposal',
        proposal: { kind: 'update', leafNode },
      })
      await bothRefuse(engine, room.group('bob'), room.server, message, 'bad_authentication', /leaf node/)
    }
  })

  it('an Update with the key there was before is refused', async () => {
    const room = await roomOfThree()
    const mallory = room.group('mallory')
    const leaf = leafAt(mallory.public.tree, 0)
    if (!leaf) throw new Error('no leaf')
    const { groupId } = mallory.public.context
    const place = { groupId, leafIndex: 0 }
    const update = { ...leaf, source: { kind: 'update' } } as const
    const leafNode = await signLeafNode(engine, mallory.signaturePrivateKey, update, place)
    const message = await send(engine, mallory, { kind: 'proposal', proposal: { kind: 'update', leafNode } })
    await bothRefuse(engine, room.group('bob'), room.server, message, 'invalid_leaf', /leaf before/)
  })

  it('an Update with the encryption key of another member is refused when it is committed', async () => {
    const room = await roomOfThree()
    const mallory = room.group('mallory')
    const [own, bobs] = [leafAt(room.server.tree, 0), leafAt(room.server.tree, 1)]
    if (!own || !bobs) throw new Error('no leaf')
    const { groupId } = room.server.context
    const update = { ...own, encryptionKey: bobs.encryptionKey, source: { kind: 'update' } } as const
    const place = { groupId, leafIndex: 0 }
    const leafNode = await signLeafNode(engine, mallory.signaturePrivateKey, update, place)
    const message = await send(engine, mallory, { kind: 'proposal', proposal: { kind: 'update', leafNode } })
    const received = await process(engine, room.group('bob'), message)
    if (received.kind !== 'proposal') throw new Error(received.kind)
    const references = [received.ref]
    await refuses(commit(engine, received.group, { references }), 'invalid_leaf', /encryption key/)
  })

  it('what cannot be committed does not hold up what can', async () => {
    const room = await roomOfThree()
    const twin = await engine.provider.signatureGenerate(engine.suite.signature)
    const bundles = [
      await bundleOf(engine, 'dave', { signatureKeyPair: twin }),
      await bundleOf(engine, 'dave again', { signatureKeyPair: twin }),
      await bundleOf(engine, 'erin'),
    ]
    const { signaturePrivateKey, public: before } = room.group('mallory')
    const publicKey = leafAt(before.tree, 0)?.signatureKey ?? new Uint8Array()
    const own = { publicKey, privateKey: signaturePrivateKey }
    bundles.push(await bundleOf(engine, 'mallory twice', { signatureKeyPair: own }))
    for (const { keyPackage } of bundles) await room.propose('mallory', { kind: 'add', keyPackage })
    await room.propose('mallory', remove(2))
    await room.propose('mallory', remove(1))
    const { view } = await commit(engine, room.group('bob'))
    expect(view.added.length).toBe(2)
    expect(view.removed.map(({ leafIndex }) => leafIndex)).toEqual([2])
  })

  it('a pending flood ends at the limit', async () => {
    const room = await roomOfThree()
    const tight = { ...engine, limits: { ...engine.limits, pendingProposalsMax: 2 } }
    let { public: pending } = room.group('bob')
    for (let i = 0; i < 3; i++) {
      const { message } = await propose(engine, room.group('mallory'), psk(engine, `flood ${i}`))
      if (i === 2) {
        await refuses(observe(tight, pending, message), 'limit_exceeded', /proposals/)
        continue
      }
      const observed = await observe(tight, pending, message)
      if (observed.kind !== 'proposal') throw new Error(observed.kind)
      pending = observed.group
    }
    expect(pending.proposals.length).toBe(2)
  })

  it('a proposal that comes twice is kept once', async () => {
    const room = await roomOfThree()
    const { message } = await propose(engine, room.group('mallory'), remove(2))
    const once = await observe(engine, room.server, message)
    const twice = await observe(engine, once.group, message)
    expect(twice.group.proposals.length).toBe(1)
  })

  it('a pre-shared key that a member does not have keeps it out, and says so', async () => {
    const room = await roomOfThree()
    const proposals = [psk(engine, 'unknown to Bob')]
    const psks = (): Uint8Array => utf8('secret')
    const { message } = await commit(engine, room.group('mallory'), { proposals, psks })
    await refuses(process(engine, room.group('bob'), message), 'invalid_use', /pre-shared key/)
    await refuses(commit(engine, room.group('mallory'), { proposals }), 'invalid_use', /pre-shared key/)
    const wrong = (): Uint8Array => utf8('not the secret')
    await refuses(process(engine, room.group('bob'), message, { psks: wrong }), 'bad_authentication')
  })
})

describe.each(storySuites)('extensions of the group, suite %d', (suite) => {
  const engine = engineOf(suite)

  it('an extension that a member does not support is refused', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const extensions = [{ type: 0xf0e1, data: utf8('policy') }]
    const proposals: readonly Proposal[] = [{ kind: 'group_context_extensions', extensions }]
    await refuses(commit(engine, room.group('alice'), { proposals }), 'invalid_leaf', /61665/)
  })

  it('a requirement that a member does not meet is refused', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    const required = { extensions: [0xf0e1], proposals: [], credentials: [] }
    const data = encode(encodeRequiredCapabilities, required)
    const extensions = [{ type: extensionType.requiredCapabilities, data }]
    const proposals: readonly Proposal[] = [{ kind: 'group_context_extensions', extensions }]
    await refuses(commit(engine, room.group('alice'), { proposals }), 'invalid_leaf', /required/)
  })

  it('a requirement that only others do not meet is refused too', async () => {
    const room = await Room.create(engine, 'alice', { supports: [0xf0e1] })
    const { keyPackage } = await bundleOf(engine, 'bob')
    const { staged } = await commit(engine, room.group('alice'), { proposals: [{ kind: 'add', keyPackage }] })
    const extensions = [{ type: 0xf0e1, data: utf8('policy') }]
    const proposals: readonly Proposal[] = [{ kind: 'group_context_extensions', extensions }]
    await refuses(commit(engine, staged, { proposals }), 'invalid_proposal', /leaf 1/)
    await refuses(
      commit(engine, staged, {
        proposals: [...proposals, { kind: 'add', keyPackage: (await bundleOf(engine, 'c')).keyPackage }],
      }),
      'invalid_leaf',
      /61665/,
    )
  })

  it('extensions of one type twice are refused to who makes them', async () => {
    const room = await Room.of(engine, ['alice', 'bob'], { supports: [0xf0e1] })
    const extension = { type: 0xf0e1, data: utf8('policy') }
    const proposal: Proposal = { kind: 'group_context_extensions', extensions: [extension, extension] }
    const alice = room.group('alice')
    await refuses(commit(engine, alice, { proposals: [proposal] }), 'invalid_proposal', /twice/)
    await refuses(propose(engine, alice, proposal), 'invalid_proposal', /twice/)
  })

  it('extensions that cannot be read are refused before they are in force', async () => {
    const room = await Room.of(engine, ['alice', 'bob'])
    for (const type of [extensionType.externalSenders, extensionType.requiredCapabilities]) {
      const extensions = [{ type, data: Uint8Array.of(0xff) }]
      const proposal: Proposal = { kind: 'group_context_extensions', extensions }
      const message = await sendCommit(engine, room.group('alice'), byValue(proposal))
      await bothRefuse(engine, room.group('bob'), room.server, message, 'malformed')
      const proposed = await send(engine, room.group('alice'), { kind: 'proposal', proposal })
      await bothRefuse(engine, room.group('bob'), room.server, proposed, 'malformed')
    }
  })
})
