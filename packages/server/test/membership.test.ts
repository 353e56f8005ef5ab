import { entryKinds, operations } from '@sotto/protocol'
import { extensionsWithPolicy, roles, withoutMember, withRole } from '@sotto/trust'
import { decode, decodeKeyPackage, propose, proposeUpdate } from '@sotto/mls'
import { describe, expect, it } from 'vitest'
import { refusal } from './client/calling.ts'
import { addDevice, learn, makeBundle, publish, random, register } from './client/device.ts'
import {
  acceptWelcome,
  adopt,
  catchUp,
  createRoom,
  engineOf,
  envelopeFor,
  invitation,
  invite,
  policyIn,
  prepareCommit,
  prepareExternalJoin,
  proposeAlone,
  say,
  submit,
  write,
} from './client/room.ts'
import { testServer } from './client/testServer.ts'
import { codeOf, leafOf, together } from './client/together.ts'

describe('a Welcome', () => {
  it('DEL-8: waits with its tree until it is settled, also when the room has moved on', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const bob = await register(url, 'bob')
    await publish(bob)
    const hers = await createRoom(alice)
    await invite(hers, bob.account)
    await adopt(hers, await prepareCommit(hers, { forcePath: true }))
    await say(hers, 'while you were away')
    const his = await acceptWelcome(bob, hers.id)
    expect(await catchUp(his)).toBe('member')
    expect(his.texts).toEqual(['while you were away'])
    expect((await bob.call(operations.listWelcomes, {})).welcomes).toEqual([])
  })

  it('DEL-8: is not released when its commit is refused', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const bob = await register(url, 'bob')
    await publish(bob, 2)
    const hers = await createRoom(alice)
    const late = await prepareCommit(hers, { proposals: await invitation(hers, bob.account) })
    await adopt(hers, await prepareCommit(hers, { forcePath: true }))
    expect(await codeOf(submit(hers, late.submission))).toBe('stale_epoch')
    expect((await bob.call(operations.listWelcomes, {})).welcomes).toEqual([])
  })

  it('CON-1: tells who invited, and carries the metadata of its epoch', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const bob = await register(url, 'bob')
    await publish(bob)
    const hers = await createRoom(alice)
    const meta = random(77)
    const proposals = await invitation(hers, bob.account)
    const ack = await adopt(hers, await prepareCommit(hers, { proposals }, { meta }))
    const { welcomes } = await bob.call(operations.listWelcomes, {})
    expect(welcomes).toHaveLength(1)
    expect(welcomes[0]).toMatchObject({
      room: hers.id,
      seq: ack.seq,
      entryHash: ack.hash,
      epoch: 1,
      inviter: alice.account,
      meta,
      timeMs: ack.timeMs,
    })
    expect(await bob.call(operations.readMeta, { room: hers.id })).toEqual({ epoch: 1, sealed: meta })
  })

  it('DEL-25: members are told whose waits, until it is settled', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const bob = await register(url, 'bob')
    await publish(bob, 3)
    const hers = await createRoom(alice)
    await invite(hers, bob.account)
    const invited = async () => (await alice.call(operations.readInvited, { room: hers.id })).devices
    expect(await invited()).toEqual([bob.id])
    const [waiting] = (await bob.call(operations.listWelcomes, {})).welcomes
    await bob.call(operations.settleWelcome, { room: hers.id, seq: waiting?.seq ?? 0, outcome: 'joined' })
    expect(await invited()).toEqual([])
    const carol = await register(url, 'carol')
    expect(await codeOf(carol.call(operations.readInvited, { room: hers.id }))).toBe('not_member')
  })

  it('does not pile up without end', async () => {
    const { url } = await testServer({ limits: { welcomesWaitingMax: 1 } })
    const alice = await register(url, 'alice')
    const bob = await register(url, 'bob')
    await publish(bob, 3)
    await invite(await createRoom(alice), bob.account)
    expect(await codeOf(createRoom(alice).then((room) => invite(room, bob.account)))).toBe('rate')
  })
})

describe('leaving', () => {
  it('by proposal: another member commits it, and who left reads up to there', async () => {
    const { url } = await testServer()
    const { hers, his, bob } = await together(url)
    await proposeAlone(his, { kind: 'remove', removed: his.group.ownLeaf })
    await catchUp(hers)
    const extensions = extensionsWithPolicy(
      hers.group.public.context,
      withoutMember(policyIn(hers), bob.account),
    )
    await adopt(
      hers,
      await prepareCommit(hers, {
        references: 'all',
        proposals: [{ kind: 'group_context_extensions', extensions }],
      }),
    )
    await say(hers, 'Bob cannot read this')
    expect(await catchUp(his)).toBe('removed')
    const page = await bob.call(operations.readLog, { room: his.id, from: 0 })
    expect(page.head.seq).toBe(3)
    expect(page.messages).toHaveLength(4)
    expect((await bob.call(operations.listRooms, {})).rooms).toEqual([])
    const message = await write(his, 'am I still here?')
    expect((await refusal(submit(his, message))).code).toBe('stale_epoch')
    expect(await codeOf(bob.call(operations.readGroupInfo, { room: his.id }))).toBe('not_member')
  })

  it('proposals are judged before they wait', async () => {
    const { url } = await testServer()
    const { alice, hers, his } = await together(url)
    const refused = await refusal(proposeAlone(his, { kind: 'remove', removed: leafOf(his, alice) }))
    expect(refused.code).toBe('policy')
    const { authenticatedData } = envelopeFor(hers, entryKinds.proposal)
    const mine = await propose(
      engineOf(alice),
      hers.group,
      { kind: 'remove', removed: leafOf(hers, his.device) },
      { authenticatedData },
    )
    const asBob = { room: hers.id, message: mine.message, aux: null }
    expect(await codeOf(his.device.call(operations.submitMessage, asBob))).toBe('not_member')
    expect(await codeOf(submit(hers, { message: mine.message, aux: random(9) }))).toBe('bad_request')
    expect(await codeOf(submit(hers, { message: mine.message, aux: null }))).toBe('accepted')
  })
})

