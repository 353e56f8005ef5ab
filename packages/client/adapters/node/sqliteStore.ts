import { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import { SottoError } from '@sotto/protocol'
import type { Change, Row, Store } from '../../src/ports/store.ts'
import { onDisk } from './sqliteFailure.ts'

const schema = `
  PRAGMA busy_timeout = 5000;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS rows (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS writer (one INTEGER PRIMARY KEY CHECK (one = 1), fence INTEGER NOT NULL) STRICT;
`

/** How the tables of this file lie; what is in the rows has a version of its own (`src/database`). */
const layout = 0

/** Before anything is written. @throws SottoError `storage_newer` */
const checkLayout = (database: DatabaseSync): void => {
  const found = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  if (found <= layout) return
  database.close()
  throw new SottoError('storage_newer', undefined, { version: found, known: layout })
}

const transaction = <T>(database: DatabaseSync, work: () => T): T => {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** Rows that are read before others have a turn: reading is done at once here, and a loop over pages would let nobody in. */
const rowsPerTurn = 256

/** Lets everything else that waits have its turn whenever so many rows have been read. */
const rowCounter = () => {
  let rows = 0
  return async (count: number): Promise<void> => {
    rows += count
    if (rows < rowsPerTurn) return
    rows = 0
    await turn()
  }
}

/**
 * A store in one SQLite file (WAL, `synchronous=FULL`: what a commit has returned survives a power cut).
 *
 * @throws SottoError `storage_damaged`, `storage_newer`, `storage_full`, `profile_in_use`
 */
export const openSqliteStore = async (file: string): Promise<Store> => {
  const database = onDisk(() => {
    const opened = new DatabaseSync(file)
    checkLayout(opened)
    opened.exec(schema)
    return opened
  })
  const readFence = database.prepare('SELECT fence FROM writer')
  const get = database.prepare('SELECT value FROM rows WHERE key = ?')
  const up = database.prepare(
    'SELECT key, value FROM rows WHERE key >= ? AND key < ? ORDER BY key ASC LIMIT ?',
  )
  const down = database.prepare(
    'SELECT key, value FROM rows WHERE key >= ? AND key < ? ORDER BY key DESC LIMIT ?',
  )
  const put = database.prepare('INSERT OR REPLACE INTO rows (key, value) VALUES (?, ?)')
  const drop = database.prepare('DELETE FROM rows WHERE key = ?')
  const dropRange = database.prepare('DELETE FROM rows WHERE key >= ? AND key < ?')
  const apply = (change: Change): void => {
    switch (change.kind) {
      case 'put':
        put.run(change.key, change.value)
        return
      case 'delete':
        drop.run(change.key)
        return
      case 'delete_range':
        dropRange.run(change.from, change.to)
        return
    }
  }

  const fence = onDisk(() =>
    transaction(database, () => {
      database.exec(
        'INSERT INTO writer (one, fence) VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET fence = fence + 1',
      )
      return readFence.get()?.['fence']
    }),
  )

  const counted = rowCounter()
  return {
    get: async (key) => {
      const value = onDisk(() => get.get(key)?.['value']) as Uint8Array | undefined
      await counted(1)
      return value
    },
    range: async (from, to, { limit, direction = 'up' }) => {
      const rows = onDisk(() => (direction === 'up' ? up : down).all(from, to, limit))
      await counted(rows.length)
      return rows.map(({ key, value }): Row => ({ key: key as string, value: value as Uint8Array }))
    },
    commit: async (changes) =>
      onDisk(() =>
        transaction(database, () => {
          if (readFence.get()?.['fence'] !== fence) throw new SottoError('fenced')
          for (const change of changes) apply(change)
        }),
      ),
    close: async () => {
      if (database.isOpen) database.close()
    },
  }
}
