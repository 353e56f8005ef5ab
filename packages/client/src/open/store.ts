/** What a lane remembers: rows of text by key, written together or not at all. */
export interface LaneStore {
  get(key: string): string | undefined
  /** The rows whose key begins so, in the order of keys. */
  rows(prefix: string, countMax: number): readonly (readonly [key: string, value: string])[]
  /**
   * All or nothing, and durable when it returns. It returns at once: the server forgets a letter with the next pong,
   * and that must not go out before the letter is here.
   *
   * @param changes a value of null deletes
   */
  write(changes: Readonly<Record<string, string | null>>): void
  close(): void
}

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
