import { useSyncExternalStore } from 'react'

/** A value that is followed by those parts of the page that show it, and by no others. */
export interface Observed<Value> {
  get(): Value
  set(next: Value): void
  subscribe(notify: () => void): () => void
}

export const observed = <Value>(initial: Value): Observed<Value> => {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set: (next) => {
      if (Object.is(next, value)) return
      value = next
      for (const notify of listeners) notify()
    },
    subscribe: (notify) => {
      listeners.add(notify)
      return () => listeners.delete(notify)
    },
  }
}

/** Follows a part of the value. `select` picks a part that is there; a new object each time would be drawn for ever. */
export const useObserved = <Value, Part>(source: Observed<Value>, select: (value: Value) => Part): Part =>
  useSyncExternalStore(source.subscribe, () => select(source.get()))
