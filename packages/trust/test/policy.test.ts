import { extensionType } from '@sotto/mls/public'
import { type CborValue, decodeCanonical, encodeCanonical } from '@sotto/protocol'
import {
  contextExtensions,
  decodePolicy,
  encodePolicy,
  historyModes,
  leafCapabilities,
  may,
  metaHash as hashOfMeta,
  newPolicy,
  type Policy,
  policyExtensionType,
  policyOf,
  refoundPolicy,
  roleOf,
  roles,
  roomKinds,
  serverKeyOf,
  withHistory,
  withIdleLimit,
  withMember,
  withMeta,
  withoutMember,
  withPermissions,
  withRetention,
  withRole,
} from '@sotto/trust'
import { describe, expect, test } from 'vitest'
import { good, ruleOf, someId } from './people.ts'
import { metaHash, room } from './rooms.ts'

const [alice, bob, carol] = [someId('alice'), someId('bob'), someId('carol')] as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
]
const policy = newPolicy({ room, owner: alice, kind: 'group', metaHash })

/** Encodes without judging, as Mallory would. */
const unchecked = (p: Policy): Uint8Array =>
  encodeCanonical([
    1,
    p.room,
    p.generation,
    p.kind,
    p.members.map(({ account, role }) => [account, role]),
    [
      p.permissions.post,
      p.permissions.invite,
      p.permissions.kick,
      p.permissions.setMeta,
      p.permissions.setPolicy,
      p.permissions.deleteAny,
      p.permissions.addHook,
      p.permissions.mentionAll,
    ],
    [p.history.mode, p.history.days],
    p.retentionS,
    p.idleDaysMax,
    p.metaHash,
    p.hooks.map(({ hook, anchor, script, flags }) => [hook, anchor, script, flags]),
    p.predecessor && [
      p.predecessor.groupId,
      p.predecessor.epoch,
      p.predecessor.transcriptHash,
      p.predecessor.seq,
      p.predecessor.hash,
    ],
  ])

const refusal = (p: Policy): string => {
  expect(() => encodePolicy(p)).toThrow()
  return ruleOf(decodePolicy(unchecked(p)))
}

const predecessor = {
  groupId: room,
  epoch: 7,
  transcriptHash: someId('transcript'),
  seq: 90,
  hash: someId('entry'),
}
const hook = (seed: string) => ({ hook: someId(seed, 16), anchor: someId('anchor'), script: null, flags: 1 })

