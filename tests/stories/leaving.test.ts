import { type Client, textDraft, type TimelineItem } from '@sotto/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  invitation,
  meet,
  online,
  room,
  texts,
  timeline,
  until,
  untilMessages,
  untilTimeline,
} from './talk.ts'
import { emptyPages, powerCut } from './weather.ts'
import { password, type Person, startWorld, type World } from './world.ts'

const stateOf = (client: Client, id: string): string | undefined => room(client, id)?.state.kind

const eventsOf = (items: readonly TimelineItem[]): readonly string[] =>
  items.flatMap((item) => (item.kind === 'event' ? [`${item.actor.name} ${item.event.kind}`] : []))

const hasEvent =
  (kind: string) =>
  (items: readonly TimelineItem[]): boolean =>
    items.some((item) => item.kind === 'event' && item.event.kind === kind)

/** What the disk still has of a room. */
const rowsOf = ({ device }: Person, id: string): readonly string[] =>
  [...device.disk.rows.keys()].filter((key) => key.includes(id)).toSorted()

const tombstone = (id: string): readonly string[] => [`rooms/${id}/phase`, `rooms/${id}/place`]

describe('whatever ends membership keeps what was read', () => {
  let world: World
  let alice: Person
  let bob: Person
  let a: Client
  let b: Client

  beforeAll(async () => {
    world = await startWorld()
    alice = world.person('alice')
    a = await alice.join()
    bob = world.person('bob')
    b = await bob.join()
    await Promise.all([a, b].map(online))
  })
  afterAll(() => world.end())

  /** Bob is in a room in which something was said. */
  const roomOfTwo = async (): Promise<string> => {
    const id = await meet(a, b, 'bob')
    await a.send({ room: id, text: 'one' })
    await untilMessages(b, id, 1)
    await b.send({ room: id, text: 'two' })
    await Promise.all([untilMessages(a, id, 2), untilMessages(b, id, 2)])
    return id
  }
  const hasLeft = async (id: string): Promise<void> => {
    await untilTimeline(b, id, hasEvent('left'))
    await until(a, ({ rooms }) => rooms.find((one) => one.id === id)?.memberCount === 1)
  }
  const reopen = async (): Promise<void> => {
    await b.close()
    b = await bob.open()
    await online(b)
  }

  it('OUT-1: who leaves can read on, after a restart and after signing out and in', async () => {
    const id = await roomOfTwo()
    await b.leave({ room: id })
    expect(stateOf(b, id)).toBe('left')
    await hasLeft(id)
    await a.send({ room: id, text: 'not for bob' })
    await untilMessages(a, id, 3)
    await reopen()
    await b.logout({ forget: false })
    expect(room(b, id)).toMatchObject({ name: 'General', state: { kind: 'left' } })
    await b.login({ name: 'bob', password })
    await online(b)
    expect(await texts(b, id)).toEqual(['one', 'two'])
    expect(eventsOf(await timeline(b, id)).at(-1)).toBe('bob left')
    await expect(b.send({ room: id, text: 'x' })).rejects.toMatchObject({ code: 'not_member' })
    await expect(b.leave({ room: id })).rejects.toMatchObject({ code: 'not_member' })
  })

  it('OUT-2: an invitation stands beside what is kept, declined it changes nothing, accepted the room goes on below', async () => {
    const id = await roomOfTwo()
    await b.leave({ room: id })
    await hasLeft(id)
    const before = await timeline(b, id)
    for (const round of [1, 2]) {
      await a.invite({ room: id, name: 'bob' })
      await invitation(b, id)
      expect(room(b, id), `round ${round}`).toMatchObject({
        name: 'General',
        state: { inviter: 'alice', kept: true },
      })
      await a.send({ room: id, text: `said while it waits ${round}` })
      expect(await timeline(b, id)).toEqual(before)
      await b.decline({ room: id })
      await until(a, ({ rooms }) => rooms.find((one) => one.id === id)?.memberCount === 1)
      await until(b, () => stateOf(b, id) === 'left')
      expect(await timeline(b, id)).toEqual(before)
      await reopen()
      expect(stateOf(b, id)).toBe('left')
      expect(await timeline(b, id)).toEqual(before)
    }
    await a.invite({ room: id, name: 'bob' })
    await invitation(b, id)
    await a.send({ room: id, text: 'three' })
    await b.accept({ room: id })
    await untilMessages(b, id, 3)
    const after = await timeline(b, id)
    expect(after.slice(0, before.length)).toEqual(before)
    expect(eventsOf(after.slice(before.length))).toEqual(['alice added', 'bob returned'])
    expect(await texts(b, id)).toEqual(['one', 'two', 'three'])
    await b.send({ room: id, text: 'four' })
    await untilMessages(a, id, 6)
    await reopen()
    expect(await texts(b, id)).toEqual(['one', 'two', 'three', 'four'])
  })

  it('OUT-2: the same for who was removed', async () => {
    const id = await roomOfTwo()
    const who = (await a.members({ room: id })).find(({ name }) => name === 'bob')
    await a.removeMember({ room: id, account: who?.account ?? '' })
    await until(b, () => stateOf(b, id) === 'removed')
    const before = await timeline(b, id)
    await a.invite({ room: id, name: 'bob' })
    await invitation(b, id)
    await b.decline({ room: id })
    await until(b, () => stateOf(b, id) === 'removed')
    expect(await timeline(b, id)).toEqual(before)
    await until(a, ({ rooms }) => rooms.find((one) => one.id === id)?.memberCount === 1)
    await a.invite({ room: id, name: 'bob' })
    await invitation(b, id)
    await b.accept({ room: id })
    await untilTimeline(b, id, hasEvent('returned'))
    expect(await texts(b, id)).toEqual(['one', 'two'])
  })

  it('OUT-2: whose leaving waits for a commit is invited again at once, and listed no more', async () => {
    const away = async (id: string): Promise<void> => {
      await a.close()
      await b.leave({ room: id })
      a = await alice.open()
      await online(a)
      await until(a, () => stateOf(a, id) === 'active')
    }
    const invited = await roomOfTwo()
    await away(invited)
    await a.invite({ room: invited, name: 'bob' })
    await invitation(b, invited)
    expect(eventsOf(await timeline(a, invited)).slice(-2)).toEqual(['bob left', 'alice added'])
    await expect(a.invite({ room: invited, name: 'bob' })).rejects.toMatchObject({ code: 'already_invited' })
    await b.accept({ room: invited })
    await b.send({ room: invited, text: 'three' })
    await untilMessages(a, invited, 3)
    const listedAgain = (await a.members({ room: invited })).map(({ name, isInvited }) => ({
      name,
      isInvited,
    }))
    expect(listedAgain).toHaveLength(2)
    expect(listedAgain).toContainEqual({ name: 'bob', isInvited: false })
    await expect(a.invite({ room: invited, name: 'bob' })).rejects.toMatchObject({ code: 'already_member' })

    const listed = await roomOfTwo()
    await away(listed)
    // Alice's device has yet to read the entry with which Bob has left.
    await expect
      .poll(() => a.members({ room: listed }), { timeout: 10_000 })
      .toMatchObject([{ name: 'alice' }])
  })

  it('OUT-1: of an invitation that was declined nothing is kept', async () => {
    const { room: id } = await a.createRoom({ name: 'Unwanted' })
    await a.invite({ room: id, name: 'bob' })
    await a.send({ room: id, text: 'hello?' })
    await invitation(b, id)
    await b.decline({ room: id })
    expect(room(b, id)).toBeUndefined()
    await until(a, ({ rooms }) => rooms.find((one) => one.id === id)?.memberCount === 1)
    await expect.poll(() => rowsOf(bob, id)).toEqual(tombstone(id))
    await expect(b.timeline({ room: id, limit: 10 })).rejects.toMatchObject({ code: 'room_unknown' })
  })

  it('OUT-3: a room is deleted by its own act, and only when it was left', async () => {
    const id = await roomOfTwo()
    await expect(b.deleteRoom({ room: id })).rejects.toMatchObject({ code: 'bad_request' })
    await b.setDraft({ room: id, draft: textDraft('not sent') })
    await b.leave({ room: id })
    await hasLeft(id)
    await b.deleteRoom({ room: id })
    expect(room(b, id)).toBeUndefined()
    expect(rowsOf(bob, id)).toEqual(tombstone(id))
    await expect(b.deleteRoom({ room: id })).rejects.toMatchObject({ code: 'room_unknown' })
    await reopen()
    expect(room(b, id)).toBeUndefined()
    // Who comes back then begins anew.
    await a.invite({ room: id, name: 'bob' })
    await invitation(b, id)
    expect(room(b, id)).toMatchObject({ name: '', state: { kept: false } })
    await b.accept({ room: id })
    await a.send({ room: id, text: 'three' })
    await untilMessages(b, id, 1)
    expect(eventsOf(await timeline(b, id))).toEqual(['alice added'])
  })

  it('OUT-3: while the others have yet to hear of it, nothing readable stays, and they still hear', async () => {
    const id = await roomOfTwo()
    await a.close()
    await b.leave({ room: id })
    await b.deleteRoom({ room: id })
    expect(room(b, id)).toBeUndefined()
    const left = rowsOf(bob, id)
    for (const folder of ['log/', 'known/', 'raw/', 'outbox/'])
      expect(left.filter((key) => key.startsWith(folder))).toEqual([])
    await reopen()
    expect(room(b, id)).toBeUndefined()
    a = await alice.open()
    await a.send({ room: id, text: 'not for bob' })
    await until(a, ({ rooms }) => rooms.find((one) => one.id === id)?.memberCount === 1)
    await untilTimeline(a, id, hasEvent('left'))
    await expect.poll(() => rowsOf(bob, id)).toEqual(tombstone(id))
  })

  it('OUT-3: an invitation to a room that was kept stays when that is deleted', async () => {
    const c = await world.person('carol').join()
    await online(c)
    const id = await meet(c, b, 'bob')
    await c.send({ room: id, text: 'one' })
    await untilMessages(b, id, 1)
    await b.leave({ room: id })
    await untilTimeline(b, id, hasEvent('left'))
    await c.invite({ room: id, name: 'bob' })
    await invitation(b, id)
    await b.deleteRoom({ room: id })
    expect(room(b, id)).toMatchObject({ name: '', state: { kind: 'invited', kept: false } })
    await reopen()
    expect(room(b, id)).toMatchObject({ name: '', state: { kind: 'invited', kept: false } })
    await b.accept({ room: id })
    await c.send({ room: id, text: 'two' })
    await untilMessages(b, id, 1)
    expect(await texts(b, id)).toEqual(['two'])
  })
})

