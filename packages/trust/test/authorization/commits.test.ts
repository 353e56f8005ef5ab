import type { GroupContext, Proposal, RatchetTree } from '@sotto/mls/public'
import { extensionType, memberCount } from '@sotto/mls/public'
import {
  authorize,
  contextExtensions,
  type CommitToJudge,
  type GroupView,
  newPolicy,
  policyExtensionType,
  roles,
  withIdleLimit,
  withMember,
  withMeta,
  withoutMember,
} from '@sotto/trust'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  anotherDevice,
  applicationId,
  dayS,
  type Device,
  firstDevice,
  keyPackageOf,
  leafOf,
  type Person,
  person,
  provider,
  revoke,
  someId,
  startS,
} from '../people.ts'
import {
  byReference,
  type CommitOptions,
  commitOf,
  judge,
  leafIn,
  leafIndexOf,
  lookupOf,
  metaHash,
  policyIn,
  room,
  roomOf,
  server,
} from '../rooms.ts'

/** A room of Alice (owner), Bob (admin), Carol (member) and Grace (guest); Mallory is outside. */
let alice: Person
let bob: Person
let carol: Person
let grace: Person
let mallory: Person
let everyone: readonly Person[]
let group: GroupView

const [atAlice, atBob, atCarol, atGrace] = [0, 1, 2, 3]
const serverKey = someId('server key')

const judged = async (options: CommitOptions, nowS = startS): Promise<string> =>
  judge(commitOf(group, options), everyone, nowS)

const add = async (who: Person, device?: Device): Promise<Proposal> => ({
  kind: 'add',
  keyPackage: await keyPackageOf(who, device ? { device } : {}),
})
const remove = (removed: number): Proposal => ({ kind: 'remove', removed })
const path = async (who: Person): Promise<{ readonly path: Awaited<ReturnType<typeof leafOf>> }> => ({
  path: await leafOf(who),
})

beforeEach(async () => {
  const people = await Promise.all(['alice', 'bob', 'carol', 'grace', 'mallory'].map((name) => person(name)))
  everyone = people
  ;[alice, bob, carol, grace, mallory] = people as [Person, Person, Person, Person, Person]
  const founded = newPolicy({ room, owner: alice.state.account, kind: 'group', metaHash })
  const withBob = withMember(founded, bob.state.account, roles.admin)
  const withCarol = withMember(withBob, carol.state.account)
  const policy = withMember(withCarol, grace.state.account, roles.guest)
  group = await roomOf(policy, [alice, bob, carol, grace], serverKey)
})

