/** As programs read it: RFC 3339 in UTC. */
export const timestamp = (timeMs: number): string => new Date(timeMs).toISOString()

const sameDay = (a: Date, b: Date): boolean => a.toDateString() === b.toDateString()

/** As people read it: the time of today, the day of anything older. */
export const shortTime = (timeMs: number, nowMs: number = Date.now()): string => {
  const time = new Date(timeMs)
  const clock = time.toTimeString().slice(0, 5)
  if (sameDay(time, new Date(nowMs))) return clock
  const month = String(time.getMonth() + 1).padStart(2, '0')
  return `${time.getFullYear()}-${month}-${String(time.getDate()).padStart(2, '0')} ${clock}`
}
