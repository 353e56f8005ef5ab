import { createGroup, encodeTree, makeGroupInfo } from '@sotto/mls'
import { decodeEntry, decodeLoggedNack, entryKinds, operations } from '@sotto/protocol'
import {
  contextExtensions,
  type Policy,
  refoundPolicy,
  roles,
  signLabelled,
  withMember,
  withRole,
} from '@sotto/trust'
import { describe, expect, it } from 'vitest'
import { refusal } from './client/calling.ts'
import { testClock } from './client/clock.ts'
import {
  addDevice,
  learn,
  login,
  makeBundle,
  publish,
  random,
  type RawDevice,
  register,
} from './client/device.ts'
import {
  acceptWelcome,
  adopt,
  catchUp,
  createRoom,
  engineOf,
  invite,
  policyIn,
  prepareCommit,
  prepareExternalJoin,
  type RawRoom,
  say,
  submit,
} from './client/room.ts'
import { testServer } from './client/testServer.ts'
import { codeOf, leafOf, together } from './client/together.ts'

/** Where a device that has read the log to its end stands, with the last number that it remembers. */
const placeIn = ({ seq, hash }: RawRoom, counter: number) => ({ seq, hash, counter })

describe('coming in anew', () => {
  it('a device that was set back is told the number from which it may go on', async () => {
    const { url } = await testServer()
    const { bob, hers, his } = await together(url)
    for (const text of ['one', 'two', 'three']) await say(his, text)
    const last = his.counter
    await catchUp(hers)
    const behind = await prepareExternalJoin(bob, hers.id, placeIn(hers, 0))
    expect(await refusal(submit(behind.room, behind.prepared.submission))).toEqual({
      code: 'client_rollback',
      detail: { lastCounter: last },
    })
    const { room, prepared } = await prepareExternalJoin(bob, hers.id, placeIn(hers, last))
    await adopt(room, prepared)
    expect(await catchUp(hers)).toBe('member')
    expect(leafOf(hers, bob)).toBe(room.group.ownLeaf)
    await say(room, 'back, with higher numbers')
    await catchUp(hers)
    expect(hers.texts.at(-1)).toBe('back, with higher numbers')
  })

  it('a device whose room has moved on meanwhile is told where it is', async () => {
    const { url } = await testServer()
    const { bob, hers } = await together(url)
    const late = await prepareExternalJoin(bob, hers.id, placeIn(hers, 50))
    const { seq } = await adopt(hers, await prepareCommit(hers, { forcePath: true }))
    expect(await refusal(submit(late.room, late.prepared.submission))).toEqual({
      code: 'stale_epoch',
      detail: { epoch: 2, head: seq },
    })
    const { room, prepared } = await prepareExternalJoin(bob, hers.id, placeIn(hers, 50))
    expect(await codeOf(adopt(room, prepared))).toBe('accepted')
  })

  it('a device whose leaf was taken out comes back where its account is still a member, with higher numbers', async () => {
    const { url } = await testServer()
    const { alice, bob, hers, his } = await together(url)
    const second = await addDevice(bob)
    const { room, prepared } = await prepareExternalJoin(second, hers.id, placeIn(hers, 0))
    await adopt(room, prepared)
    await say(room, 'here')
    await learn(bob, bob.account)
    await learn(alice, bob.account)
    await catchUp(his)
    await adopt(
      his,
      await prepareCommit(his, { proposals: [{ kind: 'remove', removed: leafOf(his, second) }] }),
    )
    expect(await catchUp(room)).toBe('removed')
    expect((await second.call(operations.listRooms, {})).rooms).toEqual([])
    const again = await prepareExternalJoin(second, hers.id, placeIn(his, 0))
    expect(await refusal(submit(again.room, again.prepared.submission))).toEqual({
      code: 'client_rollback',
      detail: { lastCounter: room.counter },
    })
    const back = await prepareExternalJoin(second, hers.id, placeIn(his, room.counter))
    await adopt(back.room, back.prepared)
    expect((await second.call(operations.listRooms, {})).rooms).toHaveLength(1)
    expect(await codeOf(say(back.room, 'again'))).toBe('accepted')
  })

  it('DEL-11: takes the place of a Welcome that still waits', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const bob = await register(url, 'bob')
    const second = await addDevice(bob)
    await publish(bob)
    await publish(second)
    const hers = await createRoom(alice)
    await invite(hers, bob.account)
    const waiting = async (device: RawDevice) =>
      (await device.call(operations.listWelcomes, {})).welcomes.length
    expect([await waiting(bob), await waiting(second)]).toEqual([1, 1])
    const { room, prepared } = await prepareExternalJoin(bob, hers.id, placeIn(hers, 0))
    await adopt(room, prepared)
    expect([await waiting(bob), await waiting(second)]).toEqual([0, 1])
    const theirs = await acceptWelcome(second, hers.id)
    expect(await catchUp(theirs)).toBe('member')
    await say(theirs, 'both are in')
    await catchUp(room)
    expect(room.texts).toEqual(['both are in'])
  })

  it('DEL-11: is bounded for each device and room and day, without taking from others', async () => {
    const clock = testClock()
    const limits = { rejoinsPerDay: 2, joinsPerRoomPerMinute: 3 }
    const { url } = await testServer({ clock, limits })
    const { bob, hers } = await together(url)
    const second = await addDevice(bob)
    let counter = 100
    let place = placeIn(hers, counter)
    const joinAs = async (device: RawDevice) => {
      counter += 10
      const { room, prepared } = await prepareExternalJoin(device, hers.id, { ...place, counter })
      const outcome = await refusal(adopt(room, prepared).then(() => (place = placeIn(room, counter))))
      return outcome
    }
    expect((await joinAs(bob)).code).toBe('accepted')
    expect((await joinAs(bob)).code).toBe('accepted')
    for (let i = 0; i < 4; i++) {
      const refused = await joinAs(bob)
      expect(refused.code).toBe('rate')
      expect(refused.detail['retryAfterMs']).toBeGreaterThan(3_600_000)
    }
    // What was refused to one has taken nothing from the room.
    expect((await joinAs(second)).code).toBe('accepted')
    expect((await joinAs(second)).code).toBe('rate')
    // The room's minute was used up then, not the day of the device.
    clock.advance(60_000)
    expect((await joinAs(second)).code).toBe('accepted')
    clock.advance(86_400_000)
    const as = { account: bob.account, device: bob.id, signer: bob.signer }
    bob.token = (await login(url, 'bob', bob.password, as)).token
    expect((await joinAs(bob)).code).toBe('accepted')
  })

  it('can be asked for: a nack that says so stands in the log', async () => {
    const { url } = await testServer()
    const { alice, bob, hers } = await together(url)
    const messageId = random(16)
    const claim = [hers.id, 1, 'rejoin', messageId]
    const signature = await signLabelled(bob.signer, 'nack', claim)
    const nack = { room: hers.id, seq: 1, rule: 'rejoin', messageId, signature }
    const { ack } = await bob.call(operations.submitNack, nack)
    const { messages } = await alice.call(operations.readLog, { room: hers.id, from: ack.seq })
    expect(decodeEntry(messages[0]?.entry as Uint8Array).kind).toBe(entryKinds.nack)
    expect(decodeLoggedNack(messages[0]?.payload as Uint8Array)).toMatchObject({
      device: bob.id,
      rule: 'rejoin',
    })
    const second = await addDevice(bob)
    const theirs = await signLabelled(second.signer, 'nack', claim)
    expect(await codeOf(second.call(operations.submitNack, { ...nack, signature: theirs }))).toBe(
      'not_member',
    )
  })
})

