import type { Proposal } from '@sotto/mls/public'
import {
  authorize,
  authorizeCreation,
  authorizeEntry,
  authorizeWelcome,
  buildJoinProof,
  contextExtensions,
  deadLeaves,
  type GroupView,
  mayPropose,
  newPolicy,
  type Policy,
  refoundPolicy,
  revocationGraceS,
  roles,
  withMember,
  withoutMember,
  withPermissions,
  withRole,
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
  ruleOf,
  someId,
  startS,
} from '../people.ts'
import {
  contextOf,
  externalCommitOf,
  joiner,
  judge,
  leafIn,
  leafIndexOf,
  lookupOf,
  metaHash,
  policyIn,
  type Proposed,
  room,
  roomOf,
  server,
} from '../rooms.ts'

/** A room of Alice (owner) and Bob (member, with a phone outside of it); Mallory is no member. */
let alice: Person
let bob: Person
let mallory: Person
let everyone: readonly Person[]
let phone: Device
let group: GroupView
const [atAlice, atBob] = [0, 1]

const accountOf = (who: Person): Uint8Array => who.state.account

beforeEach(async () => {
  const people = await Promise.all(['alice', 'bob', 'mallory'].map((name) => person(name)))
  everyone = people
  ;[alice, bob, mallory] = people as [Person, Person, Person]
  phone = await anotherDevice(bob)
  const policy = withMember(
    newPolicy({ room, owner: accountOf(alice), kind: 'group', metaHash }),
    accountOf(bob),
  )
  group = await roomOf(policy, [alice, bob], someId('server key'))
})

