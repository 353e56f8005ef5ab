import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from '@sotto/client'
import { type Cut, runUntilCut } from './cut.ts'
import { invitation, online, room, texts, until, untilMessages } from './talk.ts'
import { lineCut, powerCut } from './weather.ts'
import { type Person, startWorld, type World } from './world.ts'

/** What one person wants, in steps that may be tried again after a crash. */
interface Wish {
  readonly room: string
  readonly said: readonly string[]
}

/**
 * The law of all crashes: whatever a user was told to be done is done, once; whatever was cut off is done or not
 * done, and can be asked for again; and after the next start everybody sees the same.
 */
describe('a device stops between any two steps', () => {
  let world: World
  let alice: Person
  let bob: Person
  let guest: Client

  beforeAll(async () => {
    const limits = {
      keyPackageClaimsPerHour: 10_000,
      keyPackageClaimsPerDay: 10_000,
      messagesPerSecond: 1000,
    }
    world = await startWorld({ limits: { ...limits, keyPackageClaimsPerTargetPerDay: 10_000 } })
    alice = world.person('alice')
    bob = world.person('bob')
    await (await alice.join()).close()
    guest = await bob.join()
  })
  afterAll(() => world.end())

  /** Tries again what was cut off, as a user would: what is there already is not done twice. */
  const insist = async (client: Client, wish: Partial<Wish>, said: readonly string[]): Promise<string> => {
    await online(client)
    const known = client.state().rooms.map(({ id }) => id)
    const fresh = wish.room ?? known.find((id) => !settled.has(id))
    const id = fresh ?? (await client.createRoom({ name: 'General' })).room
    await until(client, ({ rooms }) => rooms.find((one) => one.id === id)?.state.kind === 'active')
    await client.invite({ room: id, name: 'bob' }).catch((error: unknown) => {
      expect(error).toMatchObject({ code: expect.stringMatching(/^already_(member|invited)$/) })
    })
    const there = await texts(client, id)
    for (const text of said) if (!there.includes(text)) await client.send({ room: id, text })
    return id
  }
  const settled = new Set<string>()

  const wish = async (client: Client, told: { room?: string; said: string[] }): Promise<void> => {
    await online(client)
    told.room = (await client.createRoom({ name: 'General' })).room
    await client.invite({ room: told.room, name: 'bob' })
    for (const text of ['one', 'two', 'three']) {
      await client.send({ room: told.room, text })
      told.said.push(text)
    }
    await untilMessages(client, told.room, 3)
  }

  const surviveAs = async (cut: Cut): Promise<'done' | 'cut'> => {
    const told: { room?: string; said: string[] } = { said: [] }
    const outcome = await runUntilCut(alice, cut, (client) => wish(client, told))
    const client = await alice.open()
    await online(client)
    // What was told to be done is there without being asked for again.
    if (told.room !== undefined) {
      expect(room(client, told.room)).toBeDefined()
      const there = await texts(client, told.room)
      expect(there.filter((text) => told.said.includes(text))).toEqual(told.said)
    }
    const id = await insist(client, told.room === undefined ? {} : { room: told.room }, [
      'one',
      'two',
      'three',
    ])
    settled.add(id)
    await untilMessages(client, id, 3)
    await invitation(guest, id)
    await guest.accept({ room: id })
    await client.send({ room: id, text: 'four' })
    await Promise.all([untilMessages(guest, id, 4), untilMessages(client, id, 4)])
    for (const one of [client, guest]) expect(await texts(one, id)).toEqual(['one', 'two', 'three', 'four'])
    expect(await client.members({ room: id })).toHaveLength(2)
    await client.close()
    return outcome
  }

  /** From the first point on, until a run is not cut any more. */
  const everyPoint = async (cutAt: (at: number) => Cut, step: number): Promise<number> => {
    for (let at = 1; ; at += step) {
      const outcome = await surviveAs(cutAt(at)).catch((error: unknown) => {
        throw new Error(`cut at ${at}`, { cause: error })
      })
      if (outcome === 'done') return at
    }
  }

  it('the power goes before any write', { timeout: 60_000 }, async () => {
    expect(await everyPoint((at) => powerCut(at, 'before'), 1)).toBeGreaterThan(8)
  })

  it('the power goes after any write', { timeout: 60_000 }, async () => {
    expect(await everyPoint((at) => powerCut(at, 'after'), 1)).toBeGreaterThan(8)
  })

  it('the machine stops at any word to or from the server', { timeout: 60_000 }, async () => {
    expect(await everyPoint(lineCut, 2)).toBeGreaterThan(10)
  })

  it('the guest stops at any write while coming in and reading', { timeout: 60_000 }, async () => {
    const host = await alice.open()
    await online(host)
    await guest.close()
    const listen = async (client: Client, id: string): Promise<void> => {
      await online(client)
      await until(client, ({ rooms }) => rooms.find((one) => one.id === id))
      if (room(client, id)?.state.kind === 'invited') await client.accept({ room: id })
      await untilMessages(client, id, 3)
      await client.send({ room: id, text: 'heard' })
      await untilMessages(client, id, 4)
    }
    for (const when of ['before', 'after'] as const)
      for (let at = 1; ; at++) {
        const { room: id } = await host.createRoom({ name: 'General' })
        await host.invite({ room: id, name: 'bob' })
        for (const text of ['one', 'two', 'three']) await host.send({ room: id, text })
        await untilMessages(host, id, 3)
        const outcome = await runUntilCut(bob, powerCut(at, when), (client) => listen(client, id))
        const client = await bob.open()
        if (outcome === 'cut') {
          await online(client)
          await until(client, ({ rooms }) => rooms.find((one) => one.id === id))
          if (room(client, id)?.state.kind === 'invited') await client.accept({ room: id })
          await untilMessages(client, id, 3)
          if (!(await texts(client, id)).includes('heard')) await client.send({ room: id, text: 'heard' })
        }
        await Promise.all([untilMessages(client, id, 4), untilMessages(host, id, 4)])
        const all = ['one', 'two', 'three', 'heard']
        expect(await texts(client, id), `${when} write ${at}`).toEqual(all)
        expect(await texts(host, id), `${when} write ${at}`).toEqual(all)
        await client.close()
        if (outcome === 'done') break
      }
  })
})
