const dayMs = 86_400_000

const zones = new Map<string, Intl.DateTimeFormat>()

const datesIn = (timeZone: string): Intl.DateTimeFormat => {
  const known = zones.get(timeZone)
  if (known !== undefined) return known
  const dates = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  })
  zones.set(timeZone, dates)
  return dates
}

interface Day {
  readonly year: number
  /** Days in a row have numbers in a row, however many hours they have. */
  readonly number: number
}

const dayOf = (timeMs: number, timeZone: string): Day => {
  const parts = new Map(
    datesIn(timeZone)
      .formatToParts(timeMs)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const [year = 0, month = 1, day = 1] = [parts.get('year'), parts.get('month'), parts.get('day')]
  return { year, number: Date.UTC(year, month - 1, day) / dayMs }
}

/** The day on the calendar of a zone, as a number that grows by one with each. */
export const dayNumber = (timeMs: number, timeZone: string): number => dayOf(timeMs, timeZone).number

export const isSameDay = (aMs: number, bMs: number, timeZone: string): boolean =>
  dayNumber(aMs, timeZone) === dayNumber(bMs, timeZone)

/** Whole days from one time back to another by the calendar. */
export const daysBefore = (timeMs: number, nowMs: number, timeZone: string): number =>
  dayNumber(nowMs, timeZone) - dayNumber(timeMs, timeZone)

/** How a moment is best told at a glance. */
export type Nearness = 'today' | 'yesterday' | 'this_week' | 'this_year' | 'earlier'

export const nearness = (timeMs: number, nowMs: number, timeZone: string): Nearness => {
  const days = daysBefore(timeMs, nowMs, timeZone)
  if (days <= 0) return 'today'
  if (days === 1) return 'yesterday'
  if (days < 7) return 'this_week'
  return dayOf(timeMs, timeZone).year === dayOf(nowMs, timeZone).year ? 'this_year' : 'earlier'
}
