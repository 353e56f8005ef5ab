import type { LaneStore } from '@sotto/lane/core'

/** What a program has on its disk, and what a power cut may take back: what was written to outlive the program alone. */
export interface LaneDisk {
  readonly rows: Map<string, string>
  /** How to undo what a power cut may take, the newest last. */
  readonly weak: (() => void)[]
}

export const emptyLaneDisk = (): LaneDisk => ({ rows: new Map(), weak: [] })

/** The newest of what only outlives the program is gone. */
export const cutPower = ({ weak }: LaneDisk, count: number): void => {
  for (const undo of weak.splice(-count).toReversed()) undo()
}

const write = ({ rows }: LaneDisk, changes: Readonly<Record<string, string | null>>) => {
  const before = Object.keys(changes).map((key) => [key, rows.get(key)] as const)
  for (const [key, value] of Object.entries(changes))
    if (value === null) rows.delete(key)
    else rows.set(key, value)
  return (): void => {
    for (const [key, value] of before)
      if (value === undefined) rows.delete(key)
      else rows.set(key, value)
  }
}

/** @param stops asked before and after each write: whether the program ends here */
export const openLaneDisk = (
  disk: LaneDisk,
  stops: (at: 'before_commit' | 'after_commit') => boolean = () => false,
): LaneStore => ({
  get: (key) => disk.rows.get(key),
  rows: (prefix, countMax) =>
    [...disk.rows]
      .filter(([key]) => key.startsWith(prefix))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, countMax),
  write: (changes, outlives = 'power cut') => {
    if (stops('before_commit')) return
    const undo = write(disk, changes)
    // A write that is on the disk has brought all before it along.
    if (outlives === 'power cut') disk.weak.length = 0
    else disk.weak.push(undo)
    stops('after_commit')
  },
  close: () => {},
})
