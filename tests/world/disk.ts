import { type Change, type Row, SottoError, type Store } from '@sotto/client'

/** What a device has on its disk, and what a crash may take back. */
export interface Disk {
  readonly rows: Map<string, Uint8Array>
  /** Who opened last; only that opener may write. */
  fence: number
  /** How to undo the newest commits, the newest last. */
  readonly undo: Undo[]
  /** No room is left. */
  isFull: boolean
  keys: readonly string[] | null
}

type Undo = readonly (readonly [key: string, before: Uint8Array | undefined])[]

export interface DiskCopy {
  readonly rows: ReadonlyMap<string, Uint8Array>
}

const undoKept = 8

export const emptyDisk = (): Disk => ({ rows: new Map(), fence: 0, undo: [], isFull: false, keys: null })

/** Rows are never changed in place. */
export const copyDisk = ({ rows }: Disk): DiskCopy => ({ rows: new Map(rows) })

export const restoreDisk = (disk: Disk, copy: DiskCopy): void => {
  disk.rows.clear()
  for (const [key, value] of copy.rows) disk.rows.set(key, value)
  disk.undo.length = 0
  disk.keys = null
}

/** The last commits vanish, although the disk had said that they were safe. */
export const loseCommits = (disk: Disk, count: number): number => {
  let lost = 0
  for (; lost < count; lost++) {
    const undo = disk.undo.pop()
    if (!undo) break
    for (const [key, before] of undo.toReversed())
      if (before) disk.rows.set(key, before)
      else disk.rows.delete(key)
  }
  disk.keys = null
  return lost
}

/** First place whose key is not before `key`. */
const placeOf = (keys: readonly string[], key: string): number => {
  let [low, high] = [0, keys.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((keys[middle] as string) < key) low = middle + 1
    else high = middle
  }
  return low
}

const sortedKeys = (disk: Disk): readonly string[] => (disk.keys ??= [...disk.rows.keys()].toSorted())

const between = (disk: Disk, from: string, to: string): readonly string[] => {
  const keys = sortedKeys(disk)
  return keys.slice(placeOf(keys, from), placeOf(keys, to))
}

const apply = (disk: Disk, changes: readonly Change[]): void => {
  const undo: [string, Uint8Array | undefined][] = []
  const set = (key: string, value: Uint8Array | undefined): void => {
    const before = disk.rows.get(key)
    undo.push([key, before])
    if ((before === undefined) !== (value === undefined)) disk.keys = null
    if (value) disk.rows.set(key, value)
    else disk.rows.delete(key)
  }
  for (const change of changes)
    switch (change.kind) {
      case 'put':
        set(change.key, change.value.slice())
        break
      case 'delete':
        set(change.key, undefined)
        break
      case 'delete_range':
        for (const key of between(disk, change.from, change.to)) set(key, undefined)
    }
  disk.undo.push(undo)
  if (disk.undo.length > undoKept) disk.undo.shift()
}

export const openDisk = (disk: Disk): Store => {
  const fence = ++disk.fence
  return {
    get: async (key) => disk.rows.get(key)?.slice(),
    range: async (from, to, { limit, direction = 'up' }) => {
      const keys = between(disk, from, to)
      const chosen = direction === 'up' ? keys.slice(0, limit) : keys.toReversed().slice(0, limit)
      return chosen.map((key): Row => ({ key, value: (disk.rows.get(key) as Uint8Array).slice() }))
    },
    commit: async (changes) => {
      if (disk.fence !== fence) throw new SottoError('fenced')
      if (disk.isFull && changes.some(({ kind }) => kind === 'put')) throw new SottoError('storage_full')
      apply(disk, changes)
    },
    close: async () => {},
  }
}

/** A disk that nobody opens any more: what a checker looks into. */
export const readDisk = (copy: DiskCopy): Store => openDisk({ ...emptyDisk(), rows: new Map(copy.rows) })
