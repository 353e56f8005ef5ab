/** Days as the reader's clock has them. */
const startOfDay = (timeMs: number): Date => {
  const date = new Date(timeMs)
  date.setHours(0, 0, 0, 0)
  return date
}

export const isSameDay = (aMs: number, bMs: number): boolean =>
  startOfDay(aMs).getTime() === startOfDay(bMs).getTime()

/** Whole days from one time back to another by the calendar; rounded, because some days have 23 or 25 hours. */
export const daysBefore = (timeMs: number, nowMs: number): number =>
  Math.round((startOfDay(nowMs).getTime() - startOfDay(timeMs).getTime()) / 86_400_000)

/** How a moment is best told at a glance. */
export type Nearness = 'today' | 'yesterday' | 'this_week' | 'this_year' | 'earlier'

export const nearness = (timeMs: number, nowMs: number): Nearness => {
  const days = daysBefore(timeMs, nowMs)
  if (days <= 0) return 'today'
  if (days === 1) return 'yesterday'
  if (days < 7) return 'this_week'
  return new Date(timeMs).getFullYear() === new Date(nowMs).getFullYear() ? 'this_year' : 'earlier'
}
