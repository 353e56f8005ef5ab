/** What a lane remembers: rows of text by key, written together or not at all. */
export interface LaneStore {
  get(key: string): string | undefined
  /** The rows whose key begins so, in the order of keys. */
  rows(prefix: string, countMax: number): readonly (readonly [key: string, value: string])[]
  /**
   * All or nothing, in order, and there when it returns, however the program ends. It returns at once: the server
   * forgets a letter with the next pong, and that must not go out before the letter is here.
   *
   * @param changes a value of null deletes
   * @param outlives what it has to outlive: what is only `told again` after a power cut need not wait for the disk
   */
  write(changes: Readonly<Record<string, string | null>>, outlives?: 'power cut' | 'program'): void
  close(): void
}

const rowsAtFirst = 1000

/** All rows under a prefix, however many they are. */
export const everyRowOf = (
  store: Pick<LaneStore, 'rows'>,
  prefix: string,
): readonly (readonly [key: string, value: string])[] => {
  for (let countMax = rowsAtFirst; ; countMax *= 8) {
    const rows = store.rows(prefix, countMax)
    if (rows.length < countMax) return rows
  }
}