/** What `room.create` wants for a room that continues another. */
const prepareRefounding = async (
  last: RawRoom,
  founder: RawDevice,
  change: (policy: Policy) => Policy = (p) => p,
) => {
  const room = random(16)
  const { context } = last.group.public
  const predecessor = {
    groupId: last.id,
    epoch: Number(context.epoch),
    transcriptHash: context.confirmedTranscriptHash,
    seq: last.seq,
    hash: last.hash,
  }
  const policy = change(refoundPolicy(policyIn(last), { room, predecessor, metaHash: random(32) }))
  const group = await createGroup(engineOf(founder), {
    groupId: room,
    bundle: await makeBundle(founder),
    extensions: contextExtensions(policy),
  })
  const groupInfo = await makeGroupInfo(engineOf(founder), group)
  return { group, input: { room, groupInfo, tree: encodeTree(group.public.tree), meta: random(48) } }
}

describe('founding a room anew', () => {
  it('is for who was an owner, with those who were there and in no higher place', async () => {
    const { url } = await testServer()
    const { alice, bob, hers, his } = await together(url)
    const carol = await register(url, 'carol')
    const attempt = async (last: RawRoom, by: RawDevice, change?: (policy: Policy) => Policy) => {
      const { input } = await prepareRefounding(last, by, change)
      return refusal(by.call(operations.createRoom, input))
    }
    const refused = { code: 'policy', detail: { rule: 'CREATE-4' } }
    expect(await attempt(hers, alice, (policy) => withMember(policy, carol.account))).toEqual(refused)
    expect(await attempt(hers, alice, (policy) => withRole(policy, bob.account, roles.admin))).toEqual(
      refused,
    )
    expect(await attempt(his, bob, (policy) => withRole(policy, bob.account, roles.owner))).toEqual(refused)
    expect(await attempt(hers, alice, (policy) => ({ ...policy, generation: 2 }))).toEqual(refused)
    expect((await attempt(hers, alice)).code).toBe('accepted')
  })

  it('is possible where the server has lost the room before altogether; its members judge for themselves', async () => {
    const server = await testServer()
    const alice = await register(server.url, 'alice')
    const bob = await register(server.url, 'bob')
    await publish(bob, 2)
    const backup = await server.backup()
    for (const device of [alice, bob]) device.url = server.url
    const hers = await createRoom(alice)
    await invite(hers, bob.account)
    await server.restore(backup)
    for (const device of [alice, bob]) device.url = server.url
    expect(await codeOf(alice.call(operations.readLog, { room: hers.id, from: 0 }))).toBe('room_unknown')
    const { input } = await prepareRefounding(hers, alice)
    expect(await codeOf(alice.call(operations.createRoom, input))).toBe('accepted')
    const again = await prepareRefounding(hers, alice, (policy) => ({ ...policy, room: hers.id }))
    expect(await codeOf(alice.call(operations.createRoom, again.input))).toBe('policy')
  })

  it('makes a room like any other: its members are invited, with key packages claimed for it', async () => {
    const { url } = await testServer()
    const { alice, bob, hers } = await together(url)
    const { input, group } = await prepareRefounding(hers, alice)
    const { ack } = await alice.call(operations.createRoom, input)
    const { seq, hash } = ack
    const anew: RawRoom = {
      device: alice,
      id: input.room,
      group,
      seq,
      hash,
      counter: 0,
      texts: [],
      own: new Set(),
    }
    await invite(anew, bob.account)
    const theirs = await acceptWelcome(bob, anew.id)
    await say(theirs, 'here we go on')
    await catchUp(anew)
    expect(anew.texts).toEqual(['here we go on'])
    expect((await alice.call(operations.createRoom, input)).ack).toEqual(ack)
  })
})
