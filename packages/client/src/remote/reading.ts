import type { Client, ClientEvent } from '../view.ts'
import type { Shown } from './shown.ts'

const itemsPerReading = 200

interface Reading {
  readonly shown: Shown
  readonly timeline: Client['timeline']
  publish(event: ClientEvent): void
}

const readOn = async ({ shown, timeline, publish }: Reading, room: string): Promise<void> => {
  for (;;) {
    const { items, more } = await timeline({ room, after: shown.next(room), limit: itemsPerReading })
    if (items.length > 0) publish({ kind: 'timeline', room, items })
    if (!more) return
  }
}

/** Reads what has not been shown in each room, to the end of its log. A room may be gone by now. */
export const readUnshown = (reading: Reading): void => {
  const { shown } = reading
  for (const room of shown.rooms()) readOn(reading, room).catch(() => shown.forget(room))
}
