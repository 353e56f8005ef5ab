import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SottoError } from '@sotto/client'

/**
 * Holds a profile for one bridge: two of them would each say everything. The hold ends with the process, however that ends.
 *
 * @returns what lets it go
 * @throws SottoError `profile_in_use`
 */
export const holdAlone = (profile: string): (() => void) => {
  mkdirSync(profile, { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(join(profile, 'bridge.lock'))
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch {
    database.close()
    throw new SottoError('profile_in_use', 'this bridge is already running')
  }
  return () => database.close()
}
