import {
  commit,
  type CommitOptions,
  encodeTree,
  type Engine,
  type Extension,
  type Group,
  join,
  joinExternally,
  leafAt,
  makeGroupInfo,
  process,
  type Proposal,
  propose,
  proposeFromOutside,
  proposeUpdate,
} from '@sotto/mls'
import type { CborValue } from '@sotto/protocol'
import { decodeCanonical, encodeCanonical } from '@sotto/protocol'
import {
  authorizeWelcome,
  buildJoinProof,
  buildLeafCredential,
  encodePolicy,
  extensionsWithPolicy,
  leafCapabilities,
  type Policy,
  policyExtensionType,
  roles,
  withMember,
  withMeta,
  withoutMember,
  withRole,
} from '@sotto/trust'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  anotherDevice,
  dayS,
  type Device,
  firstDevice,
  type Person,
  person,
  provider,
  revoke,
  signingKey,
  someId,
  startS,
} from './people.ts'
import { lookupOf, policyIn } from './rooms.ts'
import {
  bundleOf,
  changePolicy,
  deliver,
  envelope,
  lawful,
  lawless,
  ruleOfRefusal,
  sitDown,
  type Table,
  verdicts,
} from './table.ts'

/** Alice (owner), Bob (admin), Carol (member) and Grace (guest) in a real group; Mallory is outside. */
let alice: Person
let bob: Person
let carol: Person
let grace: Person
let mallory: Person
let table: Table
const [atAlice, atBob, atCarol, atGrace] = [0, 1, 2, 3]

const accountOf = (who: Person): Uint8Array => who.state.account
const groupOf = (at: number): Group => table.groups[at] as Group
const policy = (): Policy => policyIn(table.server)
const remove = (removed: number): Proposal => ({ kind: 'remove', removed })
const context = (extensions: readonly Extension[]): Proposal => ({
  kind: 'group_context_extensions',
  extensions,
})
const withPolicy = (next: Policy): Proposal => context(extensionsWithPolicy(table.server.context, next))

beforeEach(async () => {
  const people = await Promise.all(['alice', 'bob', 'carol', 'grace', 'mallory'].map((name) => person(name)))
  ;[alice, bob, carol, grace, mallory] = people as [Person, Person, Person, Person, Person]
  const seated = await sitDown(alice, [
    [bob, roles.admin],
    [carol, roles.member],
    [grace, roles.guest],
  ])
  table = { ...seated, people }
})

/**
 * Somebody's lawless client makes a commit; the server and every other member refuse it by this rule, and so does the
 * same person's own client when it is a lawful one.
 */
const isRefused = async (by: number, options: CommitOptions, rule: string, nowS = startS): Promise<void> => {
  const references = groupOf(by).public.proposals.map(({ ref }) => ref)
  const made = (engine: Engine) => commit(engine, groupOf(by), { references, ...envelope(), ...options })
  const { message } = await made(lawless)
  expect(await verdicts(table, by, message, nowS)).toEqual(new Set([rule]))
  expect(await ruleOfRefusal(() => made(lawful(table.people, nowS)))).toBe(rule)
}

/** A proposal reaches everyone before somebody commits it. */
const proposed = async (from: number, proposal: Proposal): Promise<void> => {
  const { message, group } = await propose(lawless, groupOf(from), proposal, envelope({ kind: 2 }))
  await deliver(table, from, message, group, lawless)
}