describe('C7 a device comes in from outside', () => {
  const joins = async (
    changed: Partial<Parameters<typeof externalCommitOf>[1]> = {},
    nowS = startS,
  ): Promise<string> => {
    const leaf = await leafOf(bob, { device: phone })
    return judge(await externalCommitOf(group, { leaf, device: phone, ...changed }), everyone, nowS)
  }

  test('Bob’s phone joins by itself, and his laptop comes back in its own place', async () => {
    const leaf = await leafOf(bob, { device: phone })
    const view = await externalCommitOf(group, { leaf, device: phone })
    expect(await authorize(view, lookupOf(...everyone), provider, startS)).toMatchObject({
      kind: 'allowed',
      actor: accountOf(bob),
      changes: [{ kind: 'device_added', account: accountOf(bob), device: phone.id }],
    })
    expect(await joins({ leaf: await leafOf(bob), device: firstDevice(bob), remove: atBob })).toBe('allowed')
  })

  test('C7a with ExternalInit, at most one Remove, and nothing else', async () => {
    const add: Proposal = {
      kind: 'add',
      keyPackage: await keyPackageOf(alice, { device: await anotherDevice(alice) }),
    }
    const context: Proposal = { kind: 'group_context_extensions', extensions: group.context.extensions }
    for (const proposal of [add, context])
      expect(await joins({ proposals: [{ proposal, sender: joiner, by: 'value' }] })).toBe('C7a')
    const waiting: Proposed = {
      proposal: { kind: 'remove', removed: atAlice },
      sender: { kind: 'member', leafIndex: atAlice },
      by: 'reference',
    }
    expect(await joins({ proposals: [waiting] })).toBe('C7a')
    const view = await externalCommitOf(group, { leaf: await leafOf(bob, { device: phone }), device: phone })
    expect(await judge({ ...view, proposals: [] }, everyone)).toBe('C7a')
    expect(await judge({ ...view, hasPath: false }, everyone)).toBe('C7a')
    const nobody = { ...view, after: { ...view.after, tree: group.tree } }
    expect(await judge(nobody, everyone)).toBe('C7a')
    const elsewhere = { ...view, committer: { kind: 'external', leafIndex: 7 } as const }
    expect(await judge(elsewhere, everyone)).toBe('C0f')
  })

  test('C7b in the place of its own leaf and of no other’s', async () => {
    expect(await joins({ remove: atAlice })).toBe('C7b')
    expect(await joins({ remove: atBob })).toBe('C7b')
  })

  test('C7c of an account that is a member, with a leaf that holds', async () => {
    const leaf = await leafOf(mallory)
    expect(await joins({ leaf, device: firstDevice(mallory) })).toBe('C7c')
    const ended = await leafOf(bob, { device: phone, notAfterS: startS - 2 * dayS })
    expect(await joins({ leaf: ended })).toBe('C7c')
    const asPhone = { ...phone, signer: firstDevice(mallory).signer }
    expect(await joins({ leaf: await leafOf(bob, { device: asPhone }) })).toBe('C7c')
  })

  test('C7d and changes nothing of the context', async () => {
    const view = await externalCommitOf(group, { leaf: await leafOf(bob, { device: phone }), device: phone })
    const raised = withRole(policyIn(group), accountOf(bob), roles.owner)
    const extensions = contextExtensions(raised, someId('server key'))
    const after = { ...view.after, context: { ...view.after.context, extensions } }
    expect(await judge({ ...view, after }, everyone)).toBe('C7d')
  })

  test('C7e by the word of the device itself', async () => {
    const leaf = await leafOf(bob, { device: phone })
    expect(await joins({ leaf, envelope: { extension: null } })).toBe('C7e')
    expect(await joins({ leaf, envelope: { extension: new Uint8Array([0x82, 1, 0xf6]) } })).toBe('C7e')
    expect(await joins({ leaf, envelope: { extension: new Uint8Array(80) } })).toBe('C7e')
    expect(await joins({ leaf, device: firstDevice(bob) })).toBe('C7e')
    const { groupId, epoch, confirmedTranscriptHash } = group.context
    const right = { groupId, epoch, confirmedTranscriptHash, leafKey: leaf.signatureKey }
    for (const changed of [
      { groupId: someId('another group', 16) },
      { epoch: epoch - 1n },
      { confirmedTranscriptHash: someId('another transcript') },
      { leafKey: leafIn(group, atBob).signatureKey },
    ]) {
      const extension = await buildJoinProof(phone.signer, { ...right, ...changed })
      expect(await joins({ leaf, envelope: { extension } })).toBe('C7e')
    }
    expect(await joins({ leaf, envelope: { extension: await buildJoinProof(phone.signer, right) } })).toBe(
      'allowed',
    )
  })

  test('C7 a device that is there already cannot come a second time', async () => {
    expect(await joins({ leaf: await leafOf(bob), device: firstDevice(bob) })).toBe('C2d')
  })

  test('C7 a proof in the commit of a member is out of place', async () => {
    const view = await externalCommitOf(group, { leaf: await leafOf(bob, { device: phone }), device: phone })
    const asMember = { ...view, committer: { kind: 'member', leafIndex: atBob } as const }
    expect(await judge(asMember, everyone)).toBe('C0d')
  })
})

