import type { Client } from '@sotto/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cut, runUntilCut } from './cut.ts'
import { online, room, until } from './talk.ts'
import { hurry, powerCut } from './weather.ts'
import { type Person, startWorld, type World } from './world.ts'

const cutAt = (at: number, when: 'before' | 'after'): Cut => ({ ...hurry, ...powerCut(at, when) })

/** From the first write on, until a run is not cut any more; the number of writes that were cut. */
const everyWrite = async (surviveAs: (cut: Cut, at: string) => Promise<'done' | 'cut'>): Promise<number> => {
  let cuts = 0
  for (const when of ['before', 'after'] as const)
    for (let at = 1; ; at++) {
      const outcome = await surviveAs(cutAt(at, when), `${when} ${at}`).catch((error: unknown) => {
        throw new Error(`cut ${when} write ${at}`, { cause: error })
      })
      if (outcome === 'done') break
      cuts++
    }
  return cuts
}

describe('a device stops at any write, and the open room', () => {
  let world: World
  let alice: Person
  let host: Client
  let id: string
  let count = 0

  beforeAll(async () => {
    world = await startWorld()
    alice = world.person('alice')
    host = await alice.join(hurry)
    ;({ room: id } = await host.createRoom({ name: 'General', isOpen: true }))
  })
  afterAll(() => world.end())

  const newcomer = async (): Promise<Person> => {
    const person = world.person(`guest-${++count}`)
    await (await person.join()).close()
    return person
  }

  const comeIn = async (client: Client): Promise<void> => {
    await online(client)
    const found = await client.findOpenRoom({})
    if (found?.standing === 'outside') await client.joinOpenRoom({ room: id })
    await until(client, ({ rooms }) => rooms.find((one) => one.id === id)?.state.kind === 'active')
  }

  it('OPEN-8 lets whoever asks come in all the same', { timeout: 60_000 }, async () => {
    const cuts = await everyWrite(async (cut, at) => {
      const guest = await newcomer()
      const outcome = await runUntilCut(guest, cut, comeIn)
      const client = await guest.open(hurry)
      await comeIn(client)
      await client.send({ room: id, text: at })
      await until(host, ({ rooms }) => rooms.find((one) => one.id === id)?.latest?.text === at)
      await client.close()
      return outcome
    })
    expect(cuts).toBeGreaterThan(4)
  })

  it('OPEN-6 brings people in when the member is back', { timeout: 60_000 }, async () => {
    await host.close()
    const cuts = await everyWrite(async (cut, at) => {
      const guest = await newcomer()
      const client = await guest.open(hurry)
      await online(client)
      const before = (await client.findOpenRoom({}))?.memberCount ?? 0
      await client.joinOpenRoom({ room: id })
      const outcome = await runUntilCut(alice, cut, async (member) => {
        await until(member, ({ rooms }) => (rooms.find((one) => one.id === id)?.memberCount ?? 0) > before)
      })
      host = await alice.open(hurry)
      await until(client, ({ rooms }) => rooms.find((one) => one.id === id)?.state.kind === 'active')
      await host.send({ room: id, text: at })
      await until(client, ({ rooms }) => rooms.find((one) => one.id === id)?.latest?.text === at)
      await Promise.all([client.close(), host.close()])
      return outcome
    })
    host = await alice.open(hurry)
    expect(cuts).toBeGreaterThan(2)
  })

  it('OPEN-3 says the same to the server as to its members', { timeout: 60_000 }, async () => {
    await host.close()
    const watcher = await (await newcomer()).open(hurry)
    await online(watcher)
    let isOpen = true
    const cuts = await everyWrite(async (cut) => {
      const wanted = !isOpen
      const outcome = await runUntilCut(alice, cut, async (owner) => {
        await online(owner)
        await owner.setOpenness({ room: id, isOpen: wanted })
      })
      const owner = await alice.open(hurry)
      await online(owner)
      // Whichever it is by now, both say it.
      const told = await owner.findOpenRoom({})
      isOpen = told !== null
      expect(room(owner, id)?.isOpen).toBe(isOpen)
      expect((await watcher.findOpenRoom({})) !== null).toBe(isOpen)
      await owner.setOpenness({ room: id, isOpen: wanted })
      isOpen = wanted
      expect((await watcher.findOpenRoom({})) !== null).toBe(isOpen)
      await owner.close()
      return outcome
    })
    expect(cuts).toBeGreaterThan(2)
    host = await alice.open(hurry)
    await host.setOpenness({ room: id, isOpen: true })
    await comeIn(watcher)
    await watcher.send({ room: id, text: 'in the end' })
    await until(host, ({ rooms }) => rooms.find((one) => one.id === id)?.latest?.text === 'in the end')
  })
})