describe('a room', () => {
  test('Carol, a member, invites Mallory, who enters as a member; everyone sees who did it', async () => {
    const policy = withMember(policyIn(group), mallory.state.account)
    const view = commitOf(group, { by: atCarol, proposals: [await add(mallory)], policy })
    const verdict = await authorize(view, lookupOf(...everyone), provider, startS)
    expect(verdict).toEqual({
      kind: 'allowed',
      before: policyIn(group),
      after: policy,
      actor: carol.state.account,
      changes: [
        { kind: 'member_added', account: mallory.state.account, role: roles.member },
        { kind: 'device_added', account: mallory.state.account, device: firstDevice(mallory).id },
      ],
    })
  })

  test('Carol leaves: her Remove waits for Bob, who takes her off the members with it', async () => {
    const leave = byReference(remove(atCarol), atCarol)
    const policy = withoutMember(policyIn(group), carol.state.account)
    const view = commitOf(group, { by: atBob, references: [leave], policy, ...(await path(bob)) })
    expect(await authorize(view, lookupOf(...everyone), provider, startS)).toMatchObject({
      kind: 'allowed',
      actor: bob.state.account,
      changes: [{ kind: 'member_left' }, { kind: 'device_removed' }],
    })
    const byGuest = commitOf(group, { by: atGrace, references: [leave], policy, ...(await path(grace)) })
    expect(await judge(byGuest, everyone)).toBe('allowed')
  })

  test('anyone renews the own keys, by a path or by an Update that another commits', async () => {
    expect(await judged({ by: atGrace, ...(await path(grace)) })).toBe('allowed')
    const update = byReference({ kind: 'update', leafNode: await leafOf(carol) }, atCarol)
    expect(await judged({ by: atGrace, references: [update], ...(await path(grace)) })).toBe('allowed')
  })

  test('Carol adds her own second device, by herself and through Grace, who may not invite', async () => {
    const phone = await anotherDevice(carol)
    expect(await judged({ by: atCarol, proposals: [await add(carol, phone)] })).toBe('allowed')
    const proposed = byReference(await add(carol, phone), atCarol)
    expect(await judged({ by: atGrace, references: [proposed] })).toBe('allowed')
  })

  test('Bob removes Carol and Grace in one commit', async () => {
    const policy = withoutMember(withoutMember(policyIn(group), carol.state.account), grace.state.account)
    const proposals = [remove(atCarol), remove(atGrace)]
    expect(await judged({ by: atBob, proposals, policy, ...(await path(bob)) })).toBe('allowed')
  })

  test('a device that is removed and one that is added may take the same place', async () => {
    const phone = await anotherDevice(carol)
    const view = commitOf(group, { by: atCarol, proposals: [await add(carol, phone)] })
    const withPhone: GroupView = { context: group.context, tree: view.after.tree }
    const swapped = commitOf(withPhone, {
      by: atCarol,
      proposals: [remove(leafIndexOf(withPhone, carol, phone)), await add(carol, phone)],
      ...(await path(carol)),
    })
    expect(await judge(swapped, everyone)).toBe('allowed')
  })

  test('anyone takes out a revoked device, by value or as the server proposed', async () => {
    const phone = await anotherDevice(carol)
    group = await roomOf(policyIn(group), [alice, bob, carol, grace, [carol, { device: phone }]], serverKey)
    const dead = leafIndexOf(group, carol, phone)
    expect(await judged({ by: atGrace, proposals: [remove(dead)], ...(await path(grace)) })).toBe('C3a')
    await revoke(carol, phone)
    expect(await judged({ by: atGrace, proposals: [remove(dead)], ...(await path(grace)) })).toBe('allowed')
    const proposed = byReference(remove(dead), server)
    expect(await judged({ by: atGrace, references: [proposed], ...(await path(grace)) })).toBe('allowed')
  })

  test('anyone takes out a leaf past its end, or one that was idle for longer than the room allows', async () => {
    const taken = { by: atGrace, proposals: [remove(atBob)], ...(await path(grace)) }
    const [ended, lasting] = [{ notAfterS: startS + 2 * dayS }, { notAfterS: startS + 60 * dayS }]
    group = await roomOf(policyIn(group), [alice, [bob, ended], carol, grace])
    expect(await judged(taken, startS + 3 * dayS - 1)).toBe('C3a')
    expect(await judged(taken, startS + 3 * dayS)).toBe('allowed')

    // A leaf that ends in 60 days was issued 30 days ago at the earliest.
    group = await roomOf(withIdleLimit(policyIn(group), 35), [alice, [bob, lasting], carol, grace])
    expect(await judged(taken, startS + 5 * dayS - 1)).toBe('C3a')
    expect(await judged(taken, startS + 5 * dayS)).toBe('allowed')
  })
})