describe('C8 what may wait for somebody’s commit', () => {
  const proposed = async (
    proposal: Proposal,
    sender: number | typeof server,
    nowS = startS,
  ): Promise<string> => {
    const from = typeof sender === 'number' ? ({ kind: 'member', leafIndex: sender } as const) : sender
    return ruleOf(
      await mayPropose({ before: group, proposal, sender: from }, lookupOf(...everyone), provider, nowS),
    )
  }
  const add = async (who: Person, device = firstDevice(who)): Promise<Proposal> => ({
    kind: 'add',
    keyPackage: await keyPackageOf(who, { device }),
  })
  const remove = (removed: number): Proposal => ({ kind: 'remove', removed })

  test('leaving, the own keys, the own devices, what the role allows', async () => {
    expect(await proposed(remove(atBob), atBob)).toBe('allowed')
    expect(await proposed({ kind: 'update', leafNode: await leafOf(bob) }, atBob)).toBe('allowed')
    expect(await proposed(await add(bob, phone), atBob)).toBe('allowed')
    expect(await proposed(await add(bob, phone), atAlice)).toBe('allowed')
    expect(await proposed(remove(atBob), atAlice)).toBe('allowed')
  })

  test('C8a nothing of one who is dead or unknown', async () => {
    expect(await proposed(await add(bob, phone), atBob, startS + 95 * dayS)).toBe('C8a')
    expect(await proposed(remove(atAlice), atBob, startS + 95 * dayS)).toBe('C8a')
    expect(await proposed(remove(atBob), 5)).toBe('C8a')
    expect(await proposed(remove(atBob), { kind: 'external', senderIndex: 3 } as never)).toBe('C8a')
    const stray = { kind: 'new_member_proposal' } as const
    expect(
      ruleOf(
        await mayPropose(
          { before: group, proposal: await add(bob, phone), sender: stray },
          lookupOf(...everyone),
          provider,
          startS,
        ),
      ),
    ).toBe('C8a')
  })

  test('C8a who is past its end may still ask to leave, who is revoked may not', async () => {
    expect(await proposed(remove(atBob), atBob, startS + 95 * dayS)).toBe('allowed')
    await revoke(bob, firstDevice(bob))
    expect(await proposed(remove(atBob), atBob, startS + revocationGraceS)).toBe('C8a')
  })

  test('C8b and no change of the context, C0d and nothing unknown', async () => {
    const { extensions } = group.context
    expect(await proposed({ kind: 'group_context_extensions', extensions }, atAlice)).toBe('C8b')
    expect(await proposed({ kind: 'unknown', type: 99, data: new Uint8Array(0) }, atAlice)).toBe('C0d')
    expect(await proposed({ kind: 'external_init', kemOutput: new Uint8Array(0) }, atAlice)).toBe('C0d')
  })

  test('C2, C3 and C4 hold before a commit as in it', async () => {
    expect(await proposed(await add(mallory), atAlice)).toBe('C2b')
    group = await roomOf(
      withPermissions(policyIn(group), { invite: roles.admin }),
      [alice, bob],
      someId('server key'),
    )
    const another = await anotherDevice(alice)
    expect(await proposed(await add(alice, another), atBob)).toBe('C2c')
    expect(await proposed(await add(alice, another), server)).toBe('C2c')
    const ended = await keyPackageOf(alice, { device: another, notAfterS: startS - 2 * dayS })
    expect(await proposed({ kind: 'add', keyPackage: ended }, atAlice)).toBe('C2a')
    expect(await proposed(remove(atAlice), atBob)).toBe('C3a')
    expect(await proposed(remove(atAlice), server)).toBe('C3b')
    expect(await proposed(remove(9), atAlice)).toBe('C0f')
    expect(await proposed({ kind: 'update', leafNode: await leafOf(alice) }, atBob)).toBe('C4a')
    const leafNode = await leafOf(bob, { notAfterS: startS - 2 * dayS })
    expect(await proposed({ kind: 'update', leafNode }, atBob)).toBe('C4b')
  })

  test('in a group without a policy nothing may wait', async () => {
    group = { ...group, context: { ...group.context, extensions: [] } }
    expect(await proposed(remove(atBob), atBob)).toBe('C0a')
  })
})

