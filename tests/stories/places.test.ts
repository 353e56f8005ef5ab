import { type Client, sottoOf, type TimelineItem } from '@sotto/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { meet, room, timeline, untilMessages } from './talk.ts'
import { startWorld, type World } from './world.ts'

const textsOf = (items: readonly (TimelineItem | { readonly text: string })[]): readonly string[] =>
  items.flatMap((item) => ('text' in item && item.text !== null ? [item.text] : []))

describe('places in the timeline of a room', () => {
  let world: World
  let alice: Client
  let bob: Client
  let id: string

  beforeAll(async () => {
    world = await startWorld()
    alice = await world.person('alice').join()
    bob = await world.person('bob').join()
    id = await meet(alice, bob, 'bob')
    for (let i = 0; i < 9; i++) await alice.send({ room: id, text: `word ${i}` })
    await untilMessages(bob, id, 9)
  })
  afterAll(() => world.end())

  it('Bob opens the room where he has not read on, and at its end', async () => {
    const third = (await timeline(bob, id)).find((item) => textsOf([item])[0] === 'word 2')
    await bob.markRead({ room: id, seq: third?.seq ?? 0 })
    const unread = await bob.timelineAround({ room: id, at: 'readMarker', older: 1, newer: 2 })
    expect(textsOf(unread.items)).toEqual(['word 2', 'word 3', 'word 4'])
    expect(unread).toMatchObject({ hasOlder: true, hasNewer: true })
    const end = await bob.timelineAround({ room: id, at: 'newest', older: 2, newer: 5 })
    expect(textsOf(end.items)).toEqual(['word 7', 'word 8'])
    expect(end).toMatchObject({ hasOlder: true, hasNewer: false })
  })

  it('Bob goes to a message of which he has the id, also in his next run', async () => {
    const fifth = (await timeline(bob, id)).find((item) => textsOf([item])[0] === 'word 4')
    if (!fifth) throw new Error('it has not come')
    const around = { room: id, at: { message: fifth.id }, older: 2, newer: 2 } as const
    const before = await bob.timelineAround(around)
    expect(textsOf(before.items)).toEqual(['word 2', 'word 3', 'word 4', 'word 5'])
    const other = {
      ...around,
      at: { message: fifth.id.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) },
    }
    await expect(bob.timelineAround(other)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('Bob goes to a time', async () => {
    const items = await timeline(bob, id)
    const sixth = items.find((item) => textsOf([item])[0] === 'word 5')
    if (!sixth) throw new Error('it has not come')
    const { items: found } = await bob.timelineAround({
      room: id,
      at: { dateMs: sixth.timeMs },
      older: 0,
      newer: 1,
    })
    // The server may have put several into one millisecond.
    expect(found[0]?.timeMs).toBe(sixth.timeMs)
    const late = await bob.timelineAround({ room: id, at: { dateMs: Date.now() + 1e9 }, older: 1, newer: 1 })
    expect(textsOf(late.items)).toEqual(['word 8'])
  })

  it('a message that has no place yet stands at the end', async () => {
    const { id: own } = await alice.send({ room: id, text: 'last word' })
    const { items, hasNewer } = await alice.timelineAround({
      room: id,
      at: { message: own },
      older: 1,
      newer: 1,
    })
    expect(items.at(-1)).toMatchObject({ id: own, text: 'last word' })
    expect(hasNewer).toBe(false)
    await untilMessages(bob, id, 10)
  })

  it('a program reads on from any place, in both directions', async () => {
    const sotto = sottoOf(bob)
    const unread = await sotto.history(id, { from: 'readMarker', limit: 3 })
    expect(textsOf(unread.messages)).toEqual(['word 3', 'word 4', 'word 5'])
    const next = await sotto.history(id, { from: { seq: unread.after ?? 0 } })
    expect(textsOf(next.messages)).toEqual(['word 6', 'word 7', 'word 8', 'last word'])
    expect(next.after).toBeNull()
    const first = await sotto.history(id, { before: unread.before ?? 0 })
    expect(textsOf(first.messages)).toEqual(['word 0', 'word 1', 'word 2'])
    expect(first.before).toBeNull()
    expect(first.after).toBe(unread.before)
    expect(room(bob, id)?.unread).toBeGreaterThan(0)
  })

  it('what is no place is refused', async () => {
    for (const at of ['oldest', {}, { message: 5 }, null])
      await expect(
        bob.timelineAround({ room: id, at: at as unknown as 'newest', older: 1, newer: 1 }),
      ).rejects.toMatchObject({ code: 'bad_request' })
  })
})
