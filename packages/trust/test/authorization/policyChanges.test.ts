import type { Proposal } from '@sotto/mls/public'
import {
  authorize,
  type GroupView,
  historyModes,
  newPolicy,
  type Policy,
  roles,
  withHistory,
  withIdleLimit,
  withMember,
  withMeta,
  withoutMember,
  withPermissions,
  withRetention,
  withRole,
} from '@sotto/trust'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  anotherDevice,
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
  leafIndexOf,
  lookupOf,
  metaHash,
  policyIn,
  room,
  roomOf,
} from '../rooms.ts'

/** A room of Alice and Olga (owners), Bob (admin), Carol (member) and Grace (guest); Mallory is outside. */
let alice: Person
let olga: Person
let bob: Person
let carol: Person
let grace: Person
let mallory: Person
let everyone: readonly Person[]
let group: GroupView

const [atAlice, atOlga, atBob, atCarol, atGrace] = [0, 1, 2, 3, 4]

const change = async (by: number, policy: Policy, more: Partial<CommitOptions> = {}): Promise<string> => {
  const who = [alice, olga, bob, carol, grace][by] as Person
  return judge(commitOf(group, { by, policy, path: await leafOf(who), ...more }), everyone)
}
const remove = (removed: number): Proposal => ({ kind: 'remove', removed })
const accountOf = (who: Person): Uint8Array => who.state.account

beforeEach(async () => {
  const names = ['alice', 'olga', 'bob', 'carol', 'grace', 'mallory']
  const people = await Promise.all(names.map((name) => person(name)))
  everyone = people
  ;[alice, olga, bob, carol, grace, mallory] = people as [Person, Person, Person, Person, Person, Person]
  let policy = newPolicy({ room, owner: accountOf(alice), kind: 'group', metaHash })
  policy = withMember(policy, accountOf(olga), roles.owner)
  policy = withMember(policy, accountOf(bob), roles.admin)
  policy = withMember(policy, accountOf(carol))
  policy = withMember(policy, accountOf(grace), roles.guest)
  group = await roomOf(policy, [alice, olga, bob, carol, grace])
})

