import { operations, SottoError } from '@sotto/protocol'
import { extensionsWithPolicy, roles, signLabelled, withoutMember, withRole } from '@sotto/trust'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { budgetOf, type Claim, levelAt, type Level } from '../src/quota/budget.ts'
import { makeQuota, spending } from '../src/quota/quota.ts'
import { makeReserve, type Space } from '../src/quota/space.ts'
import { refusal } from './client/calling.ts'
import { testClock } from './client/clock.ts'
import { connect, login, publish, random, type RawDevice, register } from './client/device.ts'
import {
  adopt,
  catchUp,
  createRoom,
  invitation,
  policyIn,
  prepareCommit,
  proposeAlone,
  type RawRoom,
  say,
  submit,
  write,
} from './client/room.ts'
import { testServer } from './client/testServer.ts'
import { codeOf, leafOf, together } from './client/together.ts'

const dayMs = 86_400_000
const perDay = {
  storedBytesPerAccountPerDay: 1000,
  storedBytesPerRoomPerDay: 4000,
  storedBytesPerHookPerDay: 500,
}

/** A quota over a store that keeps what it is told to, at a time that the test sets. */
const quotaAt = (levels = new Map<string, Level>()) => {
  const clock = { ms: 0, nowMs: () => clock.ms }
  const quota = makeQuota({
    store: { level: async (budget) => levels.get(budget) },
    reserve: { isReached: () => false, note: () => {} },
    clock,
    limits: perDay,
  })
  const spend = async (bytes: number, changes: Partial<Claim> = {}) =>
    refusal(
      quota.reserve([{ scope: 'account', owner: 'alice', bytes, ...changes }]).then(async (reserved) =>
        spending(reserved, async (charges) => {
          for (const { budget, bytes: more, bytesPerDay, atMs } of charges) {
            const before = levelAt(levels.get(budget) ?? { bytes: 0, atMs }, atMs, bytesPerDay)
            levels.set(budget, { bytes: before.bytes + more, atMs })
          }
        }),
      ),
    )
  return { clock, quota, levels, spend }
}

describe('a budget', () => {
  it('refuses whatever the size when it is used up, and says how long', async () => {
    const { clock, spend } = quotaAt()
    expect((await spend(999)).code).toBe('accepted')
    // Taken whole: of two messages the smaller must not overtake the larger.
    expect((await spend(500)).code).toBe('accepted')
    expect(await spend(1)).toEqual({
      code: 'quota',
      detail: { scope: 'account', retryAfterMs: dayMs / 2 },
    })
    clock.ms += dayMs / 2 - 1000
    expect((await spend(0)).code).toBe('quota')
    clock.ms += 1000
    expect((await spend(1)).code).toBe('accepted')
  })

  it.each([
    ['account', 'storedBytesPerAccountPerDay'],
    ['room', 'storedBytesPerRoomPerDay'],
    ['hook', 'storedBytesPerHookPerDay'],
  ] as const)('of one %s is so many bytes (%s): one less leaves room, and no more', async (scope, limit) => {
    const { spend } = quotaAt()
    expect((await spend(perDay[limit] - 1, { scope })).code).toBe('accepted')
    expect((await spend(1, { scope })).code).toBe('accepted')
    expect(await spend(1, { scope })).toMatchObject({ code: 'quota', detail: { scope } })
  })

  it('is each owner’s own, and all of a claim are taken or none', async () => {
    const { quota, spend } = quotaAt()
    await spend(1000)
    const both: readonly Claim[] = [
      { scope: 'room', owner: 'r', bytes: 1000 },
      { scope: 'account', owner: 'alice', bytes: 1000 },
    ]
    for (let i = 0; i < 9; i++) expect((await refusal(quota.reserve(both))).code).toBe('quota')
    for (let i = 0; i < 4; i++)
      expect((await spend(1000, { scope: 'room', owner: 'r' })).code).toBe('accepted')
    expect((await spend(1, { owner: 'bob' })).code).toBe('accepted')
    expect((await spend(1, { scope: 'room', owner: 'r' })).detail).toMatchObject({ scope: 'room' })
  })

  it('counts what is on its way to the disk, and gives it back when it does not arrive', async () => {
    const { quota, levels, spend } = quotaAt()
    const claim: Claim = { scope: 'account', owner: 'alice', bytes: 1000 }
    const [first] = await Promise.all([quota.reserve([claim]), Promise.resolve()])
    expect((await spend(1)).code).toBe('quota')
    const full = () => Promise.reject(new SottoError('read_only'))
    await expect(spending(first as never, full)).rejects.toThrow()
    expect((await spend(1)).code).toBe('accepted')
    expect(levels.get(budgetOf(claim))?.bytes).toBe(1)
  })

  it('lets in a day’s worth at once and another in the course of each day, whatever is sent when', async () => {
    const step = fc.record({ afterMs: fc.nat(dayMs), bytes: fc.nat(300) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { clock, spend } = quotaAt()
        let accepted = 0
        for (const { afterMs, bytes } of steps) {
          clock.ms += afterMs
          if ((await spend(bytes)).code === 'accepted') accepted += bytes
          const bound = perDay.storedBytesPerAccountPerDay * (1 + clock.ms / dayMs)
          expect(accepted).toBeLessThanOrEqual(bound + 300 + steps.length)
        }
        // Nobody is shut out for good.
        clock.ms += dayMs
        expect((await spend(1)).code).toBe('accepted')
      }),
      { numRuns: 50 },
    )
  })

  it('is the same for a process that has just started', async () => {
    const { clock, levels, spend } = quotaAt()
    await spend(1000)
    const next = quotaAt(levels)
    next.clock.ms = clock.ms
    expect((await next.spend(1)).code).toBe('quota')
  })
})

