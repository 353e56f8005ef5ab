import { toHex } from '@sotto/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TimelineItem, TimelinePlace } from '../../src/view.ts'
import {
  openWindow,
  queryForNewer,
  queryForOlder,
  type TimelineWindow,
  withEvent,
  withNewer,
  withOlder,
  withoutNewest,
  withoutOldest,
} from '../../src/timeline/window.ts'
import { type Kept, keptRoom } from './keptRoom.ts'
import { itemIdOf } from './talk.ts'

const idsOf = ({ items }: { readonly items: readonly TimelineItem[] }): readonly string[] =>
  items.map(({ id }) => id)

const place = (length: number): fc.Arbitrary<TimelinePlace> =>
  fc.oneof(
    fc.constantFrom<TimelinePlace>('newest', 'readMarker'),
    fc.record({ seq: fc.nat(length + 2) }),
    fc.record({ dateMs: fc.nat(10 * length + 20) }),
  )

type Move = 'older' | 'newer' | 'arrive' | 'write' | 'logged' | 'let_go_of_oldest' | 'let_go_of_newest'

/** A page is on its way while other things happen: what was read is put into the window behind what was told since. */
const withPage = async (
  kept: Kept,
  window: TimelineWindow,
  which: 'older' | 'newer',
  limit: number,
  meanwhile: (window: TimelineWindow) => Promise<TimelineWindow>,
): Promise<TimelineWindow> => {
  const query = which === 'older' ? queryForOlder(window) : queryForNewer(window)
  if (!query) return meanwhile(window)
  const page = await kept.read({ ...query, limit })
  const told = await meanwhile(window)
  return which === 'older' ? withOlder(told, page) : withNewer(told, page)
}

const itemsMax = 12

const moved = async (
  kept: Kept,
  window: TimelineWindow,
  move: Move,
  limit: number,
): Promise<TimelineWindow> => {
  const arrive = async (before: TimelineWindow) => withEvent(before, kept.room, await kept.arrive(3))
  switch (move) {
    case 'older':
    case 'newer':
      return withPage(kept, window, move, limit, arrive)
    case 'arrive':
      return arrive(window)
    case 'write':
      return withEvent(window, kept.room, kept.write())
    case 'logged': {
      const event = await kept.log()
      return event ? withEvent(window, kept.room, event) : window
    }
    case 'let_go_of_oldest':
      return withoutOldest(window, itemsMax)
    case 'let_go_of_newest':
      return withoutNewest(window, itemsMax)
  }
}

/** Wherever a window stands, it shows a part of the whole without a gap, in its order, each item once. */
const expectStretch = (window: TimelineWindow, whole: readonly TimelineItem[]): void => {
  const ids = idsOf(window)
  const all = whole.map(({ id }) => id)
  const from = ids.length > 0 ? all.indexOf(ids[0] ?? '') : 0
  expect(ids).toEqual(all.slice(from, from + ids.length))
  if (!window.hasNewer) expect(from + ids.length).toBe(all.length)
  if (!window.hasOlder) expect(from).toBe(0)
}

describe('a window of the timeline', () => {
  it('joins to the whole from any place, in both directions, while messages come and are written', async () => {
    const moves = fc.constantFrom<Move>(
      'older',
      'newer',
      'arrive',
      'write',
      'logged',
      'let_go_of_oldest',
      'let_go_of_newest',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.nat(60).chain((length) => fc.tuple(fc.constant(length), place(length))),
        // A page begins with the entry at the end of the window, which is read once more.
        fc.integer({ min: 2, max: 7 }),
        fc.nat(60),
        fc.array(moves, { maxLength: 25 }),
        async ([length, at], limit, readSeq, script) => {
          const kept = await keptRoom(length, readSeq)
          const stretch = await kept.around({ at, older: limit, newer: limit })
          let window = withEvent(openWindow(stretch), kept.room, await kept.arrive(2))
          for (const move of script) {
            window = await moved(kept, window, move, limit)
            expectStretch(window, await kept.whole())
          }
          const quiet = async (before: TimelineWindow) => before
          while (window.hasNewer) window = await withPage(kept, window, 'newer', limit, quiet)
          while (window.hasOlder) window = await withPage(kept, window, 'older', limit, quiet)
          expect(window.items).toEqual(await kept.whole())
        },
      ),
      { numRuns: 60 },
    )
  })

  it('opens at each message by its id, shows it once, and the same as the whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 5 }),
        async (length, limit) => {
          const kept = await keptRoom(length, 0)
          kept.write()
          for (const item of await kept.whole()) {
            const { items } = await kept.around({ at: { message: item.id }, older: limit, newer: limit })
            expect(items.filter(({ id }) => id === item.id)).toEqual([item])
          }
        },
      ),
      { numRuns: 20 },
    )
  })

  it('opens at the first item of a time or a later one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(60), fc.nat(700), async (length, dateMs) => {
        const kept = await keptRoom(length, 0)
        const whole = await kept.whole()
        const { items, hasOlder } = await kept.around({ at: { dateMs }, older: 500, newer: 500 })
        expect(items).toEqual(whole)
        expect(hasOlder).toBe(false)
        const first = whole.find(({ timeMs }) => timeMs >= dateMs)
        if (!first) return
        const [shown] = (await kept.around({ at: { dateMs }, older: 1, newer: 1 })).items.slice(-1)
        expect(shown).toEqual(first)
      }),
    )
  })

  it('does not open at a message that is not there, whatever the id is', async () => {
    const kept = await keptRoom(5, 0)
    for (const message of [
      '',
      'x',
      itemIdOf(0, 77),
      `${'0'.repeat(32)}.${toHex(new Uint8Array(16))}`,
      'event.900.0',
    ])
      await expect(kept.around({ at: { message }, older: 3, newer: 3 })).rejects.toMatchObject({
        code: 'not_found',
      })
  })
})