describe('C0 what is not understood is refused', () => {
  const withContext = (view: CommitToJudge, side: 'before' | 'after', changed: Partial<GroupContext>) => {
    const { tree, context } = view[side]
    return { ...view, [side]: { tree, context: { ...context, ...changed } } }
  }
  const usual = async (): Promise<CommitToJudge> => commitOf(group, { by: atAlice, ...(await path(alice)) })

  test('C0a an old epoch without a policy, or with one that is broken', async () => {
    const view = await usual()
    const { extensions } = group.context
    const none = extensions.filter(({ type }) => type !== policyExtensionType)
    const broken = extensions.map((e) =>
      e.type === policyExtensionType ? { ...e, data: new Uint8Array(3) } : e,
    )
    for (const bad of [none, broken, [...extensions, ...extensions]])
      expect(await judge(withContext(view, 'before', { extensions: bad }), everyone)).toBe('C0a')
  })

  test('C0b a new epoch without a policy, or with one that is broken', async () => {
    const view = await usual()
    const { extensions } = group.context
    const none = extensions.filter(({ type }) => type !== policyExtensionType)
    const broken = extensions.map((e) =>
      e.type === policyExtensionType ? { ...e, data: e.data.slice(1) } : e,
    )
    for (const bad of [none, broken, [...extensions, ...extensions]])
      expect(await judge(withContext(view, 'after', { extensions: bad }), everyone)).toBe('C0b')
  })

  test('C0c an extension that is unknown, missing, or another than before', async () => {
    const view = await usual()
    const { extensions } = group.context
    const ours = contextExtensions(policyIn(group))
    const otherServer = contextExtensions(policyIn(group), someId('another server'))
    const lax = extensions.map((e) =>
      e.type === extensionType.requiredCapabilities ? { ...e, data: new Uint8Array([0, 0, 0]) } : e,
    )
    const noRequirements = extensions.filter(({ type }) => type !== extensionType.requiredCapabilities)
    for (const bad of [[...extensions, applicationId()], lax, noRequirements, ours, otherServer])
      expect(await judge(withContext(view, 'after', { extensions: bad }), everyone)).toBe('C0c')
    for (const bad of [[...extensions, applicationId()], lax, noRequirements]) {
      const both = withContext(withContext(view, 'before', { extensions: bad }), 'after', { extensions: bad })
      expect(await judge(both, everyone)).toBe('C0c')
    }
  })

  test('C0d a proposal of a kind that rooms do not have', async () => {
    const kinds: readonly Proposal[] = [
      { kind: 'unknown', type: 0xf0f0, data: new Uint8Array(0) },
      { kind: 'external_init', kemOutput: new Uint8Array(32) },
      { kind: 'reinit', groupId: room, version: 1, cipherSuite: 1, extensions: [] },
      { kind: 'psk', psk: { kind: 'external', id: room, nonce: new Uint8Array(48) } },
      { kind: 'update', leafNode: leafIn(group, atAlice) },
    ]
    for (const proposal of kinds)
      expect(await judged({ by: atAlice, proposals: [proposal], ...(await path(alice)) })).toBe('C0d')
    const twice: readonly Proposal[] = [0, 1].map(() => ({
      kind: 'group_context_extensions',
      extensions: group.context.extensions,
    }))
    expect(await judged({ by: atAlice, proposals: twice, ...(await path(alice)) })).toBe('C0d')
  })

  test('C0e authenticated data that is not the envelope of a commit of this room', async () => {
    const view = await usual()
    for (const authenticatedData of [new Uint8Array(0), new Uint8Array([...view.authenticatedData, 0])])
      expect(await judge({ ...view, authenticatedData }, everyone)).toBe('C0e')
    const by = { by: atAlice, ...(await path(alice)) }
    for (const envelope of [
      { room: someId('another room', 16) },
      { kind: 3 as const },
      { archiveHash: someId('archive') },
      { extension: new Uint8Array([1]) },
    ])
      expect(await judged({ ...by, envelope })).toBe('C0e')
  })

  test('C0f a tree that changed where no proposal changes it', async () => {
    const view = await usual()
    const other = await leafOf(carol)
    const cases: readonly CommitToJudge[] = [
      // A leaf is gone, another is there, or one was exchanged, without a proposal.
      {
        ...view,
        after: {
          ...view.after,
          tree: commitOf(group, { by: atAlice, proposals: [remove(atGrace)] }).after.tree,
        },
      },
      { ...view, after: commitOf(group, { by: atAlice, proposals: [await add(mallory)] }).after },
      { ...view, after: commitOf(group, { by: atCarol, path: other }).after },
      // The committer's leaf is another, and there is no path.
      { ...view, hasPath: false },
      // A proposal has had no effect, or another than it has.
      { ...view, proposals: commitOf(group, { by: atAlice, proposals: [remove(atGrace)] }).proposals },
      { ...view, proposals: commitOf(group, { by: atAlice, proposals: [await add(mallory)] }).proposals },
      { ...view, proposals: [byReference({ kind: 'update', leafNode: other }, atCarol)] },
    ]
    for (const bad of cases) expect(await judge(bad, everyone)).toBe('C0f')
    const update = byReference({ kind: 'update', leafNode: other }, atCarol)
    const swapped = commitOf(group, { by: atAlice, references: [update], ...(await path(alice)) })
    const lied = [byReference({ kind: 'update', leafNode: await leafOf(carol) }, atCarol)]
    expect(await judge({ ...swapped, proposals: lied }, everyone)).toBe('C0f')
    const fromOutside = [byReference({ kind: 'update', leafNode: other }, server)]
    expect(await judge({ ...swapped, proposals: fromOutside }, everyone)).toBe('C0f')
  })

  test('C0g another group, epoch, suite or version', async () => {
    const view = await usual()
    const { epoch } = group.context
    for (const changed of [
      { groupId: someId('another group', 16) },
      { epoch },
      { epoch: epoch + 2n },
      { cipherSuite: 1 },
      { version: 2 },
    ])
      expect(await judge(withContext(view, 'after', changed), everyone)).toBe('C0g')
  })
})