describe('a room begins', () => {
  const begin = async (
    policy: Policy,
    founder: Person,
    changed: Partial<GroupView['context']> = {},
  ): Promise<string> => {
    const { tree } = await roomOf(policy, [founder])
    const context = { ...contextOf(policy), epoch: 0n, ...changed }
    return ruleOf(await authorizeCreation({ tree, context }, lookupOf(...everyone), provider, startS))
  }
  const policy = (): Policy => newPolicy({ room, owner: accountOf(alice), kind: 'group', metaHash })

  test('with its founder alone, whatever its kind', async () => {
    const owner = accountOf(alice)
    expect(await begin(policy(), alice)).toBe('allowed')
    expect(await begin(newPolicy({ room, owner, kind: 'dm', peer: accountOf(bob), metaHash }), alice)).toBe(
      'allowed',
    )
    expect(await begin(newPolicy({ room, owner, kind: 'self', metaHash }), alice)).toBe('allowed')
    expect(await begin(newPolicy({ room, owner, kind: 'announce', metaHash }), alice)).toBe('allowed')
  })

  test('C0a C0c with a policy and the extensions of a room', async () => {
    const { extensions } = contextOf(policy())
    expect(await begin(policy(), alice, { extensions: [] })).toBe('C0a')
    expect(await begin(policy(), alice, { extensions: [...extensions, applicationId()] })).toBe('C0c')
  })

  test('CREATE-1 in epoch 0, in the suite of the protocol, with one leaf', async () => {
    expect(await begin(policy(), alice, { epoch: 1n })).toBe('CREATE-1')
    expect(await begin(policy(), alice, { cipherSuite: 1 })).toBe('CREATE-1')
    const { tree } = await roomOf(policy(), [alice, bob])
    const crowd = { tree, context: { ...contextOf(policy()), epoch: 0n } }
    expect(ruleOf(await authorizeCreation(crowd, lookupOf(...everyone), provider, startS))).toBe('CREATE-1')
  })

  test('CREATE-2 by a live leaf', async () => {
    const { tree } = await roomOf(policy(), [alice])
    const start = { tree, context: { ...contextOf(policy()), epoch: 0n } }
    expect(ruleOf(await authorizeCreation(start, lookupOf(bob), provider, startS))).toBe('CREATE-2')
    const late = startS + 95 * dayS
    expect(ruleOf(await authorizeCreation(start, lookupOf(alice), provider, late))).toBe('CREATE-2')
  })

  test('CREATE-3 of one of its owners', async () => {
    expect(await begin(policy(), bob)).toBe('CREATE-3')
    const demoted = withRole(withMember(policy(), accountOf(bob), roles.owner), accountOf(alice), roles.admin)
    expect(await begin(demoted, alice)).toBe('CREATE-3')
  })

  test('CREATE-4 with nobody in it whom nobody saw enter', async () => {
    expect(await begin(withMember(policy(), accountOf(bob)), alice)).toBe('CREATE-4')
    const predecessor = { groupId: room, epoch: 5, transcriptHash: someId('t'), seq: 3, hash: someId('h') }
    expect(await begin(refoundPolicy(policy(), { room, predecessor, metaHash }), alice)).toBe('CREATE-4')
  })

  test('CREATE-4 anew with those who were in it, by one of its owners', async () => {
    const last = policyIn(group)
    const predecessor = { groupId: room, epoch: 5, transcriptHash: someId('t'), seq: 3, hash: someId('h') }
    const anew = refoundPolicy(last, { room: someId('anew', 16), predecessor, metaHash })
    const found = async (next: Policy, founder: Person): Promise<string> => {
      const { tree } = await roomOf(next, [founder])
      const start = { tree, context: { ...contextOf(next), epoch: 0n } }
      return ruleOf(await authorizeCreation(start, lookupOf(...everyone), provider, startS, last))
    }
    expect(await found(anew, alice)).toBe('allowed')
    expect(await found(withMember(anew, accountOf(mallory)), alice)).toBe('CREATE-4')
    expect(await found(withRole(anew, accountOf(bob), roles.admin), alice)).toBe('CREATE-4')
    expect(await found(withoutMember(anew, accountOf(bob)), alice)).toBe('allowed')
    expect(await found({ ...anew, generation: 2 }, alice)).toBe('CREATE-4')
    expect(await found({ ...anew, room }, alice)).toBe('CREATE-4')
    const elsewhere = { ...predecessor, groupId: someId('elsewhere', 16) }
    expect(await found({ ...anew, predecessor: elsewhere }, alice)).toBe('CREATE-4')
    expect(await found(last, alice)).toBe('CREATE-4')
    const taken = withRole(withRole(anew, accountOf(bob), roles.owner), accountOf(alice), roles.member)
    expect(await found(taken, bob)).toBe('CREATE-4')
  })
})