describe('a room that is frozen here alone', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(() => world.end())

  it('OUT-2: is left, and gone on with when one was removed and invited again', async () => {
    const [a, bob] = [await world.person('alice').join(), world.person('bob')]
    const b = await bob.join()
    const id = await meet(a, b, 'bob')
    await a.send({ room: id, text: 'one' })
    await untilMessages(b, id, 1)
    await b.close()
    await a.send({ room: id, text: 'two' })
    await untilMessages(a, id, 2)
    const liar = emptyPages()
    const misled = await bob.open(liar)
    await until(misled, () => stateOf(misled, id) === 'frozen')
    expect(room(misled, id)?.state).toMatchObject({ code: 'integrity', remedy: 'ask_owner' })
    liar.end()
    const who = (await a.members({ room: id })).find(({ name }) => name === 'bob')
    await a.removeMember({ room: id, account: who?.account ?? '' })
    await a.invite({ room: id, name: 'bob' })
    await misled.leave({ room: id })
    await invitation(misled, id)
    expect(room(misled, id)?.state).toMatchObject({ kept: true })
    await misled.accept({ room: id })
    await a.send({ room: id, text: 'three' })
    await untilMessages(misled, id, 2)
    expect(await texts(misled, id)).toEqual(['one', 'three'])
    expect(eventsOf(await timeline(misled, id)).at(-1)).toBe('bob returned')
  })
})

