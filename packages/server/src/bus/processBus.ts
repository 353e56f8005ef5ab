import type { Bus, BusEvent } from './bus.ts'

/** The bus of a server that is one process. */
export const processBus = (): Bus => {
  const listeners = new Map<string, Set<(event: BusEvent) => void>>()
  return {
    publish: (topic, event) => {
      for (const listener of listeners.get(topic) ?? []) listener(event)
    },
    subscribe: (topic, listener) => {
      const known = listeners.get(topic) ?? new Set()
      listeners.set(topic, known.add(listener))
      return () => {
        known.delete(listener)
        if (known.size === 0 && listeners.get(topic) === known) listeners.delete(topic)
      }
    },
  }
}
