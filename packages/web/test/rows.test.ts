import type { TimelineItem } from '@sotto/client'
import { describe, expect, test } from 'vitest'
import {
  firstUnreadOf,
  isBeginning,
  rowsOf as rowsIn,
  seqAt,
  rowAt,
  stretchOf,
} from '../src/features/conversation/rows.ts'

const noonMs = Date.UTC(2026, 10, 20, 12)
const rowsOf = (items: readonly TimelineItem[], firstUnread: string | null) =>
  rowsIn({ items, hasOlder: false }, firstUnread, 'UTC')
const minuteMs = 60_000

const message = (seq: number, name: string, afterMinutes: number): TimelineItem => ({
  kind: 'message',
  id: `m${seq}`,
  seq,
  sender: { account: name, name, own: name === 'alice', isBot: false },
  text: `${seq}`,
  timeMs: noonMs + afterMinutes * minuteMs,
  delivery: { kind: 'sent' },
})
const event = (seq: number, afterMinutes: number): TimelineItem => ({
  kind: 'event',
  id: `e${seq}`,
  seq,
  actor: { account: 'bob', name: 'bob', own: false, isBot: false },
  event: { kind: 'created' },
  timeMs: noonMs + afterMinutes * minuteMs,
})
const unreadable = (seq: number, afterMinutes: number): TimelineItem => ({
  kind: 'unreadable',
  id: `x${seq}`,
  seq,
  timeMs: noonMs + afterMinutes * minuteMs,
})
const missed = (seq: number, afterMinutes: number): TimelineItem => ({
  kind: 'missed',
  id: `w${seq}`,
  seq,
  why: seq % 2 === 0 ? 'own' : 'absent',
  timeMs: noonMs + afterMinutes * minuteMs,
})

const placesOf = (items: readonly TimelineItem[], firstUnread: string | null = null) =>
  rowsOf(items, firstUnread).flatMap((row) => (row.kind === 'message' ? [row.place] : []))
const kindsOf = (items: readonly TimelineItem[], firstUnread: string | null = null) =>
  rowsOf(items, firstUnread).map((row) => row.kind)

const posted = (seq: number, afterMinutes: number, fault: 'signature' | null = null): TimelineItem => ({
  kind: 'hook',
  id: `h${seq}`,
  seq,
  hook: 'deploys',
  name: 'alice',
  text: fault === null ? `${seq}` : null,
  fault,
  timeMs: noonMs + afterMinutes * minuteMs,
})

describe('what scripts have posted', () => {
  test('stands apart from what people say, even under a person’s name, and counts as unread', () => {
    const items = [message(1, 'alice', 0), posted(2, 1), message(3, 'alice', 2)]
    expect(kindsOf(items)).toEqual(['top', 'day', 'message', 'hook', 'message'])
    expect(placesOf(items)).toEqual(['only', 'only'])
    expect(firstUnreadOf({ items, hasOlder: false }, 1)).toBe('h2')
    expect(seqAt(rowsOf(items, null), 3)).toBe(2)
  })
  test('is not unread where nothing of it is shown', () => {
    expect(firstUnreadOf({ items: [posted(1, 0, 'signature')], hasOlder: false }, 0)).toBeNull()
  })
})

describe('messages of one person', () => {
  test('stand together when they follow within five minutes', () => {
    expect(placesOf([message(1, 'bob', 0), message(2, 'bob', 4), message(3, 'bob', 9)])).toEqual([
      'first',
      'middle',
      'last',
    ])
  })
  test('stand alone after a pause', () => {
    expect(placesOf([message(1, 'bob', 0), message(2, 'bob', 6)])).toEqual(['only', 'only'])
  })
  test('are parted by another person, by an event and by something unreadable', () => {
    expect(placesOf([message(1, 'bob', 0), message(2, 'alice', 1), message(3, 'bob', 2)])).toEqual([
      'only',
      'only',
      'only',
    ])
    expect(placesOf([message(1, 'bob', 0), event(2, 1), message(3, 'bob', 2)])).toEqual(['only', 'only'])
    expect(placesOf([message(1, 'bob', 0), unreadable(2, 1), message(3, 'bob', 2)])).toEqual(['only', 'only'])
  })
  test('are parted by the divider of what is new', () => {
    const items = [message(1, 'bob', 0), message(2, 'bob', 1), message(3, 'bob', 2)]
    expect(kindsOf(items, 'm2')).toEqual(['top', 'day', 'message', 'unread', 'message', 'message'])
    expect(placesOf(items, 'm2')).toEqual(['only', 'first', 'last'])
  })
  test('are parted by midnight, with the name of the day between', () => {
    const items = [message(1, 'bob', 11 * 60 + 59), message(2, 'bob', 12 * 60 + 1)]
    expect(kindsOf(items)).toEqual(['top', 'day', 'message', 'day', 'message'])
    expect(placesOf(items)).toEqual(['only', 'only'])
  })
})

