import { expect, test } from 'vitest'
import { daysBefore, isSameDay, nearness } from '../src/ui/calendar.ts'
import { retrySeconds } from '../src/features/connection/retrySeconds.ts'

const at = (...date: [number, number, number, number?, number?]) => new Date(...date).getTime()

test('a day ends at midnight by the clock on the wall', () => {
  expect(isSameDay(at(2026, 10, 20, 0, 0), at(2026, 10, 20, 23, 59))).toBe(true)
  expect(isSameDay(at(2026, 10, 20, 23, 59), at(2026, 10, 21, 0, 0))).toBe(false)
})

test('days are counted by the calendar, across changes of the clock', () => {
  for (let day = 0; day < 400; day += 1)
    expect(daysBefore(at(2026, 0, 1, 12), at(2026, 0, 1 + day, 3))).toBe(day)
})

test('how near a moment is', () => {
  const now = at(2026, 10, 20, 9)
  expect(nearness(at(2026, 10, 20, 1), now)).toBe('today')
  expect(nearness(at(2026, 10, 19, 23), now)).toBe('yesterday')
  expect(nearness(at(2026, 10, 14), now)).toBe('this_week')
  expect(nearness(at(2026, 10, 13), now)).toBe('this_year')
  expect(nearness(at(2025, 11, 31), now)).toBe('earlier')
  // A clock that is ahead of ours.
  expect(nearness(at(2026, 10, 22), now)).toBe('today')
})

test('the next try is always still to come', () => {
  expect(retrySeconds(10_000, 8_900)).toBe(2)
  expect(retrySeconds(10_000, 12_000)).toBe(1)
})
