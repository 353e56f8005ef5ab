/**
 * Letters that cannot be judged for now, and what came behind them: the rows of each sender, in the order of arrival. What
 * one sender sent is told in that order; another sender waits for none of it.
 */
export type Waiting = Map<string, Set<string>>

const firstOf = (rows: ReadonlySet<string>): string | undefined => rows.values().next().value

/** A row that waits already keeps its place. */
export const beginWaiting = (waiting: Waiting, sender: string, row: string): void => {
  const rows = waiting.get(sender) ?? new Set()
  waiting.set(sender, rows.add(row))
}

/** @param isThere whether a row is still to be told: another program on the same store may have done so */
export const isBehindAnother = (
  waiting: Waiting,
  sender: string,
  row: string,
  isThere: (row: string) => boolean,
): boolean => {
  const rows = waiting.get(sender) ?? new Set()
  for (let first = firstOf(rows); first !== undefined && first !== row; first = firstOf(rows)) {
    if (isThere(first)) return true
    rows.delete(first)
  }
  return false
}

/** @returns what waits behind a letter that waits no more */
export const waitsNoMore = (waiting: Waiting, sender: string, row: string): ReadonlySet<string> => {
  const rows = waiting.get(sender) ?? new Set()
  rows.delete(row)
  if (rows.size === 0) waiting.delete(sender)
  return rows
}