test('older items come in above all that is there: no row between them and the first one goes', () => {
  const items = Array.from({ length: 40 }, (_, at) => message(at, 'bob', at * 97))
  for (let from = 1; from < 40; from += 1) {
    const later = rowsIn({ items: items.slice(from), hasOlder: true }, null, 'UTC').slice(1)
    const all = rowsIn({ items, hasOlder: false }, null, 'UTC').map(({ id }) => id)
    expect(all.slice(-later.length)).toEqual(later.map(({ id }) => id))
  }
})

test('what cannot be read is counted where it stands', () => {
  const rows = rowsOf(
    [message(1, 'bob', 0), unreadable(2, 1), unreadable(3, 1), message(4, 'bob', 2), unreadable(5, 3)],
    null,
  )
  expect(rows.flatMap((row) => (row.kind === 'unreadable' ? [row.count] : []))).toEqual([2, 1])
})

test('messages without a key stand together, whatever the reason, and are parted by a day and by what is new', () => {
  const items = [
    missed(1, 0),
    missed(2, 1),
    missed(3, 12 * 60 + 1),
    missed(4, 12 * 60 + 2),
    message(5, 'bob', 12 * 60 + 3),
    missed(6, 12 * 60 + 4),
  ]
  const rows = rowsOf(items, 'w4')
  expect(rows.flatMap((row) => (row.kind === 'missed' ? [row.items.map(({ seq }) => seq)] : []))).toEqual([
    [1, 2],
    [3],
    [4],
    [6],
  ])
  expect(seqAt(rows, 2)).toBe(2)
  expect(seqAt(rows, rows.length - 1)).toBe(6)
})

test('every row has an id of its own', () => {
  const items = Array.from({ length: 200 }, (_, at) => message(at, at % 3 ? 'bob' : 'alice', at * 97))
  const ids = rowsOf(items, 'm50').map((row) => row.id)
  expect(new Set(ids).size).toBe(ids.length)
})

test('what is new begins with the first message of somebody else after the read marker', () => {
  const items = [
    message(1, 'bob', 0),
    message(2, 'alice', 1),
    event(3, 2),
    message(4, 'bob', 3),
    message(5, 'bob', 4),
  ]
  expect(firstUnreadOf({ items, hasOlder: false }, 1)).toBe('m4')
  expect(firstUnreadOf({ items, hasOlder: false }, 5)).toBeNull()
  expect(firstUnreadOf({ items, hasOlder: false }, 0)).toBe('m1')
})

test('what is new has no line where the items do not reach back to the read marker', () => {
  const items = [message(40, 'bob', 0), message(41, 'bob', 1)]
  expect(firstUnreadOf({ items, hasOlder: true }, 3)).toBeNull()
  expect(firstUnreadOf({ items, hasOlder: true }, 39)).toBe('m40')
  expect(firstUnreadOf({ items, hasOlder: false }, 3)).toBe('m40')
})

test('rows on the screen are a stretch of the log that begins behind the row before them', () => {
  const rows = rowsOf([message(7, 'bob', 0), unreadable(8, 1), unreadable(9, 1), message(12, 'bob', 2)], null)
  const kinds = rows.map(({ kind }) => kind)
  expect(kinds).toEqual(['top', 'day', 'message', 'unreadable', 'message'])
  expect(stretchOf(rows, { first: 3, last: 4 }, true)).toEqual({ after: 7, upTo: 12 })
  expect(stretchOf(rows, { first: 4, last: 4 }, true)).toEqual({ after: 9, upTo: 12 })
  // What is before the first row is on no screen yet, if there is anything.
  expect(stretchOf(rows, { first: 0, last: 3 }, true)).toEqual({ after: 6, upTo: 9 })
  expect(stretchOf(rows, { first: 0, last: 3 }, false)).toEqual({ after: -1, upTo: 9 })
  expect(stretchOf(rows, { first: 0, last: 1 }, false)).toBeNull()
  expect([rowAt(rows, 8), rowAt(rows, 9), rowAt(rows, 10), rowAt(rows, 13)]).toEqual([3, 3, 4, -1])
})

test('what has been seen reaches to the last acknowledged row in view', () => {
  const pending: TimelineItem = { ...message(0, 'alice', 9), seq: null } as TimelineItem
  const rows = rowsOf([message(7, 'bob', 0), unreadable(8, 1), unreadable(9, 1), pending], null)
  expect(seqAt(rows, rows.length - 1)).toBe(9)
  expect(seqAt(rows, 2)).toBe(7)
  expect(seqAt(rows, 0)).toBeNull()
})

describe('the top of a room', () => {
  test('is its beginning for whoever was there then, and their coming in for everybody else', () => {
    expect(isBeginning([event(1, 0), message(2, 'bob', 1)])).toBe(true)
    const cameIn: TimelineItem = {
      ...event(7, 0),
      kind: 'event',
      event: { kind: 'added', name: 'alice' },
    } as TimelineItem
    expect(isBeginning([cameIn, message(8, 'bob', 1)])).toBe(false)
    expect(isBeginning([message(8, 'bob', 1)])).toBe(false)
  })
})