describe('a proposal beside others', () => {
  const waiting = { code: 'policy', detail: { rule: 'pending' } }

  it('DEL-10: is refused when the two cannot be committed together', async () => {
    const { url } = await testServer()
    const { bob, hers, his } = await together(url)
    const removal = { kind: 'remove', removed: leafOf(hers, bob) } as const
    await proposeAlone(hers, removal)
    await catchUp(his)
    expect(await refusal(proposeAlone(his, removal))).toEqual(waiting)
    const update = async () => {
      const { authenticatedData } = envelopeFor(his, entryKinds.proposal)
      const made = await proposeUpdate(engineOf(bob), his.group, {}, { authenticatedData })
      return refusal(submit(his, { message: made.message, aux: null }))
    }
    expect(await update()).toEqual(waiting)
    // A commit of another takes none of them up, and the next epoch begins without any.
    await adopt(hers, await prepareCommit(hers, { references: [], forcePath: true }))
    await catchUp(his)
    expect((await update()).code).toBe('accepted')
    expect(await update()).toEqual(waiting)
    // Who leaves does not have to wait for the commit of an update.
    expect(await codeOf(proposeAlone(his, { kind: 'remove', removed: his.group.ownLeaf }))).toBe('accepted')
  })

  it('does not let the last owners leave together', async () => {
    const { url } = await testServer()
    const { bob, hers, his } = await together(url)
    const leave = (room: typeof hers) =>
      refusal(proposeAlone(room, { kind: 'remove', removed: room.group.ownLeaf }))
    expect(await leave(hers)).toEqual(waiting)
    const extensions = extensionsWithPolicy(
      hers.group.public.context,
      withRole(policyIn(hers), bob.account, roles.owner),
    )
    const promotion = { kind: 'group_context_extensions', extensions } as const
    await adopt(hers, await prepareCommit(hers, { proposals: [promotion] }))
    await catchUp(his)
    expect((await leave(his)).code).toBe('accepted')
    await catchUp(hers)
    expect(await leave(hers)).toEqual(waiting)
  })

  it('adds a device once', async () => {
    const { url } = await testServer()
    const { bob, hers } = await together(url)
    const second = await addDevice(bob)
    await learn(hers.device, bob.account)
    const add = async (device: typeof second) => {
      const keyPackage = decode(decodeKeyPackage, (await makeBundle(device)).bytes)
      return refusal(proposeAlone(hers, { kind: 'add', keyPackage }))
    }
    expect(await add(bob)).toEqual(waiting)
    expect((await add(second)).code).toBe('accepted')
    expect(await add(second)).toEqual(waiting)
  })
})

describe('coming in from outside', () => {
  it('a device that has lost its state comes back in the place of its leaf', async () => {
    const { url } = await testServer()
    const { bob, hers, his } = await together(url)
    await say(his, 'before')
    const { counter, seq, hash } = his
    const { room, prepared } = await prepareExternalJoin(bob, hers.id, { counter, seq, hash })
    await adopt(room, prepared)
    await catchUp(hers)
    await say(room, 'I am back')
    await catchUp(hers)
    expect(hers.texts).toEqual(['before', 'I am back'])
    const { rooms } = await bob.call(operations.listRooms, {})
    expect(rooms).toHaveLength(1)
  })

  it('a further device of a member comes in; one of nobody does not', async () => {
    const { url } = await testServer({ limits: { joinsPerRoomPerMinute: 1 } })
    const { alice, bob, hers } = await together(url)
    const second = await addDevice(bob)
    const at = { counter: 50, seq: hers.seq, hash: hers.hash }
    const { room, prepared } = await prepareExternalJoin(second, hers.id, at)
    expect(
      await codeOf(alice.call(operations.submitMessage, { room: hers.id, ...prepared.submission })),
    ).toBe('not_member')
    await adopt(room, prepared)
    await learn(alice, bob.account)
    await catchUp(hers)
    await say(room, 'from my second device')
    await catchUp(hers)
    expect(hers.texts).toEqual(['from my second device'])

    const third = await addDevice(bob)
    const again = await prepareExternalJoin(third, hers.id, { counter: 0, seq: room.seq, hash: room.hash })
    expect(await codeOf(submit(again.room, again.prepared.submission))).toBe('rate')
    const carol = await register(url, 'carol')
    expect(await codeOf(prepareExternalJoin(carol, hers.id, at))).toBe('not_member')
  })
})