describe('C5 who changes what in a policy', () => {
  test('C5a nobody changes what a room is, not even an owner', async () => {
    const policy = policyIn(group)
    const predecessor = { groupId: room, epoch: 1, transcriptHash: someId('t'), seq: 1, hash: someId('h') }
    for (const changed of [
      { room: someId('another room', 16) },
      { kind: 3 as const, permissions: { ...policy.permissions, post: roles.admin } },
      { generation: 1, predecessor },
    ])
      expect(await change(atAlice, { ...policy, ...changed })).toBe('C5a')
  })

  test('C5b a setting is changed by those who have the permission for it', async () => {
    const policy = policyIn(group)
    const hooks = [{ hook: someId('hook', 16), anchor: someId('anchor'), script: null, flags: 0 }]
    const settings: readonly Policy[] = [
      withMeta(policy, someId('new name')),
      withHistory(policy, { mode: historyModes.all, days: 0 }),
      withRetention(policy, 3600),
      withPermissions(policy, { invite: roles.admin }),
      { ...policy, hooks },
    ]
    for (const changed of settings) {
      expect(await change(atGrace, changed)).toBe('C5b')
      expect(await change(atCarol, changed)).toBe('C5b')
      expect(await change(atBob, changed)).toBe('allowed')
      expect(await change(atOlga, changed)).toBe('allowed')
    }
  })

  test('C5i how long a device may be idle is for owners to say, even where members set the rest', async () => {
    const changed = (days: number) => withIdleLimit(policyIn(group), days)
    for (const by of [atGrace, atCarol, atBob]) expect(await change(by, changed(30))).toBe('C5i')
    expect(await change(atOlga, changed(30))).toBe('allowed')
  })

  test('C5b a permission that is kept for owners is not an admin’s to give or to take', async () => {
    const kept = withPermissions(policyIn(group), { addHook: roles.owner })
    expect(await change(atBob, kept)).toBe('C5b')
    expect(await change(atAlice, kept)).toBe('allowed')
    group = await roomOf(kept, [alice, olga, bob, carol, grace])
    expect(await change(atBob, withPermissions(kept, { addHook: roles.admin }))).toBe('C5b')
    expect(await change(atAlice, withPermissions(kept, { addHook: roles.admin }))).toBe('allowed')
  })

  test('C5c nobody is raised to or above the own role, and nobody above is reached', async () => {
    const as = (who: Person, role: 0 | 1 | 2 | 3): Policy => withRole(policyIn(group), accountOf(who), role)
    expect(await change(atBob, as(grace, roles.member))).toBe('allowed')
    expect(await change(atBob, as(carol, roles.guest))).toBe('allowed')
    expect(await change(atBob, as(carol, roles.admin))).toBe('C5c')
    expect(await change(atBob, as(bob, roles.owner))).toBe('C5c')
    expect(await change(atBob, as(bob, roles.member))).toBe('C5c')
    expect(await change(atBob, as(alice, roles.member))).toBe('C5c')
    expect(await change(atCarol, as(carol, roles.owner))).toBe('C5c')
    expect(await change(atCarol, as(grace, roles.member))).toBe('C5c')
    expect(await change(atGrace, as(grace, roles.member))).toBe('C5c')
    expect(await change(atAlice, as(carol, roles.owner))).toBe('allowed')
    expect(await change(atAlice, as(olga, roles.member))).toBe('allowed')
    expect(await change(atAlice, as(alice, roles.guest))).toBe('allowed')
  })

  test('C5d who is new enters below who invites; members may invite members', async () => {
    const as = (role: 0 | 1 | 2 | 3): Policy => withMember(policyIn(group), accountOf(mallory), role)
    expect(await change(atGrace, as(roles.guest))).toBe('C5d')
    expect(await change(atCarol, as(roles.guest))).toBe('allowed')
    expect(await change(atCarol, as(roles.member))).toBe('allowed')
    expect(await change(atCarol, as(roles.admin))).toBe('C5d')
    expect(await change(atBob, as(roles.member))).toBe('allowed')
    expect(await change(atBob, as(roles.admin))).toBe('C5d')
    expect(await change(atAlice, as(roles.owner))).toBe('allowed')
    group = await roomOf(withPermissions(policyIn(group), { invite: roles.admin }), [
      alice,
      olga,
      bob,
      carol,
      grace,
    ])
    expect(await change(atCarol, as(roles.member))).toBe('C5d')
  })

  test('C5e nobody is taken off the members by one who may not remove them', async () => {
    // Without a leaf in the tree, so that the members alone are judged.
    const policy = withMember(policyIn(group), accountOf(mallory), roles.admin)
    group = await roomOf(policy, [alice, olga, bob, carol, grace])
    const without = withoutMember(policy, accountOf(mallory))
    expect(await change(atCarol, without)).toBe('C5e')
    expect(await change(atBob, without)).toBe('C5e')
    expect(await change(atAlice, without)).toBe('allowed')
  })

  test('C5e a device that left does not take along the account that stays', async () => {
    const phone = await anotherDevice(carol)
    group = await roomOf(policyIn(group), [alice, olga, bob, carol, grace, [carol, { device: phone }]])
    const leave = byReference(remove(leafIndexOf(group, carol, phone)), atCarol)
    const without = withoutMember(policyIn(group), accountOf(carol))
    expect(await change(atGrace, without, { references: [leave] })).toBe('C5e')
    expect(await change(atGrace, policyIn(group), { references: [leave] })).toBe('allowed')
  })

  test('C5f whoever leaves with the last device is no member any more', async () => {
    const leave = byReference(remove(atCarol), atCarol)
    expect(await change(atAlice, policyIn(group), { references: [leave] })).toBe('C5f')
    const without = withoutMember(policyIn(group), accountOf(carol))
    expect(await change(atAlice, without, { references: [leave] })).toBe('allowed')
  })

  test('C5f whoever was removed by another, all the same, may stay a member and come back', async () => {
    expect(await change(atBob, policyIn(group), { proposals: [remove(atCarol)] })).toBe('allowed')
  })

  test('C5g an owner is there afterwards, and alive', async () => {
    const oneOwner = withRole(policyIn(group), accountOf(olga), roles.admin)
    group = await roomOf(oneOwner, [alice, olga, bob, carol, grace])
    const leave = byReference(remove(atAlice), atAlice)
    // Carol is made an owner, but has no leaf afterwards: the room would have an owner on paper only.
    const onPaper = withRole(oneOwner, accountOf(carol), roles.owner)
    const demoted = withRole(onPaper, accountOf(alice), roles.member)
    expect(await change(atAlice, demoted, { proposals: [remove(atCarol)] })).toBe('C5g')
    expect(await change(atAlice, demoted)).toBe('allowed')
    const leafless = withoutMember(onPaper, accountOf(alice))
    group = await roomOf(onPaper, [alice, olga, bob, grace])
    const view = commitOf(group, { by: 2, references: [leave], policy: leafless, path: await leafOf(bob) })
    expect(await judge(view, everyone)).toBe('C5g')
  })

  test('C5g an owner whose only device is revoked does not count', async () => {
    const phone = await anotherDevice(olga)
    const policy = policyIn(group)
    group = await roomOf(policy, [alice, [olga, { device: phone }], bob])
    await revoke(olga, phone)
    const path = await leafOf(alice)
    const demoted = withRole(policy, accountOf(alice), roles.admin)
    const view = commitOf(group, { by: atAlice, policy: demoted, path })
    expect(await judge(view, everyone, startS + 600)).toBe('C5g')
  })

  test('a room whose owners died goes on: its rules hold, and an owner comes back', async () => {
    const alone = withRole(policyIn(group), accountOf(olga), roles.admin)
    group = await roomOf(alone, [alice, olga, bob, carol])
    await anotherDevice(alice)
    await revoke(alice, firstDevice(alice))
    const later = startS + 600
    const [bobs, carols] = [await leafOf(bob), await leafOf(carol)]
    const out = commitOf(group, { by: 3, proposals: [remove(0)], path: carols })
    expect(await judge(out, everyone, later)).toBe('allowed')
    const kick = { by: 2, proposals: [remove(3)], policy: withoutMember(alone, accountOf(carol)), path: bobs }
    expect(await judge(commitOf(group, kick), everyone, later)).toBe('allowed')
    const grab = withRole(alone, accountOf(bob), roles.owner)
    expect(await judge(commitOf(group, { by: 2, policy: grab, path: bobs }), everyone, later)).toBe('C5c')
    const offer: Proposal = {
      kind: 'add',
      keyPackage: await keyPackageOf(alice, { device: alice.devices[1] as Device }),
    }
    expect(await judge(commitOf(group, { by: 3, proposals: [offer] }), everyone, later)).toBe('allowed')
  })

  test('C5h in a talk between two nobody is added, made more or less, or thrown out', async () => {
    const talk = newPolicy({ room, owner: accountOf(alice), kind: 'dm', peer: accountOf(bob), metaHash })
    const dm = await roomOf(talk, [alice, bob])
    const judged = async (options: CommitOptions): Promise<string> => judge(commitOf(dm, options), everyone)
    const path = await leafOf(alice)
    const left = await roomOf(withoutMember(talk, accountOf(bob)), [alice])
    const again = withMember(policyIn(left), accountOf(mallory), roles.owner)
    expect(await judge(commitOf(left, { by: 0, policy: again, path }), everyone)).toBe('C5h')
    const alone = withoutMember(talk, accountOf(bob))
    expect(await judged({ by: 0, proposals: [remove(1)], policy: alone, path })).toBe('C3a')
    expect(await judged({ by: 0, policy: alone, path })).toBe('C5e')
    const leave = byReference(remove(1), 1)
    expect(await judged({ by: 0, references: [leave], policy: alone, path })).toBe('allowed')
    expect(await judged({ by: 1, policy: withMeta(talk, someId('name')), path: await leafOf(bob) })).toBe(
      'allowed',
    )
  })

  test('C5h a room of one stays a room of one, with all devices of its owner', async () => {
    const own = newPolicy({ room, owner: accountOf(alice), kind: 'self', metaHash })
    const self = await roomOf(own, [alice])
    const phone = await anotherDevice(alice)
    const add: Proposal = { kind: 'add', keyPackage: await keyPackageOf(alice, { device: phone }) }
    expect(await judge(commitOf(self, { by: 0, proposals: [add] }), everyone)).toBe('allowed')
    const stranger: Proposal = { kind: 'add', keyPackage: await keyPackageOf(bob) }
    expect(await judge(commitOf(self, { by: 0, proposals: [stranger] }), everyone)).toBe('C2b')
  })

  test('what changed is told, for the timeline', async () => {
    const before = policyIn(group)
    let policy = withMeta(withRetention(before, 60), someId('name'))
    policy = withRole(policy, accountOf(carol), roles.admin)
    policy = withoutMember(policy, accountOf(grace))
    const view = commitOf(group, {
      by: atAlice,
      proposals: [remove(atGrace)],
      policy,
      path: await leafOf(alice),
    })
    expect(await authorize(view, lookupOf(...everyone), provider, startS)).toEqual({
      kind: 'allowed',
      before,
      after: policy,
      actor: accountOf(alice),
      changes: [
        { kind: 'member_removed', account: accountOf(grace), role: roles.guest },
        { kind: 'role_changed', account: accountOf(carol), from: roles.member, to: roles.admin },
        { kind: 'retention_changed', fromS: 0, toS: 60 },
        { kind: 'meta_changed' },
        { kind: 'device_removed', account: accountOf(grace), device: firstDevice(grace).id },
      ],
    })
  })
})