describe('the reserve', () => {
  const reserveOver = (space: Space) => {
    let looks = 0
    let timeMs = 0
    const state = { space }
    const look = () => {
      looks++
      return state.space
    }
    const reserve = makeReserve(look, { diskReserveBytes: 2000 }, () => timeMs)
    return { reserve, state, looks: () => looks, pass: (ms: number) => (timeMs += ms) }
  }

  it('is looked at again when much was written, when time has passed, and each time that it is near', () => {
    const { reserve, state, looks, pass } = reserveOver({ freeBytes: 9000, wholeBytes: 90_000 })
    expect([reserve.isReached(), reserve.isReached(), looks()]).toEqual([false, false, 1])
    reserve.note(2000)
    expect([reserve.isReached(), looks()]).toEqual([false, 2])
    pass(1000)
    expect([reserve.isReached(), looks()]).toEqual([false, 3])
    state.space = { freeBytes: 999, wholeBytes: 90_000 }
    expect(reserve.isReached()).toBe(false)
    pass(1000)
    expect(reserve.isReached()).toBe(true)
    state.space = { freeBytes: 1000, wholeBytes: 90_000 }
    expect(reserve.isReached()).toBe(false)
  })

  it('is at most an eighth of the disk, or of a database with a bound', () => {
    expect(reserveOver({ freeBytes: 100, wholeBytes: 800 }).reserve.isReached()).toBe(false)
    expect(reserveOver({ freeBytes: 99, wholeBytes: 800 }).reserve.isReached()).toBe(true)
  })
})

const large = 'x'.repeat(20_000)

/** Says something large until it is refused, and returns why. */
const untilRefused = async (room: RawRoom) => {
  for (let i = 0; i < 60; i++) {
    const message = await write(room, large)
    const outcome = await refusal(submit(room, message))
    if (outcome.code !== 'accepted') return { message, ...outcome }
  }
  throw new Error('nothing was refused')
}

const nack = async ({ device, id }: RawRoom) => {
  const messageId = random(16)
  const signature = await signLabelled(device.signer, 'nack', [id, 1, 'C1', messageId])
  return device.call(operations.submitNack, { room: id, seq: 1, rule: 'C1', messageId, signature })
}

/** Takes somebody out of the room, and out of its policy. */
const remove = async (room: RawRoom, device: RawDevice) => {
  const extensions = extensionsWithPolicy(
    room.group.public.context,
    withoutMember(policyIn(room), device.account),
  )
  return prepareCommit(room, {
    proposals: [
      { kind: 'remove', removed: leafOf(room, device) },
      { kind: 'group_context_extensions', extensions },
    ],
  })
}

const promote = async (room: RawRoom, { account }: RawDevice) => {
  const extensions = extensionsWithPolicy(
    room.group.public.context,
    withRole(policyIn(room), account, roles.admin),
  )
  return prepareCommit(room, { proposals: [{ kind: 'group_context_extensions', extensions }] })
}

