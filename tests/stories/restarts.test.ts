import { SottoError, textDraft } from '@sotto/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { invitation, meet, messages, online, room, texts, timeline, until, untilMessages } from './talk.ts'
import { every, first, losingAnswers, losingPushes, overtaken, repeatingPushes } from './weather.ts'
import { password, startWorld, type World } from './world.ts'

const lost = () => new SottoError('offline')

describe('what was said stays said', () => {
  let world: World
  beforeEach(async () => {
    world = await startWorld()
  })
  afterEach(() => world.end())

  it('both open their devices again: everything is there, once, in order, and they talk on', async () => {
    const [alice, bob] = [world.person('alice'), world.person('bob')]
    const [a, b] = [await alice.join(), await bob.join()]
    const id = await meet(a, b, 'bob')
    for (let i = 0; i < 10; i++) {
      await a.send({ room: id, text: `a${i}` })
      await b.send({ room: id, text: `b${i}` })
    }
    const before = await untilMessages(a, id, 20)
    await untilMessages(b, id, 20)
    await a.setDraft({ room: id, draft: textDraft('half a thought') })
    await Promise.all([a.close(), b.close()])

    const [a2, b2] = [await alice.open(), await bob.open()]
    expect(await timeline(a2, id)).toEqual(before)
    expect(room(a2, id)).toMatchObject({
      name: 'General',
      draft: textDraft('half a thought'),
      memberCount: 2,
    })
    await a2.send({ room: id, text: 'again' })
    await untilMessages(b2, id, 21)
    await b2.send({ room: id, text: 'and again' })
    await untilMessages(a2, id, 22)
    expect(await texts(a2, id)).toEqual(await texts(b2, id))
  })

  it('what is written without a line is sent when there is one', async () => {
    const [alice, bob] = [world.person('alice'), world.person('bob')]
    const [a, b] = [await alice.join(), await bob.join()]
    const id = await meet(a, b, 'bob')
    await a.close()
    await b.send({ room: id, text: 'while you were away' })
    const a2 = await alice.open({
      transport: (transport) => ({
        ...transport,
        live: (_, listener) => {
          queueMicrotask(() => listener({ kind: 'closed' }))
          return { send: () => {}, close: () => {} }
        },
      }),
    })
    const { id: item } = await a2.send({ room: id, text: 'in the tunnel' })
    expect((await messages(a2, id)).at(-1)).toMatchObject({
      id: item,
      seq: null,
      delivery: { kind: 'sending' },
    })
    await a2.close()
    const a3 = await alice.open()
    await untilMessages(a3, id, 2)
    await untilMessages(b, id, 2)
    expect(await texts(b, id)).toEqual(['while you were away', 'in the tunnel'])
    expect((await messages(a3, id)).at(-1)).toMatchObject({ id: item, delivery: { kind: 'sent' } })
  })

  it('SES-7: the server starts with a clock that is years ahead: what is said is dated as before, and people come in', async () => {
    await world.end()
    let aheadMs = 0
    world = await startWorld({ clock: { nowMs: () => Date.now() + aheadMs } })
    const [a, b, c] = [
      await world.person('alice').join(),
      await world.person('bob').join(),
      await world.person('carol').join(),
    ]
    const id = await meet(a, b, 'bob')
    expect(world.server().clockDoubtedMs).toBe(0)
    const aYearMs = 365 * 86_400_000
    aheadMs = 3 * aYearMs
    await world.restart()
    expect(Math.round(world.server().clockDoubtedMs / aYearMs)).toBe(3)
    await b.send({ room: id, text: 'what year is it?' })
    const [said] = await untilMessages(a, id, 1)
    expect(said?.timeMs).toBeLessThan(Date.now() + aYearMs)
    aheadMs = 0
    await world.restart()
    expect(world.server().clockDoubtedMs).toBe(0)
    await a.invite({ room: id, name: 'carol' })
    await invitation(c, id)
    await c.accept({ room: id })
    await c.send({ room: id, text: 'this one' })
    for (const client of [a, b]) await untilMessages(client, id, 2)
  })

  it('acknowledgements and answers get lost: each message is there once', async () => {
    const [alice, bob] = [world.person('alice'), world.person('bob')]
    const [a, b] = [await alice.join(), await bob.join()]
    const id = await meet(a, b, 'bob')
    await a.close()
    const a2 = await alice.open(losingAnswers(every(7), lost))
    for (let i = 0; i < 30; i++) await a2.send({ room: id, text: `a${i}` })
    await untilMessages(b, id, 30)
    await untilMessages(a2, id, 30)
    expect((await texts(b, id)).toSorted()).toEqual(Array.from({ length: 30 }, (_, i) => `a${i}`).toSorted())
    expect(await texts(a2, id)).toEqual(await texts(b, id))
  })

  it('LIVE-2: pushes come twice, or not at all: the log decides', async () => {
    const [alice, bob, carol] = [world.person('alice'), world.person('bob'), world.person('carol')]
    const [a, b, c] = [await alice.join(), await bob.join(), await carol.join()]
    const id = await meet(a, b, 'bob')
    await a.invite({ room: id, name: 'carol' })
    await invitation(c, id)
    await c.accept({ room: id })
    await Promise.all([b.close(), c.close()])
    const b2 = await bob.open(repeatingPushes())
    const c2 = await carol.open(losingPushes(every(2)))
    await Promise.all([online(b2), online(c2)])
    for (let i = 0; i < 21; i++) await a.send({ room: id, text: `a${i}` })
    const all = Array.from({ length: 21 }, (_, i) => `a${i}`)
    await untilMessages(b2, id, 21)
    expect(await texts(b2, id)).toEqual(all)
    // What carol does not hear of she finds when somebody speaks, or when she comes back.
    await c2.close()
    const c3 = await carol.open()
    await untilMessages(c3, id, 21)
    expect(await texts(c3, id)).toEqual(all)
  })

  it('the answer to an invitation is lost: the guest is invited once and the host knows it', async () => {
    const [alice, bob] = [world.person('alice'), world.person('bob')]
    const [a, b] = [await alice.join(), await bob.join()]
    const { room: id } = await a.createRoom({ name: 'General' })
    await a.close()
    const a2 = await alice.open(losingAnswers(first(1, 'room.submit'), lost))
    await online(a2)
    await a2.invite({ room: id, name: 'bob' })
    await invitation(b, id)
    await b.accept({ room: id })
    expect(await a2.members({ room: id })).toHaveLength(2)
    await b.send({ room: id, text: 'here' })
    await untilMessages(a2, id, 1)
  })

  it('the answer to a registration is lost: the same words complete it', async () => {
    const alice = world.person('alice')
    const a = await alice.open(losingAnswers(first(1, 'register.finish'), lost))
    await expect(a.register({ name: 'alice', password })).rejects.toMatchObject({ code: 'offline' })
    await a.close()
    const a2 = await alice.open()
    await a2.register({ name: 'alice', password })
    await online(a2)
    const { room: id } = await a2.createRoom({ name: 'mine' })
    expect(room(a2, id)?.name).toBe('mine')
  })

  it('a registration that was refused is taken after all, behind one that was made since: the name is hers', async () => {
    const alice = world.person('alice')
    const a = await alice.open(overtaken('register.finish', () => new SottoError('read_only')))
    await expect(a.register({ name: 'alice', password })).rejects.toMatchObject({ code: 'read_only' })
    await expect(a.register({ name: 'alice', password })).rejects.toMatchObject({ code: 'name_taken' })
    await a.register({ name: 'alice', password })
    await online(a)
    const { room: id } = await a.createRoom({ name: 'mine' })
    expect(room(a, id)?.name).toBe('mine')
  })

  it('the answer to the making of a room is lost: there is one room', async () => {
    const alice = world.person('alice')
    await (await alice.join()).close()
    const a = await alice.open(losingAnswers(first(2, 'room.create'), lost))
    await online(a)
    const { room: id } = await a.createRoom({ name: 'mine' })
    expect(a.state().rooms.map((one) => one.id)).toEqual([id])
    await a.send({ room: id, text: 'alone' })
    await untilMessages(a, id, 1)
  })

  it('the server restarts in the middle: everything acknowledged is there and the rest follows', async () => {
    const [alice, bob] = [world.person('alice'), world.person('bob')]
    const [a, b] = [await alice.join(), await bob.join()]
    const id = await meet(a, b, 'bob')
    const sending = (async () => {
      for (let i = 0; i < 40; i++) await a.send({ room: id, text: `a${i}` })
    })()
    await world.restart()
    await sending
    await untilMessages(b, id, 40)
    expect(await texts(b, id)).toEqual(Array.from({ length: 40 }, (_, i) => `a${i}`))
  })

  it('a session that has ended is told, and a new one goes on', async () => {
    const alice = world.person('alice')
    const a = await alice.join()
    const { room: id } = await a.createRoom({ name: 'mine' })
    await a.logout({ forget: false })
    expect(a.state().account).toMatchObject({ kind: 'signed_out', name: 'alice' })
    await expect(a.createRoom({ name: 'x' })).rejects.toMatchObject({ code: 'unauthorized' })
    await a.send({ room: id, text: 'later' })
    await expect(a.login({ name: 'alice', password: 'not this one at all' })).rejects.toMatchObject({
      code: 'invalid_credentials',
    })
    await a.login({ name: 'alice', password })
    await untilMessages(a, id, 1)
    await until(a, ({ account }) => account.kind === 'signed_in')
  })
})
