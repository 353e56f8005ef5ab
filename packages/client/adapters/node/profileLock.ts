import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SottoError } from '@sotto/protocol'

/** Held until released or until the process ends, however it ends. */
export interface ProfileLock {
  release(): void
}

const busy = 5

/**
 * Takes the one lock of a profile. It is SQLite's lock on an otherwise empty file, because that is the operating
 * system's lock on every platform: no left-over of a killed process can look like a living one.
 *
 * @returns undefined when another process holds it
 */
export const takeProfileLock = (directory: string): ProfileLock | undefined => {
  const database = new DatabaseSync(join(directory, 'lock'), { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
    return { release: () => database.close() }
  } catch (error) {
    database.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === busy) return undefined
    throw new SottoError('storage_damaged', 'the lock of the profile cannot be taken')
  }
}
