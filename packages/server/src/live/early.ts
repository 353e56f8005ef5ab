import type { BusEvent } from '../bus/bus.ts'

/** What happens to the rooms of a device while its socket is greeted: one thing of a kind, however often it happens. */
export interface EarlyEvents {
  /** False where there is no room for more. */
  note(event: BusEvent): boolean
  readonly events: Iterable<BusEvent>
}

const keyOf = (id: Uint8Array): string => Buffer.from(id).toString('latin1')

/** Entries are not kept: their place is, and the log has them. */
const summaryOf = (event: BusEvent): readonly [key: string, summary: BusEvent] => {
  switch (event.kind) {
    case 'appended': {
      const head = event.entries.at(-1)?.ack.seq ?? 0
      return [`head ${keyOf(event.room)}`, { kind: 'returned', room: event.room, head }]
    }
    case 'returned':
      return [`head ${keyOf(event.room)}`, event]
    case 'joined':
    case 'left':
      return [`place ${keyOf(event.room)}`, event]
    case 'welcome':
      return [`welcome ${keyOf(event.room)}`, event]
    case 'chain_grew':
      return [`chain ${keyOf(event.account)}`, event]
    case 'handed_out':
    case 'session_ended':
      return [event.kind, event]
  }
}

export const makeEarlyEvents = (eventsMax: number): EarlyEvents => {
  const byKey = new Map<string, BusEvent>()
  return {
    note: (event) => {
      const [key, summary] = summaryOf(event)
      if (byKey.size >= eventsMax && !byKey.has(key)) return false
      byKey.set(key, summary)
      return true
    },
    get events() {
      return byKey.values()
    },
  }
}