describe('in a real group', () => {
  test('Carol, a member, brings Mallory in; Bob throws her out; nobody else had to ask', async () => {
    const bundle = await bundleOf(mallory)
    const invited = await commit(lawful(table.people), groupOf(atCarol), {
      proposals: [
        { kind: 'add', keyPackage: bundle.keyPackage },
        withPolicy(withMember(policy(), accountOf(mallory))),
      ],
      ...envelope(),
    })
    await deliver(table, atCarol, invited.message, invited.staged)
    const tree = encodeTree(invited.staged.public.tree)
    const welcome = invited.welcome as Uint8Array
    const joined = await join(lawful(table.people), { welcome, tree, bundles: [bundle] })
    const view = { group: joined.group.public, signer: joined.signer, ownLeaf: joined.group.ownLeaf }
    expect(await authorizeWelcome(view, lookupOf(...table.people), provider, startS)).toMatchObject({
      kind: 'allowed',
      role: roles.member,
      inviter: accountOf(carol),
    })
    const kicked = await commit(lawful(table.people), groupOf(atBob), {
      proposals: [remove(joined.group.ownLeaf), withPolicy(withoutMember(policy(), accountOf(mallory)))],
      ...envelope(),
    })
    const gone = await process(lawful(table.people), joined.group, kicked.message)
    expect(gone).toMatchObject({ kind: 'commit', group: null })
    await deliver(table, atBob, kicked.message, kicked.staged)
    expect(policy().members).toHaveLength(4)
  })

  test('Carol leaves, and Grace, a guest, commits it', async () => {
    await proposed(atCarol, remove(atCarol))
    const made = await commit(lawful(table.people), groupOf(atGrace), {
      proposals: [withPolicy(withoutMember(policy(), accountOf(carol)))],
      ...envelope(),
    })
    await deliver(table, atGrace, made.message, made.staged)
    expect(leafAt(table.server.tree, atCarol)).toBe(undefined)
  })

  test('Bob’s new phone comes in from outside and takes part', async () => {
    const phone = await anotherDevice(bob)
    const { made } = await joinAs(phone, bob, lawful(table.people))
    table.groups.push(made.staged)
    await deliver(table, 4, made.message, made.staged)
    const renamed = await changePolicy(table, 4, (p) => withMeta(p, someId('new name')))
    await deliver(table, 4, renamed.message, renamed.staged)
    expect(policy().metaHash).toEqual(someId('new name'))
  })
})

