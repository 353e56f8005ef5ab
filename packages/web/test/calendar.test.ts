import { expect, test } from 'vitest'
import { daysBefore, isSameDay, nearness } from '../src/ui/calendar.ts'
import { retrySeconds } from '../src/features/connection/retrySeconds.ts'

const zone = 'UTC'
const at = (year: number, month: number, day: number, hour = 0, minute = 0) =>
  Date.UTC(year, month, day, hour, minute)

test('a day ends at midnight by the clock on the wall', () => {
  expect(isSameDay(at(2026, 10, 20, 0, 0), at(2026, 10, 20, 23, 59), zone)).toBe(true)
  expect(isSameDay(at(2026, 10, 20, 23, 59), at(2026, 10, 21, 0, 0), zone)).toBe(false)
})

test('days are counted by the calendar, across changes of the clock', () => {
  for (let day = 0; day < 400; day += 1)
    expect(daysBefore(at(2026, 0, 1, 12), at(2026, 0, 1 + day, 3), zone)).toBe(day)
})

test.each([
  ['Europe/Berlin', 2 * 60],
  ['America/St_Johns', -2 * 60 - 30],
  ['Pacific/Kiritimati', 14 * 60],
  ['Asia/Kathmandu', 5 * 60 + 45],
])('a day begins at midnight in %s, wherever the page was opened', (timeZone, offsetMinutes) => {
  const midnight = at(2026, 6, 15) - offsetMinutes * 60_000
  expect(isSameDay(midnight, midnight - 1, timeZone)).toBe(false)
  expect(isSameDay(midnight, midnight + 86_399_999, timeZone)).toBe(true)
  expect(nearness(midnight - 1, midnight, timeZone)).toBe('yesterday')
})

test('days of 23 and of 25 hours are days', () => {
  const days = [
    [at(2026, 2, 28, 23), at(2026, 2, 29, 22)],
    [at(2026, 9, 24, 22), at(2026, 9, 25, 23)],
  ] as const
  for (const [begins, ends] of days) {
    expect(isSameDay(begins, ends - 1, 'Europe/Berlin')).toBe(true)
    expect(daysBefore(begins - 1, begins, 'Europe/Berlin')).toBe(1)
    expect(daysBefore(begins, ends, 'Europe/Berlin')).toBe(1)
  }
})

test('how near a moment is', () => {
  const now = at(2026, 10, 20, 9)
  expect(nearness(at(2026, 10, 20, 1), now, zone)).toBe('today')
  expect(nearness(at(2026, 10, 19, 23), now, zone)).toBe('yesterday')
  expect(nearness(at(2026, 10, 14), now, zone)).toBe('this_week')
  expect(nearness(at(2026, 10, 13), now, zone)).toBe('this_year')
  expect(nearness(at(2025, 11, 31), now, zone)).toBe('earlier')
  // A clock that is ahead of ours.
  expect(nearness(at(2026, 10, 22), now, zone)).toBe('today')
})

test('the next try is always still to come', () => {
  expect(retrySeconds(10_000, 8_900)).toBe(2)
  expect(retrySeconds(10_000, 12_000)).toBe(1)
})
