import { SottoError } from '@sotto/protocol'
import type { Change, RangeOptions, Row, Store } from '../../src/ports/store.ts'
import {
  answerOf,
  begin,
  completionOf,
  openDatabase,
  rowsStore,
  storageFailure,
  writerStore,
} from './database.ts'

const fenceKey = 'fence'

/** A view on a larger buffer would be stored with all of that buffer. */
const own = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()

const apply = (rows: IDBObjectStore, change: Change): void => {
  switch (change.kind) {
    case 'put':
      rows.put(own(change.value), change.key)
      return
    case 'delete':
      rows.delete(change.key)
      return
    case 'delete_range':
      if (change.from < change.to) rows.delete(IDBKeyRange.bound(change.from, change.to, false, true))
      return
  }
}

const readUp = async (rows: IDBObjectStore, range: IDBKeyRange, limit: number): Promise<readonly Row[]> => {
  const [keys, values] = await Promise.all([
    answerOf(rows.getAllKeys(range, limit)),
    answerOf<Uint8Array[]>(rows.getAll(range, limit)),
  ])
  return keys.map((key, i) => ({ key: key as string, value: values[i] as Uint8Array }))
}

const readDown = (rows: IDBObjectStore, range: IDBKeyRange, limit: number): Promise<readonly Row[]> =>
  new Promise((resolve, reject) => {
    const found: Row[] = []
    const request = rows.openCursor(range, 'prev')
    request.onerror = () => reject(storageFailure(request.error))
    request.onsuccess = () => {
      const cursor = request.result
      if (!cursor || found.length === limit) return resolve(found)
      found.push({ key: cursor.key as string, value: cursor.value as Uint8Array })
      cursor.continue()
    }
  })

const readRange = async (
  database: IDBDatabase,
  from: string,
  to: string,
  { limit, direction = 'up' }: RangeOptions,
): Promise<readonly Row[]> => {
  if (from >= to || limit === 0) return []
  const rows = begin(database, [rowsStore], 'readonly').objectStore(rowsStore)
  const range = IDBKeyRange.bound(from, to, false, true)
  return direction === 'up' ? readUp(rows, range, limit) : readDown(rows, range, limit)
}

const takeFence = async (database: IDBDatabase): Promise<number> => {
  const transaction = begin(database, [writerStore], 'readwrite')
  const writer = transaction.objectStore(writerStore)
  const completion = completionOf(transaction)
  const before = await answerOf<number | undefined>(writer.get(fenceKey))
  const fence = (before ?? 0) + 1
  writer.put(fence, fenceKey)
  await completion
  return fence
}

/**
 * All requests are made before the first is answered: they run in this order, and a fence that is not ours any more
 * takes every one of them back.
 */
const commit = async (database: IDBDatabase, fence: number, changes: readonly Change[]): Promise<void> => {
  const transaction = begin(database, [rowsStore, writerStore], 'readwrite')
  const completion = completionOf(transaction)
  let fenced = false
  const request = transaction.objectStore(writerStore).get(fenceKey)
  request.onsuccess = () => {
    if (request.result === fence) return
    fenced = true
    transaction.abort()
  }
  const rows = transaction.objectStore(rowsStore)
  for (const change of changes) apply(rows, change)
  try {
    await completion
  } catch (error) {
    throw fenced ? new SottoError('fenced') : error
  }
}

/**
 * A store in IndexedDB; every transaction asks for strict durability and checks that no later writer has come.
 *
 * @param takenAway hears when the browser has cleared the data, or lost it: nothing can be read or written any more
 * @throws SottoError `storage_damaged`, `storage_full`
 */
export const openIndexedDbStore = async (name: string, takenAway?: () => void): Promise<Store> => {
  const database = await openDatabase(name, takenAway)
  const fence = await takeFence(database)
  return {
    get: async (key) =>
      answerOf<Uint8Array | undefined>(
        begin(database, [rowsStore], 'readonly').objectStore(rowsStore).get(key),
      ),
    range: (from, to, options) => readRange(database, from, to, options),
    commit: (changes) => commit(database, fence, changes),
    close: async () => database.close(),
  }
}