describe('T-AUTH every path refuses', () => {
  test('T-AUTH-1 what somebody has no right to: adding, removing, changing the rules', async () => {
    const { keyPackage } = await bundleOf(mallory)
    const add: Proposal = { kind: 'add', keyPackage }
    const asAdmin = withMember(policy(), accountOf(mallory), roles.admin)
    const asMember = withMember(policy(), accountOf(mallory))
    await isRefused(atGrace, { proposals: [add, withPolicy(asMember)] }, 'C2c')
    await isRefused(atGrace, { proposals: [withPolicy(asMember)] }, 'C5d')
    await isRefused(atCarol, { proposals: [add, withPolicy(asAdmin)] }, 'C5d')
    await isRefused(atCarol, { proposals: [add] }, 'C2b')
    await isRefused(atCarol, { proposals: [remove(atGrace)] }, 'C3a')
    await isRefused(atBob, { proposals: [remove(atAlice)] }, 'C3a')
    await isRefused(atCarol, { proposals: [withPolicy(withMeta(policy(), someId('mine')))] }, 'C5b')
    await isRefused(
      atCarol,
      { proposals: [withPolicy(withRole(policy(), accountOf(carol), roles.owner))] },
      'C5c',
    )
  })

  test('T-AUTH-2 a forbidden proposal by reference in the commit of an owner', async () => {
    await proposed(atGrace, remove(atBob))
    await isRefused(atAlice, {}, 'C3a')
  })

  test('T-AUTH-2 a change of the roles by reference in the commit of an owner', async () => {
    await proposed(atGrace, withPolicy(withRole(policy(), accountOf(grace), roles.owner)))
    await isRefused(atAlice, {}, 'C8b')
  })

  test('T-AUTH-3 a leaf of another account or device in one’s own place', async () => {
    const leafKey = await signingKey()
    const phone = await anotherDevice(carol)
    const credentialOf = async (who: Person, device: Device) => {
      const { account, seq: chainSeq, head: chainHead } = who.state
      const claim = { account, device: device.id, chainSeq, chainHead, notAfterS: startS + dayS }
      return buildLeafCredential(device.signer, { ...claim, leafKey: leafKey.publicKey })
    }
    const asPhone = { credential: await credentialOf(carol, phone), signatureKeyPair: leafKey }
    const asAccomplice = {
      credential: await credentialOf(mallory, firstDevice(mallory)),
      signatureKeyPair: leafKey,
    }
    await isRefused(atCarol, { leaf: asPhone }, 'LEAF-11')
    await isRefused(atCarol, { leaf: asAccomplice }, 'LEAF-11')
    const copied = leafAt(table.server.tree, atAlice)?.credential
    if (!copied) throw new Error('Alice is there')
    await isRefused(atCarol, { leaf: { credential: copied } }, 'LEAF-7')

    for (const change of [asPhone, asAccomplice]) {
      const update = await proposeUpdate(lawless, groupOf(atCarol), change, envelope({ kind: 2 }))
      expect(await verdicts(table, atCarol, update.message)).toEqual(new Set(['LEAF-11']))
    }
  })

  test('T-AUTH-4 a right that was taken away one entry earlier', async () => {
    const kick = { proposals: [remove(atCarol)] }
    const before = await commit(lawless, groupOf(atBob), { ...kick, ...envelope() })
    expect(await verdicts(table, atBob, before.message)).toEqual(new Set(['accepted']))
    const demoted = await changePolicy(table, atAlice, (p) => withRole(p, accountOf(bob), roles.member))
    await deliver(table, atAlice, demoted.message, demoted.staged)
    await isRefused(atBob, kick, 'C3a')
    expect(await verdicts(table, atBob, before.message)).toEqual(new Set(['wrong_epoch']))
  })

  test('T-AUTH-4 a right that the same commit would give', async () => {
    const raised = withPolicy(withRole(policy(), accountOf(carol), roles.admin))
    await isRefused(atCarol, { proposals: [remove(atGrace), raised] }, 'C3a')
  })

  test('T-AUTH-5 the last owner removed, demoted, or without a device', async () => {
    // In the policy, somebody is an owner each time: on paper.
    const onPaper = withMember(policy(), accountOf(mallory), roles.owner)
    const demoted = withRole(onPaper, accountOf(alice), roles.member)
    await isRefused(atAlice, { proposals: [withPolicy(demoted)] }, 'C5g')
    await proposed(atAlice, remove(atAlice))
    await isRefused(atBob, {}, 'C5f')
    const promised = withRole(withoutMember(policy(), accountOf(alice)), accountOf(bob), roles.owner)
    await isRefused(atBob, { proposals: [withPolicy(promised)] }, 'C5c')
  })

  test('T-AUTH-6 a policy that is missing, there twice, or has an unknown field', async () => {
    const { extensions } = table.server.context
    const [required, carried] = extensions as [Extension, Extension]
    const fields = decodeCanonical(carried.data) as CborValue[]
    const odd = (value: CborValue): Extension => ({ type: policyExtensionType, data: encodeCanonical(value) })
    await isRefused(atAlice, { proposals: [context([required])] }, 'C0b')
    for (const bad of [odd([...fields, 1]), odd([2, ...fields.slice(1)]), odd(fields.slice(0, -1)), odd([])])
      await isRefused(atAlice, { proposals: [context([required, bad])] }, 'C0b')
    const trailing = { ...carried, data: new Uint8Array([...encodePolicy(policy()), 0]) }
    await isRefused(atAlice, { proposals: [context([required, trailing])] }, 'C0b')
    const twice = context([required, carried, carried])
    // No engine makes this, and none reads it; what `authorize` would say to it is C0b.
    const unmade = () => commit(lawless, groupOf(atAlice), { proposals: [twice], ...envelope() })
    expect(await ruleOfRefusal(unmade)).toBe('invalid_proposal')
    await isRefused(atAlice, { proposals: [context([carried])] }, 'C0c')
    const unknown: Extension = { type: 1, data: new Uint8Array([0]) }
    await isRefused(atAlice, { proposals: [context([...extensions, unknown])] }, 'C0c')
  })

  test('T-AUTH-7 the commit of a guest beyond a guest’s rights, of a revoked device, of one that has ended', async () => {
    await isRefused(atGrace, { proposals: [remove(atCarol)] }, 'C3a')
    await isRefused(atCarol, { proposals: [], forcePath: true }, 'LEAF-10', startS + 95 * dayS)
    await revoke(carol, firstDevice(carol))
    await isRefused(atCarol, { forcePath: true }, 'LEAF-8', startS + 600)
    const { keyPackage } = await bundleOf(mallory)
    const invites = [
      { kind: 'add', keyPackage } as const,
      withPolicy(withMember(policy(), accountOf(mallory))),
    ]
    const made = await commit(lawless, groupOf(atCarol), { proposals: invites.slice(0, 1), ...envelope() })
    expect(await verdicts(table, atCarol, made.message, startS + 600)).toEqual(new Set(['C1a']))
  })

  test('C3b what the server proposes: it takes out the dead, and nobody else', async () => {
    const key = await signingKey()
    const people = table.people
    const seated = await sitDown(
      alice,
      [
        [bob, roles.admin],
        [carol, roles.member],
      ],
      key.publicKey,
    )
    table = { ...seated, people }
    const out = await proposeFromOutside(
      lawless,
      table.server.context,
      { kind: 'external', senderIndex: 0 },
      key.privateKey,
      remove(atCarol),
    )
    await deliver(table, -1, out, groupOf(atAlice), lawless)
    await isRefused(atAlice, {}, 'C3b')
    await revoke(carol, firstDevice(carol))
    const { message, staged } = await commit(lawful(people), groupOf(atBob), envelope())
    await deliver(table, atBob, message, staged)
    expect(leafAt(table.server.tree, atCarol)).toBe(undefined)
  })

  test('a message that says it is a commit of another room, or no commit', async () => {
    const other = envelope({ room: someId('another room', 16) })
    await isRefused(atAlice, { forcePath: true, ...other }, 'C0e')
    await isRefused(atAlice, { forcePath: true, ...envelope({ kind: 3 }) }, 'C0e')
    await isRefused(atAlice, { forcePath: true, authenticatedData: new Uint8Array(0) }, 'C0e')
  })
})

