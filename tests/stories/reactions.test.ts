import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client, ClientEvent, ReactionView } from '@sotto/client'
import { meet, messages, online, room, until, untilMessages, untilTimeline } from './talk.ts'
import { type Person, startWorld, type World } from './world.ts'

const reactionsOf = async (client: Client, id: string, text: string): Promise<readonly ReactionView[]> =>
  (await messages(client, id)).find((one) => one.text === text)?.reactions ?? []

/** Waits until the reactions of a message are these, as `emoji count`, with a star where the user has one. */
const untilReactions = (client: Client, id: string, text: string, shown: string): Promise<unknown> =>
  untilTimeline(client, id, (items) =>
    items.some(
      (item) =>
        item.kind === 'message' &&
        item.text === text &&
        (item.reactions ?? [])
          .map(({ emoji, count, own }) => `${emoji}${count}${own ? '*' : ''}`)
          .join(' ') === shown,
    ),
  )

const said = async (client: Client, id: string, text: string): Promise<string> => {
  const sent = await client.send({ room: id, text })
  await untilTimeline(client, id, (items) => items.some((item) => item.id === sent.id && item.seq !== null))
  return sent.id
}

describe('people say something about a message with one emoji', () => {
  let world: World
  let bobsDevice: Person
  let alice: Client
  let bob: Client
  let id: string

  beforeAll(async () => {
    world = await startWorld()
    bobsDevice = world.person('bob')
    alice = await world.person('alice').join()
    bob = await bobsDevice.join()
    id = await meet(alice, bob, 'bob')
  })
  afterAll(() => world.end())

  it('CON-6: it stands with the message at everybody, and can be taken back', async () => {
    const text = 'lunch?'
    const message = await said(alice, id, text)
    await untilMessages(bob, id, 1)
    const events: ClientEvent[] = []
    const stop = alice.subscribe((event) => events.push(event))
    await bob.react({ room: id, id: message, emoji: '👍' })
    await alice.react({ room: id, id: message, emoji: '❤' })
    await untilReactions(alice, id, text, '👍1 ❤️1*')
    await untilReactions(bob, id, text, '👍1* ❤️1')
    stop()
    expect(await reactionsOf(alice, id, text)).toEqual([
      { emoji: '👍', count: 1, own: false, names: ['bob'] },
      { emoji: '❤️', count: 1, own: true, names: [] },
    ])
    // What stands already is told as changed, never as something new.
    expect(events.filter(({ kind }) => kind === 'timeline')).toEqual([])
    expect(events.some((event) => event.kind === 'changed' && event.items[0]?.id === message)).toBe(true)
    await bob.react({ room: id, id: message, emoji: '👍', isOn: false })
    await untilReactions(alice, id, text, '❤️1*')
    expect((await messages(bob, id)).filter((one) => one.text === text)).toHaveLength(1)
  })

  it('CON-6: nobody is disturbed by it: it is not unread, and not the last that was said', async () => {
    const text = 'so it is said'
    const message = await said(alice, id, text)
    await untilMessages(bob, id, 2)
    const { seq } = (await messages(bob, id)).find((one) => one.text === text) ?? { seq: 0 }
    await bob.markRead({ room: id, seq: seq ?? 0 })
    const before = room(bob, id)
    await alice.react({ room: id, id: message, emoji: '🎉' })
    await untilReactions(bob, id, text, '🎉1')
    expect(room(bob, id)).toMatchObject({ unread: 0, latest: before?.latest, readSeq: before?.readSeq })
  })

  it('what stands as wanted is not said again', async () => {
    const text = 'once'
    const message = await said(alice, id, text)
    await untilMessages(bob, id, 3)
    for (let i = 0; i < 3; i += 1) await bob.react({ room: id, id: message, emoji: '👍' })
    await untilReactions(alice, id, text, '👍1')
    await bob.react({ room: id, id: message, emoji: '👍', isOn: false })
    await bob.react({ room: id, id: message, emoji: '😂', isOn: false })
    await bob.react({ room: id, id: message, emoji: '🙏' })
    await untilReactions(alice, id, text, '🙏1')
    const last = (await messages(alice, id)).at(-1)
    const after = await said(alice, id, 'and after')
    const next = (await messages(alice, id)).find((one) => one.id === after)
    // The message itself, one reaction and its end, another one, and nothing else.
    expect((next?.seq ?? 0) - (last?.seq ?? 0)).toBe(4)
  })

  it('is refused for what is no emoji and for what is no message', async () => {
    const message = await said(alice, id, 'strict')
    for (const emoji of ['', 'ok', '👍👍', '<b>', '\u202e'])
      await expect(alice.react({ room: id, id: message, emoji })).rejects.toMatchObject({
        code: 'bad_request',
      })
    for (const other of ['event.0.0', `${'00'.repeat(16)}.${'00'.repeat(16)}`, 'x', '', 'event.999999'])
      await expect(alice.react({ room: id, id: other, emoji: '👍' })).rejects.toMatchObject({
        code: 'not_found',
      })
    const { room: elsewhere } = await alice.createRoom({ name: 'Elsewhere' })
    await expect(alice.react({ room: elsewhere, id: message, emoji: '👍' })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('CON-6: stays over a restart, and when who has said it is out', async () => {
    const text = 'to be kept'
    const message = await said(alice, id, text)
    await untilTimeline(bob, id, (items) => items.some((item) => item.id === message))
    await bob.react({ room: id, id: message, emoji: '🚀' })
    await untilReactions(alice, id, text, '🚀1')
    await untilReactions(bob, id, text, '🚀1*')
    await bob.close()
    bob = await bobsDevice.open()
    await online(bob)
    expect(await reactionsOf(bob, id, text)).toEqual([{ emoji: '🚀', count: 1, own: true, names: [] }])
    await bob.leave({ room: id })
    await until(alice, () => room(alice, id)?.memberCount === 1)
    expect(await reactionsOf(alice, id, text)).toEqual([
      { emoji: '🚀', count: 1, own: false, names: ['bob'] },
    ])
    await expect(bob.react({ room: id, id: message, emoji: '👍' })).rejects.toMatchObject({
      code: 'not_member',
    })
  })
})
