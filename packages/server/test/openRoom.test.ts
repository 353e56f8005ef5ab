import { limits, operations, toHex } from '@sotto/protocol'
import { extensionsWithPolicy, newPolicy, roles, withoutMember, withRole } from '@sotto/trust'
import { leaves } from '@sotto/mls'
import { describe, expect, it } from 'vitest'
import { processBus } from '../src/bus/processBus.ts'
import { makeOpenRooms } from '../src/openRoom/openRoom.ts'
import { connect, publish, random, type RawDevice, register } from './client/device.ts'
import {
  acceptWelcome,
  adopt,
  createRoom,
  invite,
  policyIn,
  prepareCommit,
  prepareRoom,
} from './client/room.ts'
import { testServer } from './client/testServer.ts'
import { codeOf, leafOf } from './client/together.ts'
import { emptyData } from './memory/data.ts'
import { memoryStore } from './memory/memoryStore.ts'

const { url } = await testServer()
const nobody = { open: null, askedMs: null }

let count = 0
const somebody = async (): Promise<RawDevice> => {
  const device = await register(url, `person-${++count}`)
  await publish(device, 3)
  return device
}

const close = (device: RawDevice, room: Uint8Array) =>
  device.call(operations.setOpenRoom, { room, name: null })
const ask = (device: RawDevice, room: Uint8Array, wanted = true) =>
  device.call(operations.askToJoin, { room, wanted })
const askers = async (device: RawDevice, room: Uint8Array) =>
  (await device.call(operations.readAskers, { room })).askers.map(({ account }) => account)

