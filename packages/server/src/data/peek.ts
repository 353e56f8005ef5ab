import { DatabaseSync } from 'node:sqlite'
import { statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { SottoError } from '@sotto/protocol'
import type { Identity, Said } from './belonging.ts'
import { migrations } from '../store/migrations/index.ts'
import { appliedCount, schemaNotes } from '../store/schemaNotes.ts'
import { identityOf, type IdentityRow } from './identityRow.ts'

/** A database up to this size is looked through at each start, in about a second; damage in a larger one shows when it is read. */
const lookedThroughBytesMax = 256 * 1024 * 1024

const hasIdentity = (database: DatabaseSync): boolean =>
  database.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'identity'`).get() !==
  undefined

const identityIn = (database: DatabaseSync): Identity | undefined => {
  if (!hasIdentity(database)) return undefined
  const row = database.prepare('SELECT * FROM identity').get() as unknown as IdentityRow | undefined
  return row && identityOf(row)
}

/** @throws SottoError `unavailable` */
const refuseDamaged = (database: DatabaseSync, path: string): void => {
  const [found] = Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {})
  if (found !== 'ok')
    throw new SottoError(
      'unavailable',
      `the database ${path} is damaged (${String(found)}); put back a whole copy of the data`,
    )
}

const fileAlone = (path: string): Identity | undefined => {
  const url = pathToFileURL(path)
  url.searchParams.set('immutable', '1')
  const database = new DatabaseSync(url, { readOnly: true })
  try {
    return identityIn(database)
  } catch {
    // A log that was being brought into the file: half of it means nothing.
    return undefined
  } finally {
    database.close()
  }
}

export interface Peeked {
  readonly said: Said
  /** Migrations that this version of Sotto has and the database has not had. */
  readonly pending: number
}

/**
 * Reads what a database says of itself without changing a byte of it or its log: a start that is refused leaves everything
 * as it was.
 *
 * @throws SottoError `unavailable` when its pages contradict each other, or a newer version of Sotto has written it
 * @throws Error of SQLite
 */
export const peek = (path: string, hasLog: boolean): Peeked => {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 0 })
  try {
    if (statSync(path).size <= lookedThroughBytesMax) refuseDamaged(database, path)
    const pending = migrations.length - appliedCount(schemaNotes(database), migrations)
    return {
      said: { whole: identityIn(database), fileAlone: hasLog ? fileAlone(path) : undefined },
      pending,
    }
  } finally {
    database.close()
  }
}
