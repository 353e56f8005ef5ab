import type { BusEvent } from '../bus/bus.ts'
import { headOf, keyOf } from './news.ts'

/** What happens to the rooms of a device while its socket is greeted: one thing of a kind, however often it happens. */
export interface EarlyEvents {
  /** False where there is no room for more. */
  note(event: BusEvent): boolean
  readonly events: Iterable<BusEvent>
}

/** Entries are not kept: their place is, and the log has them. */
const summaryOf = (event: BusEvent): BusEvent =>
  event.kind === 'appended' ? { kind: 'returned', room: event.room, head: headOf(event) } : event

export const makeEarlyEvents = (eventsMax: number): EarlyEvents => {
  const byKey = new Map<string, BusEvent>()
  return {
    note: (event) => {
      const key = keyOf(event)
      if (byKey.size >= eventsMax && !byKey.has(key)) return false
      byKey.set(key, summaryOf(event))
      return true
    },
    get events() {
      return byKey.values()
    },
  }
}