describe('C1 who commits', () => {
  test('C1a is a live leaf of the tree', async () => {
    expect(await judge(commitOf(group, { by: atCarol, proposals: [] }), [alice, bob, grace])).toBe('C1a')
    const view = commitOf(group, { by: atCarol, ...(await path(carol)) })
    const nowhere = commitOf(group, { by: 9 })
    expect(await judge(nowhere, everyone)).toBe('C1a')
    await revoke(carol, firstDevice(carol))
    expect(await judge(view, everyone, startS + 600)).toBe('C1a')
  })

  test('C1a of a leaf past its end only with the path that renews it, which the device has signed', async () => {
    const nowS = startS + 95 * dayS
    const renewed = await leafOf(carol, { notAfterS: nowS + 90 * dayS })
    expect(await judged({ by: atCarol, path: renewed }, nowS)).toBe('allowed')
    expect(await judged({ by: atCarol, proposals: [] }, nowS)).toBe('C1a')
    expect(await judged({ by: atCarol, ...(await path(carol)) }, nowS)).toBe('C4b')
    const ofAnother = await leafOf(bob, { notAfterS: nowS + 90 * dayS })
    expect(await judged({ by: atCarol, path: ofAnother }, nowS)).toBe('C4a')
    await revoke(carol, firstDevice(carol))
    expect(await judged({ by: atCarol, path: renewed }, nowS)).toBe('C1a')
  })

  test('C1b of an account that has a role in the old epoch', async () => {
    const stray = await roomOf(withoutMember(policyIn(group), carol.state.account), [alice, carol])
    expect(await judge(commitOf(stray, { by: 1, ...(await path(carol)) }), everyone)).toBe('C1b')
    const policy = withMember(policyIn(stray), carol.state.account)
    expect(await judge(commitOf(stray, { by: 1, policy, ...(await path(carol)) }), everyone)).toBe('C1b')
  })

  test('C1c and commits neither more than 64 adds nor a tree of more than 2,000 leaves', async () => {
    const one = await add(mallory)
    const adds = (count: number) => Array.from({ length: count }, () => one)
    // As many are allowed by this rule; that they are all the same device, another refuses.
    expect(await judged({ by: atAlice, proposals: adds(64) })).not.toBe('C1c')
    expect(await judged({ by: atAlice, proposals: adds(65) })).toBe('C1c')
    const view = commitOf(group, { by: atAlice })
    const grown = (tree: RatchetTree, count: number): RatchetTree =>
      commitOf({ ...group, tree }, { by: atAlice, proposals: adds(count) }).after.tree
    const judgedWith = (tree: RatchetTree) => judge({ ...view, after: { ...view.after, tree } }, everyone)
    let full = group.tree
    while (memberCount(full) < 2000) full = grown(full, Math.min(64, 2000 - memberCount(full)))
    expect(await judgedWith(full)).not.toBe('C1c')
    expect(await judgedWith(grown(full, 1))).toBe('C1c')
  })
})