describe('the open room of a server', () => {
  it('OPEN-1 is told to whoever has an account, and to nobody else', async () => {
    const [alice, bob] = [await somebody(), await somebody()]
    expect(await bob.call(operations.readOpenRoom, {})).toEqual(nobody)
    const room = await createRoom(alice, { open: 'General' })
    expect(await bob.call(operations.readOpenRoom, {})).toMatchObject({
      open: { room: room.id, name: 'General', members: 1 },
      askedMs: null,
    })
    expect((await fetch(`${url}/v1/open-room`)).status).toBe(401)
    await close(alice, room.id)
    expect(await bob.call(operations.readOpenRoom, {})).toEqual(nobody)
  })

  it('OPEN-2 of two first persons one is first: the other is told, and has made no room', async () => {
    const [alice, bob] = [await somebody(), await somebody()]
    const both = await Promise.all(
      [alice, bob].map(async (device) => ({
        device,
        ...(await prepareRoom(device, { open: 'General' })),
      })),
    )
    const codes = await Promise.all(
      both.map(({ device, input }) => codeOf(device.call(operations.createRoom, input))),
    )
    expect(codes.toSorted()).toEqual(['accepted', 'open_room_taken'])
    const winner = both[codes.indexOf('accepted')]
    const loser = both[1 - codes.indexOf('accepted')]
    if (!winner || !loser) throw new Error('there are two')
    expect((await alice.call(operations.readOpenRoom, {})).open?.room).toEqual(winner.input.room)
    expect(await codeOf(loser.device.call(operations.readMeta, { room: loser.input.room }))).toBe(
      'room_unknown',
    )
    // The same creation once more is the same answer; and another room of the loser may be made, which is not open.
    expect(await codeOf(winner.device.call(operations.createRoom, winner.input))).toBe('accepted')
    const { open: _, ...closed } = loser.input
    expect(await codeOf(loser.device.call(operations.createRoom, closed))).toBe('accepted')
    await close(winner.device, winner.input.room)
  })

  it('OPEN-3 is what an owner says, under a title, and one at a time', async () => {
    const [alice, bob, carol] = [await somebody(), await somebody(), await somebody()]
    const hers = await createRoom(alice)
    const his = await createRoom(bob)
    const set = (device: RawDevice, room: Uint8Array, name: string | null) =>
      codeOf(device.call(operations.setOpenRoom, { room, name }))
    await invite(hers, carol.account)
    expect(await set(carol, hers.id, 'General')).toBe('forbidden')
    expect(await set(bob, hers.id, 'General')).toBe('not_member')
    expect(await set(alice, hers.id, 'two\nlines')).toBe('title_invalid')
    expect(await set(alice, hers.id, 'General')).toBe('accepted')
    expect(await set(bob, his.id, 'General')).toBe('open_room_taken')
    // Whoever is not in the open room does not end it by closing another one.
    expect(await set(bob, his.id, null)).toBe('accepted')
    expect(await set(alice, hers.id, 'Everybody')).toBe('accepted')
    expect((await bob.call(operations.readOpenRoom, {})).open?.name).toBe('Everybody')
    expect(await set(alice, hers.id, null)).toBe('accepted')
    expect(await set(bob, his.id, 'General')).toBe('accepted')
    await close(bob, his.id)
  })

  it('OPEN-3 moves to another room of its owner, as to one that continues it', async () => {
    const alice = await somebody()
    const [first, second] = [await createRoom(alice, { open: 'General' }), await createRoom(alice)]
    await alice.call(operations.setOpenRoom, { room: second.id, name: 'General' })
    expect((await alice.call(operations.readOpenRoom, {})).open?.room).toEqual(second.id)
    await close(alice, first.id)
    expect((await alice.call(operations.readOpenRoom, {})).open?.room).toEqual(second.id)
    await close(alice, second.id)
  })

  it('OPEN-4 takes one request of an account, keeps its place, and gives it back', async () => {
    const [alice, bob] = [await somebody(), await somebody()]
    const room = await createRoom(alice, { open: 'General' })
    expect(await codeOf(ask(bob, random(16)))).toBe('not_found')
    expect(await codeOf(ask(alice, room.id))).toBe('already_member')
    const { askedMs } = await ask(bob, room.id)
    expect(await ask(bob, room.id)).toEqual({ askedMs })
    expect((await bob.call(operations.readOpenRoom, {})).askedMs).toBe(askedMs)
    expect(await askers(alice, room.id)).toEqual([bob.account])
    expect(await ask(bob, room.id, false)).toEqual({ askedMs: null })
    expect(await askers(alice, room.id)).toEqual([])
    await close(alice, room.id)
    expect(await codeOf(ask(bob, room.id))).toBe('not_found')
  })

  it('OPEN-4 slows down whoever asks again and again', async () => {
    const [alice, bob] = [await somebody(), await somebody()]
    const room = await createRoom(alice, { open: 'General' })
    for (let at = 0; at < limits.openRoomAsksPerMinute; at++) await ask(bob, room.id)
    expect(await codeOf(ask(bob, room.id))).toBe('rate')
    // Taking it back costs nothing.
    expect(await codeOf(ask(bob, room.id, false))).toBe('accepted')
    await close(alice, room.id)
  })

  it('OPEN-5 tells members that somebody asks, on both lanes, and nobody else who it is', async () => {
    const [alice, bob, carol] = [await somebody(), await somebody(), await somebody()]
    const room = await createRoom(alice, { open: 'General' })
    const socket = await connect(alice)
    const poll = alice.call(operations.poll, { rooms: [{ room: room.id, from: 1 }], welcomesKnown: 0 })
    // The poll listens when it has been answered for: nothing tells that but its answer.
    const heard = socket.next('behind')
    let answered: Awaited<typeof poll> | undefined
    void poll.then((answer) => (answered = answer))
    await expect
      .poll(
        async () => {
          await ask(bob, room.id, false)
          await ask(bob, room.id)
          return answered?.hints
        },
        { interval: 500 },
      )
      .toEqual([{ room: room.id, head: 0 }])
    expect(await heard).toEqual({ kind: 'behind', room: room.id, head: 0 })
    expect(await codeOf(carol.call(operations.readAskers, { room: room.id }))).toBe('not_member')
    socket.close()
    await close(alice, room.id)
  })

  it('OPEN-6 forgets the request of whoever has been brought in, and asks of guests nothing', async () => {
    const [alice, bob, carol] = [await somebody(), await somebody(), await somebody()]
    const room = await createRoom(alice, { open: 'General' })
    await ask(bob, room.id)
    await invite(room, bob.account)
    expect((await bob.call(operations.readOpenRoom, {})).askedMs).toBeNull()
    expect(await askers(alice, room.id)).toEqual([])
    await acceptWelcome(bob, room.id)
    const policy = withRole(policyIn(room), bob.account, roles.guest)
    const extensions = extensionsWithPolicy(room.group.public.context, policy)
    await adopt(
      room,
      await prepareCommit(room, { proposals: [{ kind: 'group_context_extensions', extensions }] }),
    )
    await ask(carol, room.id)
    expect(await codeOf(askers(bob, room.id))).toBe('forbidden')
    await close(alice, room.id)
  })

  it('OPEN-6 lets whoever was removed ask: it is the members who know that, and who do not bring them in', async () => {
    const [alice, bob] = [await somebody(), await somebody()]
    const room = await createRoom(alice, { open: 'General' })
    await invite(room, bob.account)
    const without = withoutMember(policyIn(room), bob.account)
    const extensions = extensionsWithPolicy(room.group.public.context, without)
    await adopt(
      room,
      await prepareCommit(room, {
        proposals: [
          { kind: 'remove', removed: leafOf(room, bob) },
          { kind: 'group_context_extensions', extensions },
        ],
      }),
    )
    expect([...leaves(room.group.public.tree)]).toHaveLength(1)
    expect((await ask(bob, room.id)).askedMs).not.toBeNull()
    await close(alice, room.id)
  })

  it('OPEN-9 lists who is there, without the caller and without whoever blocks the caller', async () => {
    const [alice, bob] = [await somebody(), await somebody()]
    const names = async (device: RawDevice) =>
      (await device.call(operations.listPeople, {})).people.map(({ name }) => name)
    expect((await names(bob))[0]).toBe(alice.name)
    expect((await names(alice))[0]).toBe(bob.name)
    await alice.call(operations.setBlock, { account: bob.account, blocked: true })
    expect(await names(bob)).not.toContain(alice.name)
    expect(await names(alice)).toContain(bob.name)
    expect((await names(bob)).length).toBeLessThanOrEqual(limits.peoplePerAnswerMax)
  })
})

