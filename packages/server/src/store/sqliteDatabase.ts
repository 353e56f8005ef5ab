import { closeSync, existsSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

const pageBytes = 4096
/** The log is checkpointed after this many pages: rarely, since growing a file makes each sync far slower. */
const checkpointPages = 16_384
const journalBytesMax = checkpointPages * pageBytes * 2
const fileMode = 0o600

export interface SqliteOptions {
  /** A file, or `:memory:`. */
  readonly path: string
  readonly bytesMax?: number
}

/** What a setting or a measure of a database is now. */
export const pragma = (database: DatabaseSync, name: string): unknown =>
  Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]

/**
 * What an acknowledgement promises rests on these settings; a build of SQLite that ignores one must not serve.
 *
 * @throws Error naming the setting that is weaker than asked for
 */
const refuseWeaker = (database: DatabaseSync, path: string): void => {
  const wanted: readonly (readonly [string, string | number])[] = [
    ['journal_mode', path === inMemory ? 'memory' : 'wal'],
    ['synchronous', 2],
    ['foreign_keys', 1],
    ['locking_mode', 'exclusive'],
    ['busy_timeout', 0],
  ]
  for (const [name, value] of wanted) {
    const actual = pragma(database, name)
    if (actual !== value)
      throw new Error(`the database does not hold what it must: ${name} is ${String(actual)}, not ${value}`)
  }
}

const inMemory = ':memory:'

/**
 * Opens a database whose commits survive a power cut, for this process alone: as long as it is open, no other program can
 * lock it, and so nothing that is asked of it ever waits for one.
 *
 * @throws Error of SQLite, "database is locked" where another program has it
 */
export const openSqlite = ({ path, bytesMax }: SqliteOptions): DatabaseSync => {
  // SQLite would make it, and its log, for everybody to read.
  if (path !== inMemory && !existsSync(path)) closeSync(openSync(path, 'a', fileMode))
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    database.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA page_size = ${pageBytes};
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA foreign_keys = ON;
      PRAGMA trusted_schema = OFF;
      PRAGMA wal_autocheckpoint = ${checkpointPages};
      PRAGMA journal_size_limit = ${journalBytesMax};
    `)
    if (bytesMax !== undefined)
      database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(bytesMax / pageBytes))}`)
    refuseWeaker(database, path)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
