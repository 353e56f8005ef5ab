import { expect, test } from 'vitest'
import fc from 'fast-check'
import { shared } from '../src/client/sharing.ts'

const room = (id: string, unread: number, state: object = { kind: 'active' }) => ({ id, unread, state })
const copy = <Value>(value: Value): Value => structuredClone(value)

test('a room that reads as it did is the object that it was, wherever it stands in the list', () => {
  const before = [room('a', 0), room('b', 1), room('c', 0)]
  const next = shared(before, copy([room('c', 1), room('a', 0), room('b', 1)]))
  expect(next).toEqual([room('c', 1), room('a', 0), room('b', 1)])
  expect(next[1]).toBe(before[0])
  expect(next[2]).toBe(before[1])
  expect(next[0]).not.toBe(before[2])
  expect(next[0]?.state).toBe(before[2]?.state)
})

test('a field more or fewer, at any depth, is another object', () => {
  const before = room('a', 0, { kind: 'behind', missing: 3 })
  expect(shared(before, room('a', 0, { kind: 'behind', missing: 2 }))).not.toBe(before)
  expect(shared(before, room('a', 0, { kind: 'behind' }))).not.toBe(before)
  expect(shared(before, { ...before, isOpen: undefined })).not.toBe(before)
})

test('what is shared reads as what was told, and is the same object exactly where nothing changed', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (before, next) => {
      expect(shared(before, next)).toEqual(next)
      expect(shared(before, copy(before))).toBe(before)
    }),
  )
})