describe('a Welcome leads to a room', () => {
  const enter = async (
    changed: Partial<GroupView> = {},
    { signer = atAlice, ownLeaf = atBob } = {},
    people = everyone,
  ): Promise<string> =>
    ruleOf(
      await authorizeWelcome(
        { group: { ...group, ...changed }, signer, ownLeaf },
        lookupOf(...people),
        provider,
        startS,
      ),
    )

  test('in which Bob has a role, from Alice, who invited him; his own phone may do it as well', async () => {
    const view = { group, signer: atAlice, ownLeaf: atBob }
    expect(await authorizeWelcome(view, lookupOf(...everyone), provider, startS)).toEqual({
      kind: 'allowed',
      policy: policyIn(group),
      role: roles.member,
      inviter: accountOf(alice),
    })
    const strict = withPermissions(policyIn(group), { invite: roles.owner })
    const withPhone = await roomOf(strict, [alice, bob, [bob, { device: phone }]])
    const own = { signer: atBob, ownLeaf: leafIndexOf(withPhone, bob, phone) }
    expect(await enter(withPhone, own)).toBe('allowed')
  })

  test('C0b C0c C0g that is a room of Sotto', async () => {
    const { context } = group
    const changedTo = (changed: Partial<GroupView['context']>) => ({ context: { ...context, ...changed } })
    expect(await enter(changedTo({ extensions: [] }))).toBe('C0b')
    expect(await enter(changedTo({ extensions: [...context.extensions, applicationId()] }))).toBe('C0c')
    expect(await enter(changedTo({ cipherSuite: 1 }))).toBe('C0g')
  })

  test('JOIN-1 with authentic leaves only', async () => {
    expect(await enter({}, {}, [bob, mallory])).toBe('JOIN-1')
    const asAlice = { ...firstDevice(alice), signer: firstDevice(mallory).signer }
    expect(await enter(await roomOf(policyIn(group), [[alice, { device: asAlice }], bob]))).toBe('JOIN-1')
  })

  test('JOIN-1 a dead leaf is no reason to stay outside, and is taken out at once', async () => {
    const carol = await person('carol')
    const policy = withMember(policyIn(group), accountOf(carol))
    const room3 = await roomOf(policy, [alice, bob, carol])
    await revoke(carol, firstDevice(carol))
    const people = [...everyone, carol]
    expect(await enter(room3, {}, people)).toBe('allowed')
    expect(deadLeaves(room3, policy, lookupOf(...people), startS)).toEqual([
      { leafIndex: 2, death: 'revoked' },
    ])
    expect(deadLeaves(room3, policy, lookupOf(...everyone), startS)).toEqual([])
    expect(deadLeaves(room3, policy, lookupOf(...people), startS + 91 * dayS)).toEqual([
      { leafIndex: 0, death: 'ended' },
      { leafIndex: 1, death: 'ended' },
      { leafIndex: 2, death: 'revoked' },
    ])
  })

  test('C6 C2d of members only, each device once', async () => {
    expect(await enter(await roomOf(policyIn(group), [alice, bob, mallory]))).toBe('C6')
    expect(await enter(await roomOf(policyIn(group), [alice, bob, bob]))).toBe('C2d')
  })

  test('JOIN-2 where one’s own leaf is', async () => {
    expect(await enter({}, { ownLeaf: 9 })).toBe('JOIN-2')
  })

  test('JOIN-3 from one who may invite, alive', async () => {
    expect(await enter({}, { signer: 9 })).toBe('JOIN-3')
    const strict = withPermissions(policyIn(group), { invite: roles.owner })
    const carol = await person('carol')
    const room3 = await roomOf(withMember(strict, accountOf(carol)), [alice, bob, carol])
    expect(await enter(room3, { signer: 2 }, [...everyone, carol])).toBe('JOIN-3')
    const dead = await roomOf(policyIn(group), [[alice, { notAfterS: startS - 2 * dayS }], bob])
    expect(await enter(dead)).toBe('JOIN-3')
  })

  test('JOIN-3 from outside: one out of its time vouches only where the group was followed, one revoked never', async () => {
    const old = await roomOf(policyIn(group), [[alice, { notAfterS: startS - 2 * dayS }], bob])
    const come = async (entered: GroupView, isFollowed: boolean, nowS = startS): Promise<string> =>
      ruleOf(
        await authorizeEntry(
          { group: entered, signer: atAlice, isFollowed },
          accountOf(bob),
          lookupOf(...everyone),
          provider,
          nowS,
        ),
      )
    expect(await come(group, false)).toBe('allowed')
    expect(await come(old, false)).toBe('JOIN-3')
    expect(await come(old, true)).toBe('allowed')
    await revoke(alice, firstDevice(alice))
    expect(await come(old, true, startS + revocationGraceS)).toBe('JOIN-3')
  })
})
