import type { LaneStore } from './ports/store.ts'

/** Forgets with the program: for tests, and for browsers that keep nothing. */
export const memoryLaneStore = (): LaneStore => {
  const all = new Map<string, string>()
  return {
    get: (key) => all.get(key),
    rows: (prefix, countMax) =>
      [...all]
        .filter(([key]) => key.startsWith(prefix))
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .slice(0, countMax),
    write: (changes) => {
      for (const [key, value] of Object.entries(changes))
        if (value === null) all.delete(key)
        else all.set(key, value)
    },
    close: () => {},
  }
}