describe('C2 who is added', () => {
  test('C2a has a leaf that holds; how long its key package could be taken is not asked', async () => {
    const policy = withMember(policyIn(group), mallory.state.account)
    const by = { by: atAlice, proposals: [await add(mallory)], policy }
    expect(await judge(commitOf(group, by), [alice, bob, carol, grace])).toBe('C2a')
    expect(await judged(by, startS + 60 * dayS)).toBe('allowed')
    const ending = {
      kind: 'add',
      keyPackage: await keyPackageOf(mallory, { notAfterS: startS + dayS }),
    } as const
    expect(await judged({ ...by, proposals: [ending] })).toBe('allowed')
    expect(await judged({ ...by, proposals: [ending] }, startS + 2 * dayS)).toBe('C2a')
    const asMallory = { ...firstDevice(mallory), signer: firstDevice(alice).signer }
    const forged: Proposal = { kind: 'add', keyPackage: await keyPackageOf(mallory, { device: asMallory }) }
    expect(await judged({ ...by, proposals: [forged] })).toBe('C2a')
    await revoke(mallory, firstDevice(mallory))
    expect(await judged(by, startS + 600)).toBe('C2a')
  })

  test('C2b is a member afterwards', async () => {
    expect(await judged({ by: atAlice, proposals: [await add(mallory)] })).toBe('C2b')
  })

  test('C2c is invited by one who may, or is another device of who adds it', async () => {
    const phone = await anotherDevice(carol)
    expect(await judged({ by: atGrace, proposals: [await add(carol, phone)] })).toBe('C2c')
    const proposed = byReference(await add(carol, phone), atGrace)
    expect(await judged({ by: atAlice, references: [proposed] })).toBe('C2c')
    const byServer = byReference(await add(carol, phone), server)
    expect(await judged({ by: atAlice, references: [byServer] })).toBe('C2c')
  })

  test('C2d is not there already, neither the device nor a key', async () => {
    expect(await judged({ by: atCarol, proposals: [await add(carol)] })).toBe('C2d')
    const phone = await anotherDevice(carol)
    const both = [await add(carol, phone), await add(carol, phone)]
    expect(await judged({ by: atCarol, proposals: both })).toBe('C2d')
    const offered = await keyPackageOf(carol, { device: phone })
    const { encryptionKey } = leafIn(group, atBob)
    const copied: Proposal = {
      kind: 'add',
      keyPackage: { ...offered, leafNode: { ...offered.leafNode, encryptionKey } },
    }
    expect(await judged({ by: atCarol, proposals: [copied] })).toBe('C2d')
    const copiedPath = { ...(await leafOf(carol)), encryptionKey }
    expect(await judged({ by: atCarol, path: copiedPath })).toBe('C2d')
  })
})

describe('C3 who is removed', () => {
  test('C3a by nobody who has no right to it', async () => {
    const dropped = (who: Person) => withoutMember(policyIn(group), who.state.account)
    const kick = async (by: number, who: Person, target: number, targetPerson: Person): Promise<string> =>
      judged({ by, proposals: [remove(target)], policy: dropped(targetPerson), ...(await path(who)) })
    expect(await kick(atCarol, carol, atGrace, grace)).toBe('C3a')
    const owner = { by: atBob, proposals: [remove(atAlice)], ...(await path(bob)) }
    expect(await judged(owner)).toBe('C3a')
    expect(await kick(atGrace, grace, atCarol, carol)).toBe('C3a')
    expect(await kick(atBob, bob, atCarol, carol)).toBe('allowed')
    group = await roomOf(withMember(policyIn(group), mallory.state.account, roles.admin), [
      alice,
      bob,
      mallory,
    ])
    expect(await kick(1, bob, 2, mallory)).toBe('C3a')
  })

  test('C3b by the server, unless the leaf is provably dead', async () => {
    const proposed = byReference(remove(atCarol), server)
    expect(await judged({ by: atAlice, references: [proposed], ...(await path(alice)) })).toBe('C3b')
    expect(
      await judge(commitOf(group, { by: atAlice, references: [proposed], ...(await path(alice)) }), [
        alice,
        bob,
        grace,
      ]),
    ).toBe('C3b')
  })

  test('C3c is never the committer itself', async () => {
    const view = commitOf(group, { by: atCarol, proposals: [remove(atCarol)] })
    expect(await judge(view, everyone)).toBe('C3c')
  })
})