describe('a policy', () => {
  test('is written in the order of the protocol, and read back', () => {
    const full: Policy = {
      ...withMember(withMember(policy, bob), carol, roles.guest),
      hooks: [hook('a')],
      generation: 1,
      predecessor,
    }
    expect(encodePolicy(full)).toEqual(unchecked(full))
    expect(good(decodePolicy(encodePolicy(full)))).toEqual(full)
  })

  test('is changed without changing the one before', () => {
    const before = structuredClone(policy)
    const later = withIdleLimit(
      withRetention(withMeta(withMember(policy, bob), someId('new name')), 3600),
      30,
    )
    const told = withHistory(later, { mode: historyModes.days, days: 7 })
    const promoted = withPermissions(withRole(told, bob, roles.admin), { invite: roles.admin })
    expect(roleOf(promoted, bob)).toBe(roles.admin)
    expect(may(promoted, bob, 'invite')).toBe(true)
    expect(may(promoted, bob, 'kick')).toBe(true)
    expect(may(promoted, carol, 'post')).toBe(false)
    expect(withMember(promoted, bob, roles.guest)).toBe(promoted)
    expect(withoutMember(promoted, bob).members).toEqual(policy.members)
    expect(promoted).toMatchObject({ retentionS: 3600, idleDaysMax: 30, history: { mode: 2, days: 7 } })
    expect(good(decodePolicy(encodePolicy(promoted)))).toEqual(promoted)
    expect(policy).toEqual(before)
  })

  test('of each kind of room begins as that kind does', () => {
    expect(newPolicy({ room, owner: alice, kind: 'self', metaHash }).kind).toBe(roomKinds.self)
    const dm = newPolicy({ room, owner: alice, kind: 'dm', peer: bob, metaHash })
    expect(dm.members.map(({ role }) => role)).toEqual([roles.owner, roles.owner])
    const announce = newPolicy({ room, owner: alice, kind: 'announce', metaHash })
    expect(announce.permissions.post).toBe(roles.admin)
    for (const p of [dm, announce]) expect(good(decodePolicy(encodePolicy(p)))).toEqual(p)
    const anew = refoundPolicy(announce, { room: someId('anew', 16), predecessor, metaHash })
    expect(good(decodePolicy(encodePolicy(anew)))).toMatchObject({ generation: 1, predecessor })
  })

  test('POLICY-1 that is missing from the context, or there twice', () => {
    const [required, carried] = contextExtensions(policy)
    if (!required || !carried) throw new Error('both are there')
    expect(ruleOf(policyOf({ extensions: [] }))).toBe('POLICY-1')
    expect(ruleOf(policyOf({ extensions: [required] }))).toBe('POLICY-1')
    expect(ruleOf(policyOf({ extensions: [carried, carried] }))).toBe('POLICY-1')
    expect(good(policyOf({ extensions: [required, carried] }))).toEqual(policy)
  })

  test('POLICY-2 with an unknown field, code or version, or a value out of bounds', () => {
    const fields = decodeCanonical(unchecked(policy)) as CborValue[]
    for (const other of [[], fields.slice(0, -1), [...fields, null], [2, ...fields.slice(1)]])
      expect(ruleOf(decodePolicy(encodeCanonical(other)))).toBe('POLICY-2')
    const odd: readonly Partial<Record<keyof Policy, unknown>>[] = [
      { kind: 4 },
      { room: someId('long') },
      { generation: 65_536 },
      { members: [{ account: alice, role: 4 }] },
      { members: [{ account: room, role: 3 }] },
      { permissions: { ...policy.permissions, kick: 9 } },
      { history: { mode: 4, days: 0 } },
      { retentionS: -1 },
      { retentionS: 400_000_000 },
      { idleDaysMax: 3651 },
      { metaHash: room },
      { hooks: [{ ...hook('a'), flags: 256 }] },
      { predecessor: { ...predecessor, groupId: new Uint8Array(0) } },
    ]
    for (const changed of odd)
      expect(ruleOf(decodePolicy(unchecked({ ...policy, ...changed } as Policy)))).toBe('POLICY-2')
  })

  test('POLICY-3 whose members are out of order, or one of them twice', () => {
    const [a, b] = withMember(policy, bob).members
    if (!a || !b) throw new Error('both are there')
    expect(refusal({ ...policy, members: [b, a] })).toBe('POLICY-3')
    expect(refusal({ ...policy, members: [a, a] })).toBe('POLICY-3')
  })

  test('POLICY-4 without an owner', () => {
    expect(refusal({ ...policy, members: [{ account: alice, role: roles.admin }] })).toBe('POLICY-4')
    expect(refusal({ ...policy, members: [] })).toBe('POLICY-4')
  })

  test('POLICY-5 that its kind of room cannot have', () => {
    const two = withMember(policy, bob)
    expect(refusal({ ...two, kind: roomKinds.self })).toBe('POLICY-5')
    expect(refusal({ ...two, kind: roomKinds.dm })).toBe('POLICY-5')
    const three = withMember(withMember(policy, bob, roles.owner), carol, roles.owner)
    expect(refusal({ ...three, kind: roomKinds.dm })).toBe('POLICY-5')
    expect(refusal({ ...policy, kind: roomKinds.announce })).toBe('POLICY-5')
  })

  test('POLICY-6 that lets guests rule', () => {
    for (const permission of ['invite', 'setMeta', 'kick', 'deleteAny'] as const)
      expect(refusal(withPermissions(policy, { [permission]: roles.guest }))).toBe('POLICY-6')
    for (const permission of ['addHook', 'setPolicy'] as const)
      expect(refusal(withPermissions(policy, { [permission]: roles.member }))).toBe('POLICY-6')
  })

  test('POLICY-7 with days of history where none are counted, or none where they are', () => {
    expect(refusal(withHistory(policy, { mode: historyModes.all, days: 1 }))).toBe('POLICY-7')
    expect(refusal(withHistory(policy, { mode: historyModes.days, days: 0 }))).toBe('POLICY-7')
  })

  test('POLICY-8 with a predecessor in the first generation, or none in a later one', () => {
    expect(refusal({ ...policy, predecessor })).toBe('POLICY-8')
    expect(refusal({ ...policy, generation: 1 })).toBe('POLICY-8')
  })

  test('POLICY-9 whose hooks are out of order, or one of them twice', () => {
    const hooks = [hook('a'), hook('b')].toSorted((x, y) => Buffer.compare(x.hook, y.hook))
    expect(good(decodePolicy(encodePolicy({ ...policy, hooks })))).toEqual({ ...policy, hooks })
    expect(refusal({ ...policy, hooks: hooks.toReversed() })).toBe('POLICY-9')
    expect(refusal({ ...policy, hooks: [hook('a'), hook('a')] })).toBe('POLICY-9')
  })

  test('POLICY-10 by which a device would be idle before it could have been seen', () => {
    for (const days of [1, 29]) expect(refusal(withIdleLimit(policy, days))).toBe('POLICY-10')
    for (const days of [0, 30, 3650])
      expect(good(decodePolicy(encodePolicy(withIdleLimit(policy, days)))).idleDaysMax).toBe(days)
  })

  test('is not written with more members than anybody reads', () => {
    const accounts = Array.from({ length: 2001 }, (_, at) => someId(`member ${at}`)).toSorted(Buffer.compare)
    const members = accounts.map((account) => ({ account, role: roles.owner }))
    expect(() => encodePolicy({ ...policy, members })).toThrow('policy.members')
    expect(good(decodePolicy(encodePolicy({ ...policy, members: members.slice(1) }))).members).toHaveLength(
      2000,
    )
  })
})

describe('the context of a room', () => {
  test('asks members for what they have, carries the policy, and names the server', () => {
    const extensions = contextExtensions(policy, someId('server'))
    expect(extensions.map(({ type }) => type)).toEqual([
      extensionType.requiredCapabilities,
      policyExtensionType,
      extensionType.externalSenders,
    ])
    expect(leafCapabilities().extensions).toContain(policyExtensionType)
    expect(serverKeyOf({ extensions })).toEqual(someId('server'))
    expect(serverKeyOf({ extensions: contextExtensions(policy) })).toBe(undefined)
    const broken = { type: extensionType.externalSenders, data: new Uint8Array([9]) }
    expect(serverKeyOf({ extensions: [broken] })).toBe(undefined)
  })

  test('binds the room’s name by a salted hash', () => {
    const [salt, name] = [someId('salt', 16), new TextEncoder().encode('General')]
    expect(hashOfMeta(salt, name)).toEqual(hashOfMeta(salt, name))
    expect(hashOfMeta(someId('other salt', 16), name)).not.toEqual(hashOfMeta(salt, name))
    expect(hashOfMeta(salt, new TextEncoder().encode('Genera1'))).not.toEqual(hashOfMeta(salt, name))
  })
})
