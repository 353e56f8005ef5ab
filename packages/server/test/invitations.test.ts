import { decode, decodeKeyPackage } from '@sotto/mls'
import { equalBytes, operations } from '@sotto/protocol'
import { beforeAll, describe, expect, it } from 'vitest'
import { extensionsWithPolicy, withMember } from '@sotto/trust'
import { callOperation } from './client/calling.ts'
import { learn, makeBundle, publish, random, type RawDevice, register } from './client/device.ts'
import {
  acceptWelcome,
  adopt,
  createRoom,
  invitation,
  invite,
  policyIn,
  prepareCommit,
  proposeAlone,
  type RawRoom,
} from './client/room.ts'
import { testServer } from './client/testServer.ts'
import { codeOf } from './client/together.ts'

const server = await testServer({ limits: { welcomesWaitingMax: 80, welcomesWaitingPerInviterMax: 4 } })

let count = 0
const somebody = async (): Promise<RawDevice> => register(server.url, `person-${++count}`)
const withPackages = async (oneTime: number, lastResort = false): Promise<RawDevice> => {
  const device = await somebody()
  await publish(device, oneTime, lastResort)
  return device
}

const claimed = async (
  { device, id: room }: RawRoom,
  account: Uint8Array,
): Promise<readonly Uint8Array[]> => {
  await learn(device, account)
  const { packages } = await device.call(operations.claimKeyPackages, { room, account })
  return packages.map(({ keyPackage }) => keyPackage)
}

/** A commit that brings an account in with these key packages, wherever they are from. */
const commitWith = async (room: RawRoom, account: Uint8Array, packages: readonly Uint8Array[]) => {
  await learn(room.device, account)
  const extensions = extensionsWithPolicy(room.group.public.context, withMember(policyIn(room), account))
  return prepareCommit(room, {
    proposals: [
      ...packages.map((bytes) => ({ kind: 'add', keyPackage: decode(decodeKeyPackage, bytes) }) as const),
      { kind: 'group_context_extensions', extensions },
    ],
  })
}

const inviteWith = async (room: RawRoom, account: Uint8Array, packages: readonly Uint8Array[]) =>
  codeOf(adopt(room, await commitWith(room, account, packages)))

const waiting = async (device: RawDevice): Promise<number> =>
  (await device.call(operations.listWelcomes, {})).welcomes.length

let mallory: RawDevice
let alice: RawDevice
beforeAll(async () => {
  mallory = await somebody()
  alice = await somebody()
})

