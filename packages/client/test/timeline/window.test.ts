import { expect, test } from 'vitest'
import {
  openWindow,
  withChanges,
  withNewer,
  withOlder,
  withoutItem,
  withoutNewest,
  withoutOldest,
} from '../../src/timeline/window.ts'
import type { TimelineItem } from '../../src/view.ts'

const said = (id: string, seq: number | null): TimelineItem => ({
  kind: 'message',
  id,
  seq,
  sender: { account: 'a', name: 'alice', own: true, isBot: false },
  text: id,
  timeMs: 0,
  delivery: { kind: seq === null ? 'sending' : 'sent' },
})
const idsOf = (window: { readonly items: readonly TimelineItem[] }) => window.items.map((item) => item.id)

const opened = openWindow({ items: [said('c', 3), said('d', 4)], hasOlder: true, hasNewer: false })

test('a new item stands at the end, one that is being sent after it', () => {
  expect(idsOf(withChanges(opened, [said('own', null), said('e', 5)]))).toEqual(['c', 'd', 'e', 'own'])
})

test('an item that is acknowledged takes its place in the log and keeps its id', () => {
  const sending = withChanges(opened, [said('own', null), said('own 2', null)])
  const sent = withChanges(sending, [said('e', 5), said('own', 6)])
  expect(idsOf(sent)).toEqual(['c', 'd', 'e', 'own', 'own 2'])
})

test('an item is there once, however often it is told', () => {
  expect(idsOf(withChanges(withChanges(opened, [said('e', 5)]), [said('e', 5)]))).toEqual(['c', 'd', 'e'])
})

test('an older page stands before, and says so', () => {
  const older = withOlder(opened, { items: [said('a', 1), said('b', 2), said('c', 3)], more: false })
  expect(idsOf(older)).toEqual(['a', 'b', 'c', 'd'])
  expect(older).toMatchObject({ hasOlder: false, changed: 'start' })
})

test('a change before the window leaves no gap in it: it comes with its page', () => {
  expect(withChanges(opened, [said('a', 1)])).toBe(opened)
})

test('where the window begins with the room, everything belongs to it', () => {
  const whole = openWindow({ items: [], hasOlder: false, hasNewer: false })
  expect(idsOf(withChanges(whole, [said('a', 1)]))).toEqual(['a'])
})

test('what is discarded is gone', () => {
  expect(idsOf(withoutItem(opened, 'c'))).toEqual(['d'])
})

test('the oldest are let go, and can be asked for again', () => {
  const items = Array.from({ length: 50 }, (_, at) => said(`${at}`, at))
  const kept = withoutOldest(openWindow({ items, hasOlder: false, hasNewer: false }), 10)
  expect(idsOf(kept)).toHaveLength(10)
  expect(kept).toMatchObject({ hasOlder: true, changed: 'start' })
  expect(withoutOldest(kept, 10)).toBe(kept)
})

const middle = openWindow({
  items: [said('a', 1), said('b', 2), said('c', 3)],
  hasOlder: false,
  hasNewer: true,
})

test('a window in the middle takes changes of its own items, and nothing that would leave a gap', () => {
  const changed = withChanges(middle, [said('c', 3), said('z', 90), said('own', null)])
  expect(idsOf(changed)).toEqual(['a', 'b', 'c'])
  expect(changed).toMatchObject({ hasOlder: false, hasNewer: true })
})

test('what was told while the last page was on its way stands behind it, once', () => {
  const told = withChanges(withChanges(middle, [said('own', null), said('e', 5)]), [said('f', 6)])
  const whole = withNewer(told, {
    items: [said('c', 3), said('d', 4), said('e', 5), said('own', 7)],
    more: false,
  })
  expect(idsOf(whole)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'own'])
  expect(whole).toMatchObject({ hasNewer: false, beyond: [] })
  const further = withNewer(told, { items: [said('d', 4)], more: true })
  expect(idsOf(further)).toEqual(['a', 'b', 'c', 'd'])
  expect(idsOf(withNewer(withoutItem(further, 'own'), { items: [], more: false }))).toEqual([
    'a',
    'b',
    'c',
    'd',
    'e',
    'f',
  ])
})

test('what is told of a room that is read from its beginning takes a bounded place', () => {
  const many = Array.from({ length: 3000 }, (_, at) => said(`x${at}`, 100 + at))
  const told = many.reduce((window, item) => withChanges(window, [item]), middle)
  expect(told.beyond).toHaveLength(500)
  expect(told.items).toHaveLength(3)
})

test('the newest are let go, and can be asked for again', () => {
  const items = Array.from({ length: 50 }, (_, at) => said(`${at}`, at))
  const kept = withoutNewest(openWindow({ items, hasOlder: false, hasNewer: false }), 10)
  expect(idsOf(kept)).toEqual(Array.from({ length: 10 }, (_, at) => `${at}`))
  expect(kept).toMatchObject({ hasNewer: true, changed: 'end' })
  expect(withoutNewest(kept, 10)).toBe(kept)
})
