import { closeSync, existsSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { SottoError } from '@sotto/protocol'

export interface DataLock {
  release(): void
}

const fileMode = 0o600
const busy = 5
const notOfSqlite = 26

const resultOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined

/**
 * Two servers on one data directory would each trust their own memory of every room. Node has no file locks, SQLite
 * has: an open transaction on a database of its own holds one, which the system drops when the process dies. It keeps
 * two first starts apart; once there is a database, the lock on that one counts, which nobody can delete and keep the data.
 *
 * @throws SottoError `unavailable` while another server has the directory
 * @throws Error of SQLite
 */
export const lockData = (directory: string): DataLock => {
  const path = join(directory, 'lock')
  // SQLite would make it for everybody to read.
  if (!existsSync(path)) closeSync(openSync(path, 'a', fileMode))
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    switch (resultOf(error)) {
      case busy:
        throw new SottoError('unavailable', `another server is using ${directory}; end it first`)
      case notOfSqlite:
        throw new SottoError(
          'unavailable',
          `${path} is a file of another program; choose another directory with --data DIR (SOTTO_DATA)`,
        )
      default:
        throw error
    }
  }
  return {
    release: () => {
      if (database.isOpen) database.close()
    },
  }
}