describe('DEL-14: an Add takes a key package that was handed to whoever commits it', () => {
  it('once: the same one jams nobody with invitations', async () => {
    const bob = await withPackages(3)
    const rooms = [await createRoom(mallory), await createRoom(mallory), await createRoom(mallory)]
    const packages = await claimed(rooms[0] as RawRoom, bob.account)
    const codes = []
    for (const room of rooms) codes.push(await inviteWith(room, bob.account, packages))
    expect(codes).toEqual(['accepted', 'key_package_unavailable', 'key_package_unavailable'])
    expect(await waiting(bob)).toBe(1)
    // The room in which it was refused is as it was; what is claimed anew is taken.
    await invite(rooms[1] as RawRoom, bob.account)
    expect(await waiting(bob)).toBe(2)
  })

  it('once, also by two rooms at the same time', async () => {
    const bob = await withPackages(2)
    const [one, two] = [await createRoom(mallory), await createRoom(mallory)]
    const packages = await claimed(one, bob.account)
    const codes = await Promise.all([one, two].map((room) => inviteWith(room, bob.account, packages)))
    expect(codes.toSorted()).toEqual(['accepted', 'key_package_unavailable'])
  })

  it('and to nobody else: not to another account, and not one that nobody was handed', async () => {
    const bob = await withPackages(2)
    const [hers, theirs] = [await createRoom(alice), await createRoom(mallory)]
    const packages = await claimed(hers, bob.account)
    expect(await inviteWith(theirs, bob.account, packages)).toBe('key_package_unavailable')
    const { bytes } = await makeBundle(bob)
    expect(await inviteWith(theirs, bob.account, [bytes])).toBe('key_package_unavailable')
    expect(await inviteWith(hers, bob.account, packages)).toBe('accepted')
  })

  it('of a last resort as many times as it was handed out', async () => {
    const bob = await withPackages(0, true)
    const rooms = [await createRoom(alice), await createRoom(alice), await createRoom(alice)]
    const [one, two, three] = rooms as [RawRoom, RawRoom, RawRoom]
    const packages = await claimed(one, bob.account)
    expect(await claimed(two, bob.account)).toEqual(packages)
    const codes = []
    for (const room of [one, two, three]) codes.push(await inviteWith(room, bob.account, packages))
    expect(codes).toEqual(['accepted', 'accepted', 'key_package_unavailable'])
  })

  it('is remembered over a restart, and not spent by a commit that does not stand', async () => {
    const bob = await withPackages(1)
    const room = await createRoom(alice)
    const packages = await claimed(room, bob.account)
    const stale = await commitWith(room, bob.account, packages)
    await invite(room, (await withPackages(1)).account)
    expect(await codeOf(adopt(room, stale))).toBe('stale_epoch')
    await server.restart()
    for (const device of [alice, mallory, bob]) device.url = server.url
    expect(await inviteWith(room, bob.account, packages)).toBe('accepted')
  })
})

describe('DEL-15: invitations that wait for a device are shared among inviters', () => {
  it('one inviter has a few places, and others are served', async () => {
    const bob = await withPackages(20)
    const attack = async (): Promise<string> => {
      const room = await createRoom(mallory)
      return codeOf(
        adopt(room, await prepareCommit(room, { proposals: await invitation(room, bob.account) })),
      )
    }
    const codes = []
    for (let i = 0; i < 6; i++) codes.push(await attack())
    expect(codes).toEqual(['accepted', 'accepted', 'accepted', 'accepted', 'rate', 'rate'])
    await invite(await createRoom(alice), bob.account)
    expect(await waiting(bob)).toBe(5)
  })

  it('also where they come all at once', async () => {
    const bob = await withPackages(20)
    const prepared = []
    for (let i = 0; i < 6; i++) {
      const room = await createRoom(mallory)
      prepared.push({
        room,
        commit: await prepareCommit(room, { proposals: await invitation(room, bob.account) }),
      })
    }
    const codes = await Promise.all(prepared.map(({ room, commit }) => codeOf(adopt(room, commit))))
    expect(codes.filter((code) => code === 'accepted')).toHaveLength(4)
  })

  it('the fuller it gets the fewer has each: many who are greedy leave places for the next', async () => {
    const own = await testServer({ limits: { welcomesWaitingMax: 20, welcomesWaitingPerInviterMax: 4 } })
    const bob = await register(own.url, 'bob')
    await publish(bob, 22)
    const codes = []
    for (let i = 0; i < 11; i++) {
      const inviter = await register(own.url, `inviter-${i}`)
      for (let each = 0; each < 2; each++) {
        const room = await createRoom(inviter)
        codes.push(
          await codeOf(
            adopt(room, await prepareCommit(room, { proposals: await invitation(room, bob.account) })),
          ),
        )
      }
    }
    // One for each, until all places of strangers are taken.
    expect(codes.slice(0, 20)).toEqual(Array.from({ length: 10 }, () => ['accepted', 'rate']).flat())
    expect(codes.slice(20)).toEqual(['rate', 'rate'])
  })

  it('strangers leave half of the places to those who are in a room with the person; whom they invite they do not know by that', async () => {
    const own = await testServer({ limits: { welcomesWaitingMax: 8, welcomesWaitingPerInviterMax: 4 } })
    const [bob, friend] = [await register(own.url, 'bob'), await register(own.url, 'friend')]
    await publish(bob, 20)
    const inviteTo = async (inviter: RawDevice): Promise<[RawRoom, string]> => {
      const room = await createRoom(inviter)
      const proposals = await invitation(room, bob.account)
      return [room, await codeOf(adopt(room, await prepareCommit(room, { proposals })))]
    }
    const [together] = await inviteTo(friend)
    const his = await acceptWelcome(bob, together.id)
    const strangers = []
    for (let i = 0; i < 5; i++) strangers.push(await register(own.url, `stranger-${i}`))
    const codes = []
    for (const stranger of strangers) codes.push((await inviteTo(stranger))[1])
    expect(codes).toEqual(['accepted', 'accepted', 'accepted', 'accepted', 'rate'])
    expect((await inviteTo(strangers[0] as RawDevice))[1]).toBe('rate')
    // Nor does somebody know those whose room he wants to leave, whether or not they let him.
    for (const { room, seq } of (await bob.call(operations.listWelcomes, {})).welcomes.slice(0, 1))
      await bob.call(operations.settleWelcome, { room, seq, outcome: 'declined' })
    expect((await inviteTo(strangers[4] as RawDevice))[1]).toBe('accepted')
    for (const stranger of strangers) expect((await inviteTo(stranger))[1]).toBe('rate')
    // The friend too has no more than a share of what is free.
    expect((await inviteTo(friend))[1]).toBe('accepted')
    expect((await inviteTo(friend))[1]).toBe('rate')
    expect(await waiting(bob)).toBe(5)
    const [first] = (await bob.call(operations.listWelcomes, {})).welcomes
      .filter(({ inviter }) => inviter && equalBytes(inviter, friend.account))
      .map(({ room, seq }) => ({ room, seq }))
    if (first) await bob.call(operations.settleWelcome, { ...first, outcome: 'declined' })
    expect(await waiting(bob)).toBe(4)
    await proposeAlone(his, { kind: 'remove', removed: his.group.ownLeaf })
    expect((await inviteTo(friend))[1]).toBe('rate')
  })
})