describe('a device stops between any two writes', () => {
  let world: World
  let alice: Client
  let bob: Person

  beforeAll(async () => {
    const many = 10_000
    world = await startWorld({
      limits: {
        keyPackageClaimsPerHour: many,
        keyPackageClaimsPerDay: many,
        keyPackageClaimsPerTargetPerDay: many,
        messagesPerSecond: 1000,
      },
    })
    alice = await world.person('alice').join()
    bob = world.person('bob')
    await (await bob.join()).close()
    await online(alice)
  })
  afterAll(() => world.end())

  const bobOpens = async (): Promise<Client> => {
    const client = await bob.open()
    await online(client)
    return client
  }
  /** Bob is in a room, or was, in which one thing was said. */
  const begin = async (end: 'in' | 'left' | 'invited back'): Promise<string> => {
    const client = await bobOpens()
    const id = await meet(alice, client, 'bob')
    await alice.send({ room: id, text: 'one' })
    await untilMessages(client, id, 1)
    if (end !== 'in') {
      await client.leave({ room: id })
      await untilTimeline(client, id, hasEvent('left'))
      await until(alice, ({ rooms }) => rooms.find((one) => one.id === id)?.memberCount === 1)
    }
    if (end === 'invited back') {
      await alice.invite({ room: id, name: 'bob' })
      await invitation(client, id)
    }
    await client.close()
    return id
  }
  const cutAt = async (
    at: number,
    when: 'before' | 'after',
    work: (client: Client) => Promise<unknown>,
  ): Promise<'done' | 'cut'> => {
    const cut = powerCut(at, when)
    const opening = bob.open(cut)
    const working = opening.then(async (client) => {
      await online(client)
      await work(client)
    })
    working.catch(() => {})
    const outcome = await Promise.race([
      cut.struck.then(() => 'cut' as const),
      working.then(
        () => 'done' as const,
        () => 'cut' as const,
      ),
    ])
    await (await opening.catch(() => undefined))?.close().catch(() => {})
    return outcome
  }
  /** At each write in turn, until there are no more of them. */
  const everywhere = async (
    start: Parameters<typeof begin>[0],
    work: (client: Client, id: string) => Promise<unknown>,
    check: (client: Client, id: string) => Promise<void>,
  ): Promise<void> => {
    for (const when of ['before'] as const)
      for (let at = 1; ; at++) {
        const id = await begin(start)
        const outcome = await cutAt(at, when, (client) => work(client, id))
        const client = await bobOpens()
        await check(client, id).catch((error: unknown) => {
          throw new Error(`cut ${when} write ${at}`, { cause: error })
        })
        await client.close()
        if (outcome === 'done') break
      }
  }
  const insist = async (work: Promise<unknown>, done: readonly string[]): Promise<void> => {
    await work.catch((error: unknown) => expect(done).toContain((error as { code?: string }).code))
  }

  it('while leaving: it is asked for once more, or goes on by itself', { timeout: 60_000 }, async () => {
    await everywhere(
      'in',
      async (client, id) => {
        await client.leave({ room: id })
        await untilTimeline(client, id, hasEvent('left'))
      },
      async (client, id) => {
        await insist(client.leave({ room: id }), ['not_member'])
        await untilTimeline(client, id, hasEvent('left'))
        expect(stateOf(client, id)).toBe('left')
        expect(await texts(client, id)).toEqual(['one'])
        await until(alice, ({ rooms }) => rooms.find((one) => one.id === id)?.memberCount === 1)
      },
    )
  })

  it('while declining: the old history is what it was', { timeout: 60_000 }, async () => {
    await everywhere(
      'invited back',
      async (client, id) => {
        await invitation(client, id)
        await client.decline({ room: id })
        await until(client, () => stateOf(client, id) === 'left')
      },
      async (client, id) => {
        await insist(client.decline({ room: id }), ['not_found'])
        await until(client, () => stateOf(client, id) === 'left')
        await until(alice, ({ rooms }) => rooms.find((one) => one.id === id)?.memberCount === 1)
        expect(await texts(client, id)).toEqual(['one'])
        expect(eventsOf(await timeline(client, id))).toEqual(['alice added', 'bob left'])
      },
    )
  })

  it('while coming back: the history goes on once', { timeout: 60_000 }, async () => {
    await everywhere(
      'invited back',
      async (client, id) => {
        await invitation(client, id)
        await client.accept({ room: id })
        await client.send({ room: id, text: 'two' })
        await untilMessages(client, id, 2)
      },
      async (client, id) => {
        if (stateOf(client, id) === 'invited') await client.accept({ room: id })
        await until(client, () => stateOf(client, id) === 'active')
        if (!(await texts(client, id)).includes('two')) await client.send({ room: id, text: 'two' })
        await untilMessages(client, id, 2)
        expect(await texts(client, id)).toEqual(['one', 'two'])
        expect(eventsOf(await timeline(client, id))).toEqual([
          'alice added',
          'bob left',
          'alice added',
          'bob returned',
        ])
      },
    )
  })

  it('while deleting: it is all there, or all gone', { timeout: 60_000 }, async () => {
    await everywhere(
      'left',
      (client, id) => client.deleteRoom({ room: id }),
      async (client, id) => {
        if (room(client, id)) {
          expect(await texts(client, id)).toEqual(['one'])
          await client.deleteRoom({ room: id })
        }
        expect(rowsOf(bob, id)).toEqual(tombstone(id))
      },
    )
  })
})