/** A device comes in from outside; what is not given is as it must be. */
const joinAs = async (
  device: Device,
  who: Person,
  engine: Engine,
  changed: {
    readonly remove?: number
    readonly proof?: Partial<Parameters<typeof buildJoinProof>[1]> | 'none'
    readonly prover?: Device
  } = {},
) => {
  const leafKey = await signingKey()
  const { account, seq: chainSeq, head: chainHead } = who.state
  const claim = { account, device: device.id, chainSeq, chainHead, notAfterS: startS + dayS }
  const credential = await buildLeafCredential(device.signer, { ...claim, leafKey: leafKey.publicKey })
  const { groupId, epoch, confirmedTranscriptHash } = table.server.context
  const right = { groupId, epoch, confirmedTranscriptHash, leafKey: leafKey.publicKey }
  const { proof = {}, prover = device, remove: removed } = changed
  const extension = proof === 'none' ? null : await buildJoinProof(prover.signer, { ...right, ...proof })
  const groupInfo = await makeGroupInfo(lawless, groupOf(atAlice))
  const made = await joinExternally(engine, {
    groupInfo,
    tree: encodeTree(table.server.tree),
    credential,
    signatureKeyPair: leafKey,
    capabilities: leafCapabilities(),
    ...(removed === undefined ? {} : { remove: removed }),
    ...envelope({ extension }),
  })
  return { made }
}

describe('T-EXT nobody comes in from outside', () => {
  let phone: Device
  const isKeptOut = async (
    device: Device,
    who: Person,
    changed: Parameters<typeof joinAs>[3],
    rule: string,
    nowS = startS,
  ): Promise<void> => {
    const { made } = await joinAs(device, who, lawless, changed)
    expect(await verdicts(table, undefined, made.message, nowS)).toEqual(new Set([rule]))
    const own = lawful(table.people, nowS)
    expect(await ruleOfRefusal(() => joinAs(device, who, own, changed))).toBe(rule)
  }

  beforeEach(async () => {
    phone = await anotherDevice(bob)
  })

  test('T-EXT without the word of the device, or with one for another epoch, group or key', async () => {
    await isKeptOut(phone, bob, { proof: 'none' }, 'C7e')
    await isKeptOut(phone, bob, { proof: { epoch: 0n } }, 'C7e')
    await isKeptOut(phone, bob, { proof: { groupId: someId('another group', 16) } }, 'C7e')
    await isKeptOut(phone, bob, { proof: { confirmedTranscriptHash: someId('another history') } }, 'C7e')
    await isKeptOut(phone, bob, { proof: { leafKey: someId('another key') } }, 'C7e')
    await isKeptOut(phone, bob, { prover: firstDevice(bob) }, 'C7e')
    await isKeptOut(phone, bob, { prover: firstDevice(mallory) }, 'C7e')
  })

  test('T-EXT in the place of somebody else, not even of the own laptop', async () => {
    await isKeptOut(phone, bob, { remove: atAlice }, 'LEAF-11')
    await isKeptOut(phone, bob, { remove: atBob }, 'LEAF-11')
  })

  test('T-EXT who is no member', async () => {
    await isKeptOut(firstDevice(mallory), mallory, {}, 'C7c')
  })

  test('T-EXT with a device that is revoked', async () => {
    await revoke(bob, phone)
    const chained = { ...bob, state: { ...bob.state, seq: 1, head: bob.state.heads[1] as Uint8Array } }
    await isKeptOut(phone, chained, {}, 'LEAF-8', startS + 600)
  })

  test('T-EXT a second time with the same device', async () => {
    await isKeptOut(firstDevice(bob), bob, {}, 'C2d')
  })
})
