import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, textDraft } from '@sotto/client'
import { messages, meet, online, room, texts, timeline, untilMessages } from './talk.ts'
import { startWorld, type World } from './world.ts'

const strange = [
  'hello',
  '👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈',
  'שלום עולם, مرحبا بالعالم',
  '\u202eevil\u202c',
  `<script>alert("x")</script> & 'quotes' "both"`,
  'line one\nline two\ttab',
  'é ≠ é',
  '€'.repeat(5461),
]

describe('two people talk', () => {
  let world: World
  let alice: Client
  let bob: Client
  let id: string

  beforeAll(async () => {
    world = await startWorld()
    alice = await world.person('alice').join()
    bob = await world.person('bob').join()
    id = await meet(alice, bob, 'bob')
  })
  afterAll(() => world.end())

  it('Alice has registered, made the room "General", and Bob has come in', async () => {
    expect(alice.state().account).toMatchObject({ kind: 'signed_in', name: 'alice' })
    await online(bob)
    for (const client of [alice, bob])
      expect(room(client, id)).toMatchObject({ name: 'General', memberCount: 2, state: { kind: 'active' } })
    expect(await timeline(alice, id)).toMatchObject([
      { kind: 'event', event: { kind: 'created' }, actor: { name: 'alice', own: true } },
      { kind: 'event', event: { kind: 'added', name: 'bob' } },
    ])
    expect(await timeline(bob, id)).toMatchObject([
      { kind: 'event', event: { kind: 'added', name: 'bob' }, actor: { name: 'alice', own: false } },
    ])
    expect(await bob.members({ room: id })).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'alice', role: 'owner', own: false }),
        expect.objectContaining({ name: 'bob', role: 'member', own: true }),
      ]),
    )
  })

  it('fifty messages each way arrive once, in one order, as they were written', async () => {
    const said: string[] = []
    for (let i = 0; i < 50; i++) {
      const text = `${i} ${strange[i % strange.length] ?? ''}`
      said.push(text)
      await Promise.all([
        alice.send({ room: id, text: `a${text}` }),
        bob.send({ room: id, text: `b${text}` }),
      ])
    }
    await Promise.all([untilMessages(alice, id, 100), untilMessages(bob, id, 100)])
    const seen = await texts(alice, id)
    expect(await texts(bob, id)).toEqual(seen)
    expect(seen.filter((text) => text.startsWith('a'))).toEqual(said.map((text) => `a${text}`))
    expect(seen.filter((text) => text.startsWith('b'))).toEqual(said.map((text) => `b${text}`))
    expect(new Set((await messages(bob, id)).map(({ seq }) => seq)).size).toBe(100)
  })

  it('what is said faster than the server allows arrives in its order all the same', async () => {
    const said = Array.from({ length: 130 }, (_, i) => `fast ${i}`)
    for (const text of said) await alice.send({ room: id, text })
    await untilMessages(bob, id, 230)
    expect((await texts(bob, id)).slice(100)).toEqual(said)
    await untilMessages(alice, id, 230)
    expect(await texts(alice, id)).toEqual(await texts(bob, id))
  })

  it('what others wrote is unread until it is marked', async () => {
    expect(room(bob, id)?.unread).toBe(180)
    const items = await messages(bob, id)
    // From near the marker and from near the end: what is counted is the shorter side of the new place.
    for (const at of [0, 1, 2, 30, 31, 140, 200, 228]) {
      await bob.markRead({ room: id, seq: items[at]?.seq ?? 0 })
      const left = items.slice(at + 1).filter(({ kind, sender }) => kind === 'message' && !sender.own)
      expect(room(bob, id)?.unread).toBe(left.length)
    }
    const last = (await messages(bob, id)).at(-1)
    await bob.markRead({ room: id, seq: last?.seq ?? 0 })
    expect(room(bob, id)?.unread).toBe(0)
  })

  it('a draft is kept as it was written, and space alone is none', async () => {
    await bob.setDraft({ room: id, draft: textDraft(' half a sentence ') })
    expect(room(bob, id)?.draft).toEqual(textDraft(' half a sentence '))
    await bob.setDraft({ room: id, draft: textDraft('\n \u00a0\t') })
    expect(room(bob, id)?.draft).toEqual(textDraft(''))
  })
})
