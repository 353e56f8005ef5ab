import { limits } from '../limits.ts'
import { refuseForm } from './form.ts'

/** RFC 3339, as `2026-11-30T18:05:00.250Z` or with the distance from UTC, with at most nine digits of a second. */
const form = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:Z|([+-])(\d{2}):(\d{2}))$/

/** What `timestamp` of a message looks like. */
export const momentPattern = form.source

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

const daysIn = (year: number, month: number): number =>
  (monthDays[month - 1] ?? 0) + (month === 2 && isLeap(year) ? 1 : 0)

/** Days from 1970-01-01 to a day of the Gregorian calendar. */
const daysSince1970 = (year: number, month: number, day: number): number => {
  const before = year - 1
  const leaps = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400)
  const leapsTo1970 = 477
  const months = Array.from({ length: month - 1 }, (_, at) => daysIn(year, at + 1))
  return (year - 1970) * 365 + leaps - leapsTo1970 + months.reduce((sum, days) => sum + days, 0) + day - 1
}

/**
 * The moment that a sender writes beside his message, in milliseconds since 1970.
 *
 * @throws FormRefusal `PAYLOAD_INVALID` for another form, and for a day or an hour that there is not
 */
export const readMoment = (text: unknown): number => {
  const parts = typeof text === 'string' ? form.exec(text) : null
  if (!parts) return refuseForm()
  const [, y, mo, d, h, mi, s, fraction = '', sign, offsetH = 0, offsetMi = 0] = parts
  const [year, month, day, hour, minute, second] = [y, mo, d, h, mi, s].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const isDay = day >= 1 && day <= daysIn(year, month)
  const isTime = hour < 24 && minute < 60 && second < 60 && Number(offsetH) < 24 && Number(offsetMi) < 60
  if (!isDay || !isTime) return refuseForm()
  const offsetMinutes = (sign === '-' ? -1 : 1) * (Number(offsetH) * 60 + Number(offsetMi))
  const minutes = (daysSince1970(year, month, day) * 24 + hour) * 60 + minute - offsetMinutes
  return (minutes * 60 + second) * 1000 + Math.floor(Number(`0.${fraction}0`) * 1000)
}

const dayMs = 86_400_000
const digits = (value: number, count: number): string => String(value).padStart(count, '0')

const yearOf = (day: number): number => {
  const about = 1970 + Math.floor(day / 365.2425)
  return [about + 1, about, about - 1].find((year) => daysSince1970(year, 1, 1) <= day) ?? about
}

/** The same moment in UTC, to the millisecond. @param ms since 1970, of the years 1 to 9999 */
export const writeMoment = (ms: number): string => {
  const day = Math.floor(ms / dayMs)
  const year = yearOf(day)
  const starts = Array.from({ length: 12 }, (_, at) => daysSince1970(year, at + 1, 1))
  const month = starts.findLastIndex((start) => start <= day)
  const date = [digits(year, 4), digits(month + 1, 2), digits(day - (starts[month] ?? day) + 1, 2)].join('-')
  const restMs = ms - day * dayMs
  const [hours, minutes, seconds] = [3_600_000, 60_000, 1000].map((unitMs, at) =>
    digits(Math.floor(restMs / unitMs) % (at === 0 ? 24 : 60), 2),
  )
  return `${date}T${hours}:${minutes}:${seconds}.${digits(restMs % 1000, 3)}Z`
}

/**
 * The same, near enough to `nowMs` to be meant.
 *
 * @throws FormRefusal `PAYLOAD_INVALID`
 */
export const readRecentMoment = (text: unknown, nowMs: number): number => {
  const ms = readMoment(text)
  return Math.abs(ms - nowMs) <= limits.openTimestampSkewMs ? ms : refuseForm()
}
