import { type FailureCode, SottoError } from '@sotto/protocol'

/** Result codes of SQLite that say something about the disk; the others are bugs. */
const failureOfResult = new Map<number, FailureCode>([
  // A quota that is used up is an I/O error to SQLite. The transaction is rolled back, as on a full disk.
  [778, 'storage_full'], // SQLITE_IOERR_WRITE
  [4874, 'storage_full'], // SQLITE_IOERR_SHMSIZE
  [5, 'profile_in_use'], // SQLITE_BUSY
  [10, 'storage_damaged'], // SQLITE_IOERR
  [11, 'storage_damaged'], // SQLITE_CORRUPT
  [13, 'storage_full'], // SQLITE_FULL
  [14, 'storage_damaged'], // SQLITE_CANTOPEN
  [26, 'storage_damaged'], // SQLITE_NOTADB
])

const resultOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode
    : undefined

/** What the whole code says, or else its low byte, which is the primary one. */
const failureOf = (result: number | undefined): FailureCode | undefined =>
  result === undefined ? undefined : (failureOfResult.get(result) ?? failureOfResult.get(result & 0xff))

/** Does something to a database. @throws SottoError `storage_damaged`, `storage_full`, `profile_in_use` */
export const onDisk = <T>(work: () => T): T => {
  try {
    return work()
  } catch (error) {
    const code = failureOf(resultOf(error))
    throw code ? new SottoError(code) : error
  }
}