describe('C4 whose leaf is replaced', () => {
  test('C4a is the same device of the same account before and after', async () => {
    const phone = await anotherDevice(carol)
    expect(await judged({ by: atCarol, ...(await path(bob)) })).toBe('C4a')
    expect(await judged({ by: atCarol, path: await leafOf(carol, { device: phone }) })).toBe('C4a')
    const update = byReference({ kind: 'update', leafNode: await leafOf(alice) }, atCarol)
    expect(await judged({ by: atBob, references: [update], ...(await path(bob)) })).toBe('C4a')
  })

  test('C4b has a new leaf that holds', async () => {
    const asCarol = { ...firstDevice(carol), signer: firstDevice(bob).signer }
    expect(await judged({ by: atCarol, path: await leafOf(carol, { device: asCarol }) })).toBe('C4b')
    const ended = await leafOf(carol, { notAfterS: startS - 2 * dayS })
    expect(await judged({ by: atCarol, path: ended })).toBe('C4b')
    const update = byReference({ kind: 'update', leafNode: ended }, atCarol)
    expect(await judged({ by: atBob, references: [update], ...(await path(bob)) })).toBe('C4b')
  })
})

describe('C6 everyone in the tree is a member', () => {
  test('C6 whoever is taken off the members has no leaf left', async () => {
    const phone = await anotherDevice(carol)
    group = await roomOf(policyIn(group), [alice, bob, carol, grace, [carol, { device: phone }]])
    const policy = withoutMember(policyIn(group), carol.state.account)
    expect(await judged({ by: atAlice, policy, ...(await path(alice)) })).toBe('C6')
    expect(await judged({ by: atAlice, proposals: [remove(atCarol)], policy, ...(await path(alice)) })).toBe(
      'C6',
    )
    const both = [remove(atCarol), remove(leafIndexOf(group, carol, phone))]
    expect(await judged({ by: atAlice, proposals: both, policy, ...(await path(alice)) })).toBe('allowed')
  })

  test('C6 a leaf that cannot be read belongs to nobody', async () => {
    const strange = { ...leafIn(group, atGrace), credential: { kind: 'x509', certificates: [] } as const }
    const tree = commitOf(group, { by: atGrace, path: strange }).after.tree
    expect(await judge(commitOf({ ...group, tree }, { by: atAlice, ...(await path(alice)) }), everyone)).toBe(
      'C6',
    )
  })
})

describe('C8 what others proposed', () => {
  test('C8a by one whose leaf is dead, or who is not there, or has no role', async () => {
    const leave = byReference(remove(atGrace), atCarol)
    const by = { by: atAlice, references: [leave], ...(await path(alice)) }
    await revoke(carol, firstDevice(carol))
    expect(await judged(by, startS + 600)).toBe('C8a')
    for (const sender of [
      9,
      { kind: 'external', senderIndex: 1 },
      { kind: 'new_member_proposal' },
      { kind: 'new_member_commit' },
    ] as const)
      expect(await judged({ ...by, references: [byReference(remove(atGrace), sender)] })).toBe('C8a')
    const alone = await roomOf(policyIn(group), [alice, bob, carol, grace])
    const byNoServer = commitOf(alone, { ...by, references: [byReference(remove(atGrace), server)] })
    expect(await judge(byNoServer, everyone)).toBe('C8a')
  })

  test('C8a a leaf that is past its end is taken out as it has asked', async () => {
    const old = await roomOf(policyIn(group), [alice, bob, [carol, { notAfterS: startS - 3 * dayS }], grace])
    const by = { by: atAlice, ...(await path(alice)) }
    const policy = withoutMember(policyIn(old), carol.state.account)
    const left = commitOf(old, { ...by, policy, references: [byReference(remove(atCarol), atCarol)] })
    expect(await judge(left, everyone)).toBe('allowed')
    const other = commitOf(old, { ...by, references: [byReference(remove(atGrace), atCarol)] })
    expect(await judge(other, everyone)).toBe('C8a')
  })

  test('C8b a change of the context is never taken from another, not even from an owner', async () => {
    const policy = withMeta(policyIn(group), someId('new name'))
    const context: Proposal = {
      kind: 'group_context_extensions',
      extensions: contextExtensions(policy, serverKey),
    }
    for (const from of [atAlice, atGrace])
      expect(
        await judged({ by: atBob, references: [byReference(context, from)], ...(await path(bob)) }),
      ).toBe('C8b')
  })
})
