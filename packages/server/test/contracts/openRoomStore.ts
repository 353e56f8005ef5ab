import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { AuthenticationStore } from '../../src/authentication/store.ts'
import type { DeliveryStore } from '../../src/delivery/store.ts'
import type { DirectoryStore } from '../../src/directory/store.ts'
import type { OpenRoomStore } from '../../src/openRoom/store.ts'
import { append, createdBy, entryAt, firstOf } from './appends.ts'
import { someAccount } from './authenticationStore.ts'

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

interface Opened {
  readonly openRoom: OpenRoomStore
  readonly delivery: DeliveryStore
  readonly authentication: AuthenticationStore
  readonly directory: DirectoryStore
}

const general = (room = random(16)) => ({ room, name: 'General', sinceMs: 5 })
const bounds = (nowMs: number, askersMax = 9) => ({ nowMs, sinceMs: 0, askersMax })
const member = (account: Uint8Array) => ({ account, device: random(16), leaf: 0 })

/** What every store of the open room does. */
export const openRoomStoreContract = (open: () => Promise<Opened>): void => {
  describe('open room store', () => {
    it('keeps one room, which another replaces together with the requests for it', async () => {
      const { openRoom } = await open()
      const [first, second, asker] = [general(), general(), random(32)]
      expect(await openRoom.openRoom()).toBeUndefined()
      await openRoom.putOpenRoom(first)
      await openRoom.ask(asker, bounds(10))
      await openRoom.putOpenRoom({ ...first, name: 'Everybody' })
      expect(await openRoom.openRoom()).toEqual({ ...first, name: 'Everybody' })
      expect(await openRoom.askedMs(asker, 0)).toBe(10)
      await openRoom.putOpenRoom(second)
      expect(await openRoom.openRoom()).toEqual(second)
      expect(await openRoom.askedMs(asker, 0)).toBeUndefined()
    })

    it('is closed by its own room only, together with the requests', async () => {
      const { openRoom } = await open()
      const [one, asker] = [general(), random(32)]
      await openRoom.putOpenRoom(one)
      await openRoom.ask(asker, bounds(10))
      await openRoom.closeRoom(random(16))
      expect(await openRoom.openRoom()).toEqual(one)
      await openRoom.closeRoom(one.room)
      expect(await openRoom.openRoom()).toBeUndefined()
      expect(await openRoom.askers(one.room, 9, 0)).toEqual([])
    })

    it('becomes the open room in the transaction that opens its log, or not at all', async () => {
      const { openRoom, delivery } = await open()
      const { room, name, sinceMs } = general()
      const change = { ...createdBy(member(random(32))), open: { name, sinceMs } }
      await expect(
        delivery.append([firstOf(room, { change }), firstOf(room, { change: createdBy() })]),
      ).rejects.toThrow()
      expect(await openRoom.openRoom()).toBeUndefined()
      await delivery.append([firstOf(room, { change })])
      expect(await openRoom.openRoom()).toEqual({ room, name, sinceMs })
    })

    it('keeps one request of an account, and its place in the row; when it is over it asks anew', async () => {
      const { openRoom } = await open()
      const [one, asker] = [general(), random(32)]
      await openRoom.putOpenRoom(one)
      expect(await openRoom.ask(asker, bounds(10))).toBe('kept')
      expect(await openRoom.ask(asker, bounds(20))).toBe('kept')
      expect(await openRoom.askedMs(asker, 0)).toBe(10)
      expect(await openRoom.askedMs(asker, 11)).toBeUndefined()
      expect(await openRoom.ask(asker, { ...bounds(30), sinceMs: 11 })).toBe('kept')
      expect(await openRoom.askedMs(asker, 11)).toBe(30)
      await openRoom.withdraw(asker)
      expect(await openRoom.askers(one.room, 9, 0)).toEqual([])
    })

    it('takes no more requests than so many', async () => {
      const { openRoom } = await open()
      await openRoom.putOpenRoom(general())
      const asker = random(32)
      expect(await openRoom.ask(asker, bounds(1, 2))).toBe('kept')
      expect(await openRoom.ask(random(32), bounds(2, 2))).toBe('kept')
      expect(await openRoom.ask(random(32), bounds(3, 2))).toBe('full')
      expect(await openRoom.ask(asker, bounds(4, 2))).toBe('kept')
    })

    it('tells the longest waiting and the newest: a flood hides neither', async () => {
      const { openRoom } = await open()
      const one = general()
      await openRoom.putOpenRoom(one)
      for (let at = 1; at <= 9; at++) await openRoom.ask(random(32), bounds(at))
      const told = await openRoom.askers(one.room, 4, 0)
      expect(told.map(({ askedMs }) => askedMs)).toEqual([1, 2, 9, 8])
      expect((await openRoom.askers(one.room, 9, 7)).map(({ askedMs }) => askedMs)).toEqual([7, 8, 9])
    })

    it('forgets the request of whoever has come in, and tells of nobody who is in the room', async () => {
      const { openRoom, delivery } = await open()
      const { room, name, sinceMs } = general()
      const [alice, bob] = [random(32), random(32)]
      await delivery.append([
        firstOf(room, { change: { ...createdBy(member(alice)), open: { name, sinceMs } } }),
      ])
      await openRoom.ask(alice, bounds(10))
      await openRoom.ask(bob, bounds(11))
      expect((await openRoom.askers(room, 9, 0)).map(({ account }) => account)).toEqual([bob])
      const change = {
        kind: 'committed',
        epoch: 1,
        policy: random(10),
        group: random(10),
        groupInfo: random(10),
        meta: null,
        joined: [member(bob)],
        left: [],
        welcome: null,
      } as const
      await delivery.append([append(room, entryAt(1), { change })])
      expect(await openRoom.askedMs(bob, 0)).toBeUndefined()
    })

    it('lists who has registered last, but not the caller, nor whoever blocks the caller', async () => {
      const { openRoom, authentication, directory } = await open()
      const [alice, bob, carol] = [someAccount('alice'), someAccount('bob'), someAccount('carol')]
      for (const [at, one] of [alice, bob, carol].entries())
        await authentication.createAccount({ ...one, session: { ...one.session, createdMs: 1000 + at } })
      const names = async (of: Uint8Array, countMax = 9) =>
        (await openRoom.people(of, countMax)).map(({ name }) => name)
      expect(await names(alice.account)).toEqual(['carol', 'bob'])
      expect(await names(alice.account, 1)).toEqual(['carol'])
      await directory.block(carol.account, alice.account, 9)
      expect(await names(alice.account)).toEqual(['bob'])
      expect(await names(carol.account)).toEqual(['bob', 'alice'])
    })
  })
}