describe('DEL-12 an account that has stored as much as it may', () => {
  it('is refused in every room whatever the size, reads on, and goes on in time', async () => {
    const clock = testClock()
    const server = await testServer({ clock, limits: { storedBytesPerAccountPerDay: 60_000 } })
    const { alice, bob, hers, his } = await together(server.url)
    const other = await createRoom(alice)
    const refused = await untilRefused(hers)
    expect(refused).toMatchObject({ code: 'quota', detail: { scope: 'account' } })
    const retryAfterMs = Number(refused.detail['retryAfterMs'])
    expect(retryAfterMs).toBeGreaterThan(0)
    expect(await codeOf(say(other, 'elsewhere, a small one'))).toBe('quota')
    expect(await codeOf(createRoom(alice))).toBe('quota')
    await catchUp(his)
    await say(his, 'Bob has room')
    await catchUp(hers)
    expect(hers.texts.at(-1)).toBe('Bob has room')
    // Across a restart.
    await server.restart()
    for (const device of [alice, bob]) device.url = server.url
    expect((await refusal(submit(hers, refused.message))).code).toBe('quota')
    clock.advance(retryAfterMs)
    expect((await refusal(submit(hers, refused.message))).code).toBe('accepted')
  })

  it('DEL-18 ends things all the same: nacks, commits, removals, wishes to leave', async () => {
    const { url } = await testServer({ limits: { storedBytesPerAccountPerDay: 60_000 } })
    const { bob, hers, his } = await together(url)
    await untilRefused(hers)
    expect(await codeOf(nack(hers))).toBe('accepted')
    await catchUp(hers)
    expect(await codeOf(adopt(hers, await prepareCommit(hers, { forcePath: true })))).toBe('accepted')
    expect(await codeOf(adopt(hers, await promote(hers, bob)))).toBe('accepted')
    await catchUp(his)
    await untilRefused(his)
    await catchUp(his)
    expect(await codeOf(proposeAlone(his, { kind: 'remove', removed: his.group.ownLeaf }))).toBe('accepted')
    await catchUp(hers)
    expect(await codeOf(adopt(hers, await remove(hers, bob)))).toBe('accepted')
  })

  it('is one account on both lanes', async () => {
    const { url } = await testServer({ open: true, limits: { storedBytesPerAccountPerDay: 60_000 } })
    const alice = await register(url, 'alice')
    await untilRefused(await createRoom(alice))
    const post = async (path: string, token: string, body: unknown) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
      return (await answer.json()) as Record<string, unknown>
    }
    const { token } = await post('/api/tokens', alice.token, { name: 'alerts', scopes: ['rooms'] })
    const refused = await post('/api/rooms', String(token), { name: 'One' })
    expect(refused).toMatchObject({ code: 'QUOTA', scope: 'account', retry_after_ms: expect.any(Number) })
  })

  it('does not have its messages in another order when the first is refused for now', async () => {
    const clock = testClock()
    const { url } = await testServer({ clock, limits: { storedBytesPerAccountPerDay: 60_000 } })
    const room = await createRoom(await register(url, 'alice'))
    const { message: first, detail } = await untilRefused(room)
    const second = await write(room, 'behind it')
    clock.advance(Number(detail['retryAfterMs']))
    expect(await codeOf(submit(room, second))).toBe('quota')
    expect(await codeOf(submit(room, first))).toBe('accepted')
    clock.advance(dayMs * 0.4)
    expect(await codeOf(submit(room, second))).toBe('accepted')
  })
})

describe('DEL-12 a room that has taken as much as it may', () => {
  it('takes no messages of anybody, other rooms do, and it ends things', async () => {
    const { url } = await testServer({ limits: { storedBytesPerRoomPerDay: 60_000 } })
    const { alice, bob, hers, his } = await together(url)
    expect(await untilRefused(hers)).toMatchObject({ code: 'quota', detail: { scope: 'room' } })
    await catchUp(his)
    expect((await refusal(say(his, 'nor mine'))).detail).toMatchObject({ scope: 'room' })
    await catchUp(hers)
    expect(await codeOf(adopt(hers, await remove(hers, bob)))).toBe('accepted')
    expect(await codeOf(say(await createRoom(alice), 'elsewhere'))).toBe('accepted')
  })
})

describe('DEL-19 a server that is nearly full', () => {
  it('refuses what only adds, reads on, and lets everything end', async () => {
    const server = await testServer({ databaseBytesMax: 1024 * 1024 })
    const { alice, bob, hers, his } = await together(server.url)
    const carol = await register(server.url, 'carol')
    await publish(carol)
    const proposals = await invitation(hers, carol.account)
    const refused = await untilRefused(hers)
    expect(refused).toMatchObject({ code: 'quota', detail: { scope: 'server' } })
    expect(refused.detail['retryAfterMs']).toBeGreaterThan(0)

    expect(await codeOf(register(server.url, 'dave'))).toBe('quota')
    expect(await codeOf(createRoom(alice))).toBe('quota')
    expect(await codeOf(publish(carol))).toBe('quota')
    await catchUp(hers)
    expect(await codeOf(submit(hers, (await prepareCommit(hers, { proposals })).submission))).toBe('quota')
    expect(await codeOf(submit(hers, (await prepareCommit(hers, { forcePath: true })).submission))).toBe(
      'quota',
    )
    const socket = await connect(alice)
    expect(await codeOf(socket.submit(hers.id, (await write(hers, 'small')).message))).toBe('quota')

    // What is there is read, and who wants to go goes.
    await catchUp(his)
    expect(his.seq).toBe(hers.seq)
    expect(await codeOf(nack(his))).toBe('accepted')
    await catchUp(his)
    expect(await codeOf(proposeAlone(his, { kind: 'remove', removed: his.group.ownLeaf }))).toBe('accepted')
    await catchUp(hers)
    expect(await codeOf(adopt(hers, await remove(hers, bob)))).toBe('accepted')
    expect(await codeOf(login(server.url, 'bob', bob.password, null))).toBe('accepted')
    expect(await codeOf(bob.call(operations.logout, {}))).toBe('accepted')

    await server.restart({ databaseBytesMax: 100 * 1024 * 1024 })
    alice.url = server.url
    await catchUp(hers)
    expect(await codeOf(say(hers, 'there is room again'))).toBe('accepted')
  })
})