describe('an open room whose members have gone', () => {
  const dayMs = 86_400_000
  interface Person {
    readonly account: Uint8Array
    readonly device: Uint8Array
    readonly tokenHash: Uint8Array
    readonly name: string
    readonly expiresMs: number
  }
  const person = (name: string): Person => ({
    account: random(32),
    device: random(16),
    tokenHash: random(32),
    name,
    expiresMs: 0,
  })
  const [alice, bob] = [person('alice'), person('bob')]

  const setUp = () => {
    const data = emptyData()
    const clock = { nowMs: () => nowMs, mayExpire: () => mayExpire, doubtedMs: () => 0, look: () => {} }
    let nowMs = 1000 * dayMs
    let mayExpire = true
    const owners = new Map<string, Person>()
    const roomOf = async (id: Uint8Array) => {
      const { account, device } = owners.get(toHex(id)) ?? alice
      return {
        policy: newPolicy({ kind: 'group', room: id, owner: account, metaHash: random(32) }),
        members: new Map([[Buffer.from(device).toString('latin1'), { account, device, leaf: 0 }]]),
        durable: { seq: 0, hash: random(32), timeMs: 0 },
      }
    }
    const rooms = makeOpenRooms({
      store: memoryStore(() => data).openRoom,
      delivery: { roomOf },
      bus: processBus(),
      clock,
      limits,
      log: { info: () => {}, warn: () => {} } as never,
    })
    return {
      rooms,
      data,
      newRoom: (owner: Person): Uint8Array => {
        const room = random(16)
        owners.set(toHex(room), owner)
        return room
      },
      later: (ms: number) => (nowMs += ms),
      doubt: () => (mayExpire = false),
    }
  }

  it('OPEN-7 gives its place to another after a month, and not before', async () => {
    const { rooms, newRoom, later } = setUp()
    const [first, second] = [newRoom(alice), newRoom(bob)]
    await rooms.set(alice, first, 'General')
    later(limits.openRoomIdleMs - 1)
    expect(await codeOf(rooms.set(bob, second, 'General'))).toBe('open_room_taken')
    later(2)
    expect(await codeOf(rooms.set(bob, second, 'General'))).toBe('accepted')
    expect((await rooms.read(bob)).open?.room).toEqual(second)
  })

  it('OPEN-7 gives it to another room of its owner at once: a damaged one is founded anew as another', async () => {
    const { rooms, newRoom } = setUp()
    const [first, second] = [newRoom(alice), newRoom(alice)]
    await rooms.set(alice, first, 'General')
    expect(await codeOf(rooms.set(alice, second, 'General'))).toBe('accepted')
    expect((await rooms.read(alice)).open?.room).toEqual(second)
  })

  it('OPEN-7 never by a leap of the clock', async () => {
    const { rooms, newRoom, later, doubt } = setUp()
    await rooms.set(alice, newRoom(alice), 'General')
    later(2 * limits.openRoomIdleMs)
    doubt()
    expect(await codeOf(rooms.set(bob, newRoom(bob), 'General'))).toBe('open_room_taken')
  })

  it('OPEN-7 never while a member is there', async () => {
    const { rooms, data, newRoom, later } = setUp()
    const room = newRoom(alice)
    const { account, device, tokenHash } = alice
    await rooms.set(alice, room, 'General')
    later(2 * limits.openRoomIdleMs)
    const member = { account, device, leaf: 0, untilSeq: null, leaving: false }
    data.rooms.set(toHex(room), { members: new Map([['0', member]]) } as never)
    data.sessions.set('0', { tokenHash, account, device, createdMs: 0, usedMs: 1059 * dayMs })
    expect(await codeOf(rooms.set(bob, newRoom(bob), 'General'))).toBe('open_room_taken')
  })
})
