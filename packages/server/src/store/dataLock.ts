import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { SottoError } from '@sotto/protocol'

export interface DataLock {
  release(): void
}

/**
 * Two servers on one data directory would each trust their own memory of every room. Node has no file locks, SQLite
 * has: an open transaction on a database of its own holds one, which the system drops when the process dies.
 *
 * @throws SottoError `unavailable` while another server has the directory
 */
export const lockData = (directory: string): DataLock => {
  const database = new DatabaseSync(join(directory, 'lock'))
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
  } catch {
    database.close()
    throw new SottoError('unavailable', `another server is using ${directory}`)
  }
  return {
    release: () => {
      if (database.isOpen) database.close()
    },
  }
}
