import { type FailureCode, limits, SottoError } from '@sotto/protocol'
import { timerScheduler } from '../net/timerScheduler.ts'
import { denialOf } from './lacks.ts'

/** The object stores of a profile: sealed rows, who may write them, and the keys that open them. */
export const rowsStore = 'rows'
export const writerStore = 'writer'
export const keysStore = 'keys'

/** How the object stores lie; what is in the rows has a version of its own (`src/database`). */
const version = 1

const failureOfName = new Map<string, FailureCode>([
  ['QuotaExceededError', 'storage_full'],
  // A newer program has laid the database out otherwise, which stays as it is.
  ['VersionError', 'storage_newer'],
])

/** What went wrong with the browser's storage, as a failure of ours. */
export const storageFailure = (error: unknown): SottoError =>
  error instanceof SottoError
    ? error
    : new SottoError(
        failureOfName.get(error instanceof DOMException ? error.name : '') ?? 'storage_damaged',
        error instanceof Error ? error.message : undefined,
      )

/** @throws SottoError `storage_damaged`, `storage_full` */
export const answerOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(storageFailure(request.error))
  })

/** Resolves when the transaction is durable. @throws SottoError as above, or what `abort` was told */
export const completionOf = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(storageFailure(transaction.error))
  })

/** Another tab with an older version may keep a database from opening, and some browsers never answer. */
const opened = (name: string): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const cancel = timerScheduler.after(limits.storageOpenMs, () =>
      reject(new SottoError('storage_damaged', 'the database does not open')),
    )
    const request = indexedDB.open(name, version)
    request.onupgradeneeded = () => {
      for (const store of [rowsStore, writerStore, keysStore]) request.result.createObjectStore(store)
    }
    request.onerror = () => {
      cancel()
      reject(request.error ?? new SottoError('storage_damaged'))
    }
    request.onsuccess = () => {
      cancel()
      resolve(request.result)
    }
  })

/**
 * @param takenAway hears when the browser closes the database by itself: its data has been cleared, or cannot be read
 * @throws SottoError `storage_damaged`, `storage_newer`, `storage_full`, `unsupported` where the page may not store anything
 */
export const openDatabase = async (name: string, takenAway?: () => void): Promise<IDBDatabase> => {
  const database = await opened(name).catch((error: unknown) => {
    throw storageFailure(denialOf(error))
  })
  // A newer version of the program in another tab must not wait for this one.
  database.onversionchange = () => database.close()
  if (takenAway) database.onclose = takenAway
  return database
}

/** @throws SottoError `storage_damaged` when the connection has been taken away (cleared site data, another version) */
export const begin = (
  database: IDBDatabase,
  stores: readonly string[],
  mode: 'readonly' | 'readwrite',
): IDBTransaction => {
  try {
    return database.transaction([...stores], mode, { durability: 'strict' })
  } catch (error) {
    throw storageFailure(error)
  }
}
