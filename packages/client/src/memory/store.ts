import { SottoError } from '@sotto/protocol'
import type { Change, RangeOptions, Row, Store } from '../ports/store.ts'

/** Rows that outlive each opened store, as a disk would. */
export interface MemoryDisk {
  readonly rows: Map<string, Uint8Array>
  /** Who opened last; only that opener may write. */
  fence: number
}

export const memoryDisk = (): MemoryDisk => ({ rows: new Map(), fence: 0 })

/** A store for tests and for profiles that are not to be kept. */
export const openMemoryStore = async (disk: MemoryDisk): Promise<Store> => {
  const fence = ++disk.fence
  return {
    get: async (key) => disk.rows.get(key)?.slice(),
    range: async (from, to, options) => rangeOf(disk.rows, from, to, options),
    commit: async (changes) => {
      if (disk.fence !== fence) throw new SottoError('fenced')
      for (const change of changes) apply(disk.rows, change)
    },
    close: async () => {},
  }
}

const rangeOf = (
  rows: ReadonlyMap<string, Uint8Array>,
  from: string,
  to: string,
  { limit, direction = 'up' }: RangeOptions,
): readonly Row[] => {
  const keys = [...rows.keys()].filter((key) => from <= key && key < to).toSorted()
  const chosen = direction === 'up' ? keys.slice(0, limit) : keys.toReversed().slice(0, limit)
  return chosen.map((key) => ({ key, value: (rows.get(key) as Uint8Array).slice() }))
}

const apply = (rows: Map<string, Uint8Array>, change: Change): void => {
  switch (change.kind) {
    case 'put':
      rows.set(change.key, change.value.slice())
      return
    case 'delete':
      rows.delete(change.key)
      return
    case 'delete_range':
      for (const key of rows.keys()) if (change.from <= key && key < change.to) rows.delete(key)
  }
}
