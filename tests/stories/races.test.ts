import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Client } from '@sotto/client'
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
import { startWorld, type World } from './world.ts'

describe('several want something at once', () => {
  let world: World
  beforeEach(async () => {
    world = await startWorld()
  })
  afterEach(() => world.end())

  const joined = (...names: readonly string[]): Promise<readonly Client[]> =>
    Promise.all(names.map((name) => world.person(name).join()))
  const memberNames = async (client: Client, id: string): Promise<readonly string[]> =>
    (await client.members({ room: id })).map(({ name }) => name).toSorted()

  it('two invite at once: both guests come in', async () => {
    const [a, b, c, d] = (await joined('alice', 'bob', 'carol', 'dave')) as [Client, Client, Client, Client]
    const id = await meet(a, b, 'bob')
    await Promise.all([a.invite({ room: id, name: 'carol' }), b.invite({ room: id, name: 'dave' })])
    await Promise.all([invitation(c, id), invitation(d, id)])
    await Promise.all([c.accept({ room: id }), d.accept({ room: id })])
    await a.send({ room: id, text: 'all here' })
    await Promise.all([b, c, d].map((client) => untilMessages(client, id, 1)))
    for (const client of [a, b, c, d])
      expect(await memberNames(client, id)).toEqual(['alice', 'bob', 'carol', 'dave'])
  })

  it('two invite the same guest at once: one of them, and the other is told', async () => {
    const [a, b, c] = (await joined('alice', 'bob', 'carol')) as [Client, Client, Client]
    const id = await meet(a, b, 'bob')
    const results = await Promise.allSettled([
      a.invite({ room: id, name: 'carol' }),
      b.invite({ room: id, name: 'carol' }),
    ])
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'already_member' },
    })
    await invitation(c, id)
    await c.accept({ room: id })
    await c.send({ room: id, text: 'thanks' })
    await Promise.all([untilMessages(a, id, 1), untilMessages(b, id, 1)])
  })

  it('everybody talks while guests are invited: each word is there once, in one order', async () => {
    const [a, b, c, d] = (await joined('alice', 'bob', 'carol', 'dave')) as [Client, Client, Client, Client]
    const id = await meet(a, b, 'bob')
    const talk = async (client: Client, name: string): Promise<void> => {
      for (let i = 0; i < 20; i++) await client.send({ room: id, text: `${name}${i}` })
    }
    await Promise.all([
      talk(a, 'a'),
      talk(b, 'b'),
      a.invite({ room: id, name: 'carol' }),
      b.invite({ room: id, name: 'dave' }),
    ])
    await Promise.all([invitation(c, id), invitation(d, id)])
    await Promise.all([c.accept({ room: id }), d.accept({ room: id })])
    await Promise.all([untilMessages(a, id, 40), untilMessages(b, id, 40)])
    const seen = await texts(a, id)
    expect(await texts(b, id)).toEqual(seen)
    for (const name of ['a', 'b'])
      expect(seen.filter((text) => text.startsWith(name))).toEqual(
        Array.from({ length: 20 }, (_, i) => `${name}${i}`),
      )
    await c.send({ room: id, text: 'c' })
    await Promise.all(
      [a, b, d].map((client) =>
        untilTimeline(client, id, (items) => JSON.stringify(items).includes('"text":"c"')),
      ),
    )
  })

  it('a guest reads nothing from before, and everything from then on', async () => {
    const [a, b, c] = (await joined('alice', 'bob', 'carol')) as [Client, Client, Client]
    const id = await meet(a, b, 'bob')
    await a.send({ room: id, text: 'before' })
    await a.invite({ room: id, name: 'carol' })
    await a.send({ room: id, text: 'invited' })
    await invitation(c, id)
    expect(room(c, id)).toMatchObject({ name: '', state: { kind: 'invited', inviter: 'alice' } })
    await c.accept({ room: id })
    await b.send({ room: id, text: 'after' })
    await untilMessages(c, id, 2)
    expect(await texts(c, id)).toEqual(['invited', 'after'])
  })

  it('one leaves: the others see it, and what is said later is not for them', async () => {
    const [a, b, c] = (await joined('alice', 'bob', 'carol')) as [Client, Client, Client]
    const id = await meet(a, b, 'bob')
    await a.invite({ room: id, name: 'carol' })
    await invitation(c, id)
    await c.accept({ room: id })
    await b.leave({ room: id })
    expect(room(b, id)?.state).toEqual({ kind: 'left' })
    for (const client of [a, c])
      await untilTimeline(client, id, (items) =>
        items.some(
          (item) => item.kind === 'event' && item.event.kind === 'left' && item.actor.name === 'bob',
        ),
      )
    expect(await memberNames(a, id)).toEqual(['alice', 'carol'])
    await a.send({ room: id, text: 'without bob' })
    await untilMessages(c, id, 1)
    await expect(b.send({ room: id, text: 'still here?' })).rejects.toMatchObject({ code: 'not_member' })
  })

  it('who has left may be invited again', async () => {
    const [a, b] = (await joined('alice', 'bob')) as [Client, Client]
    const id = await meet(a, b, 'bob')
    await b.leave({ room: id })
    await until(a, ({ rooms }) => rooms.find((one) => one.id === id)?.memberCount === 1)
    await a.invite({ room: id, name: 'bob' })
    await invitation(b, id)
    await b.accept({ room: id })
    await a.send({ room: id, text: 'welcome back' })
    await untilMessages(b, id, 1)
  })

  it('OUT-4: one declines: the room goes, and the others see nobody in it', async () => {
    const [a, b] = (await joined('alice', 'bob')) as [Client, Client]
    const { room: id } = await a.createRoom({ name: 'General' })
    await a.invite({ room: id, name: 'bob' })
    await invitation(b, id)
    await b.decline({ room: id })
    expect(room(b, id)).toBeUndefined()
    await until(a, ({ rooms }) => rooms.find((one) => one.id === id)?.memberCount === 1)
    expect(await memberNames(a, id)).toEqual(['alice'])
    const events = (await timeline(a, id)).flatMap((item) => (item.kind === 'event' ? [item.event.kind] : []))
    expect(events).toEqual(['created', 'added', 'declined'])
  })

  it('DEL-25: who is invited is told apart from who has come in', async () => {
    const [a, b] = (await joined('alice', 'bob')) as [Client, Client]
    const { room: id } = await a.createRoom({ name: 'General' })
    await a.invite({ room: id, name: 'bob' })
    await invitation(b, id)
    const invited = async () =>
      (await a.members({ room: id })).filter(({ isInvited }) => isInvited).map(({ name }) => name)
    expect((await invited()).map((name) => name.slice(0, 3))).toEqual(['bob'])
    await b.accept({ room: id })
    expect(await invited()).toEqual([])
  })

  it('the last owner stays, unless alone', async () => {
    const [a, b] = (await joined('alice', 'bob')) as [Client, Client]
    const id = await meet(a, b, 'bob')
    await expect(a.leave({ room: id })).rejects.toMatchObject({ code: 'last_owner' })
    expect(room(a, id)?.state.kind).toBe('active')
    const { room: own } = await a.createRoom({ name: 'mine' })
    await a.leave({ room: own })
    expect(room(a, own)?.state).toEqual({ kind: 'left' })
  })

  it('bad input has a clear answer, and stores nothing', async () => {
    const [a] = (await joined('alice')) as [Client]
    const { room: id } = await a.createRoom({ name: 'mine' })
    await expect(a.invite({ room: id, name: 'nobody' })).rejects.toMatchObject({ code: 'name_unknown' })
    await expect(a.invite({ room: id, name: 'alice' })).rejects.toMatchObject({ code: 'already_member' })
    await expect(a.invite({ room: id, name: '!' })).rejects.toMatchObject({ code: 'name_invalid' })
    await expect(a.send({ room: id, text: 'x'.repeat(60_000) })).rejects.toMatchObject({ code: 'too_large' })
    await expect(a.send({ room: id, text: '' })).rejects.toMatchObject({ code: 'text_empty' })
    await expect(a.send({ room: 'ff'.repeat(16), text: 'x' })).rejects.toMatchObject({ code: 'room_unknown' })
    await expect(a.createRoom({ name: ' ' })).rejects.toMatchObject({ code: 'title_invalid' })
    await expect(a.register({ name: 'alice', password: 'x'.repeat(12) })).rejects.toMatchObject({
      code: 'account_exists',
    })
    const stranger = await world.person('stranger').open()
    await expect(stranger.register({ name: 'alice', password: 'x'.repeat(12) })).rejects.toMatchObject({
      code: 'name_taken',
    })
    await expect(stranger.register({ name: 'mallory', password: 'short' })).rejects.toMatchObject({
      code: 'password_weak',
    })
    await expect(stranger.login({ name: 'alice', password: 'x'.repeat(12) })).rejects.toMatchObject({
      code: 'invalid_credentials',
    })
    await expect(stranger.createRoom({ name: 'x' })).rejects.toMatchObject({ code: 'no_account' })
    expect(stranger.state().account.kind).toBe('none')
    expect((await timeline(a, id)).filter((item) => item.kind === 'message')).toEqual([])
    await online(a)
  })
})