describe('DEL-16: an account says whose invitations it does not want', () => {
  const set = (by: RawDevice, account: Uint8Array, blocked: boolean) =>
    by.call(operations.setBlock, { account, blocked })
  const listed = async (by: RawDevice) => (await by.call(operations.listBlocks, {})).accounts

  it('the other gets no key packages, what it had is of no use, and it is told what it is told of anybody without a device', async () => {
    const bob = await withPackages(5)
    const room = await createRoom(mallory)
    const before = await claimed(room, bob.account)
    await set(bob, mallory.account, true)
    expect(await listed(bob)).toEqual([mallory.account])
    expect(await inviteWith(room, bob.account, before)).toBe('key_package_unavailable')
    const blocked = await codeOf(claimed(room, bob.account))
    expect(blocked).toBe(await codeOf(claimed(room, (await somebody()).account)))
    // Nobody else is concerned, and it ends when it is taken back.
    await invite(await createRoom(alice), bob.account)
    await set(bob, mallory.account, false)
    expect(await listed(bob)).toEqual([])
    await invite(room, bob.account)
  })

  it('only by a device of its own, nobody blocks himself, and so many at most', async () => {
    const own = await testServer({ limits: { blockedAccountsMax: 2 } })
    const bob = await register(own.url, 'bob')
    expect(await codeOf(set(bob, bob.account, true))).toBe('bad_request')
    expect(await codeOf(callOperation(own.url, operations.listBlocks, {}, null))).toBe('unauthorized')
    const some = [random(32), random(32), random(32)] as const
    const codes = []
    for (const account of some) codes.push(await codeOf(set(bob, account, true)))
    expect(codes).toEqual(['accepted', 'accepted', 'too_large'])
  })
})
