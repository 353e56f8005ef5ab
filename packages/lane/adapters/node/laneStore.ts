import { chmodSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { SottoError } from '@sotto/protocol'
import type { LaneStore } from '../../src/index.ts'
import { onDisk } from './sqliteFailure.ts'

/** Seals the rows of a store. */
export interface RowSealer {
  /**
   * What a row is found by. The first part of its key, which says the kind, may be kept; each further one is hidden: names of
   * people are among them. Keys that begin alike up to a slash have ids that begin alike, too.
   */
  idOf(key: string): string
  seal(id: string, plaintext: Uint8Array): Uint8Array
  /** @throws SottoError `storage_damaged` for what was sealed under another key or id, or was changed */
  open(id: string, sealed: Uint8Array): Uint8Array
}

/** How long another program that writes is waited for. */
const busyMs = 5000

const schema = `
  PRAGMA busy_timeout = ${busyMs};
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS sealed (id TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
`

/** When SQLite waits for the disk: at each commit, or when it tidies up. */
const levels = { 'power cut': 'FULL', program: 'NORMAL' } as const

/** Behind every id that begins with a prefix: no id has this character. */
const behind = '\u{10ffff}'

const lengthBytes = 4

/** Key and value of a row, as they are sealed. */
const encodeRow = (key: string, value: string): Buffer => {
  const [name, content] = [Buffer.from(key), Buffer.from(value)]
  const length = Buffer.alloc(lengthBytes)
  length.writeUInt32BE(name.length)
  return Buffer.concat([length, name, content])
}

const decodeRow = (row: Uint8Array): readonly [key: string, value: string] => {
  const all = Buffer.from(row.buffer, row.byteOffset, row.length)
  const valueAt = lengthBytes + (all.length < lengthBytes ? 0 : all.readUInt32BE(0))
  if (all.length < valueAt) throw new SottoError('storage_damaged')
  return [all.toString('utf8', lengthBytes, valueAt), all.toString('utf8', valueAt)]
}

const transaction = (database: DatabaseSync, work: () => void): void => {
  database.exec('BEGIN IMMEDIATE')
  try {
    work()
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

const putInto = (put: StatementSync, sealer: RowSealer) => (key: string, value: string) => {
  const id = sealer.idOf(key)
  put.run(id, sealer.seal(id, encodeRow(key, value)))
}

const hasFormerRows = (database: DatabaseSync): boolean =>
  database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'lane'").get() !== undefined

/** Earlier versions kept their rows as they are: all of them are sealed, or none. */
const sealFormerRows = (database: DatabaseSync, sealer: RowSealer): void => {
  if (!hasFormerRows(database)) return
  transaction(database, () => {
    // Another program may have been first.
    if (!hasFormerRows(database)) return
    // A version that was gone back to may have written since: what was sealed later is the newer one.
    const put = putInto(database.prepare('INSERT OR IGNORE INTO sealed (id, value) VALUES (?, ?)'), sealer)
    for (const { key, value } of database.prepare('SELECT key, value FROM lane').iterate())
      put(String(key), String(value))
    database.exec('DROP TABLE lane; PRAGMA user_version = 0;')
  })
}

/** In `user_version`: the rows are sealed, and nothing is left in the file of what was ever written in clear. */
const tidied = 1

const layoutOf = (database: DatabaseSync): number =>
  Number(database.prepare('PRAGMA user_version').get()?.['user_version'])

/** Before anything is written: a higher number is of a program that is not known here. @throws SottoError `storage_newer` */
const checkLayout = (database: DatabaseSync): void => {
  const found = layoutOf(database)
  if (found <= tidied) return
  database.close()
  throw new SottoError('storage_newer', undefined, { version: found, known: tidied })
}

/** Takes what was deleted out of the file, and out of the one beside it; where another program is in the way, next time. */
const tidy = (database: DatabaseSync): void => {
  if (layoutOf(database) === tidied) return
  try {
    database.exec('PRAGMA busy_timeout = 0; VACUUM')
    const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() ?? {}
    if (busy === 0) database.exec(`PRAGMA user_version = ${tidied}`)
  } catch {
    // What is in use is left as it is.
  } finally {
    database.exec(`PRAGMA busy_timeout = ${busyMs}`)
  }
}

/**
 * What an account of the open lane remembers, in one SQLite file that only its owner can read, each row sealed. Several
 * programs may have it open.
 *
 * @throws SottoError `storage_damaged`, `storage_newer`, `storage_full`, `profile_in_use`
 */
export const openLaneStore = (file: string, sealer: RowSealer): LaneStore => {
  const database = onDisk(() => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const opened = new DatabaseSync(file)
    chmodSync(file, 0o600)
    checkLayout(opened)
    opened.exec(schema)
    sealFormerRows(opened, sealer)
    tidy(opened)
    return opened
  })
  let level: keyof typeof levels = 'power cut'
  const get = database.prepare('SELECT value FROM sealed WHERE id = ?')
  const range = database.prepare('SELECT id, value FROM sealed WHERE id >= ? AND id < ?')
  const put = putInto(database.prepare('INSERT OR REPLACE INTO sealed (id, value) VALUES (?, ?)'), sealer)
  const drop = database.prepare('DELETE FROM sealed WHERE id = ?')

  /** Ids of rows whose keys begin so begin so, and perhaps those of others. */
  const idPrefixOf = (prefix: string): string => {
    const folder = prefix.lastIndexOf('/')
    return folder < 0 ? '' : `${sealer.idOf(prefix.slice(0, folder))}/`
  }

  return {
    get: (key) => {
      const id = sealer.idOf(key)
      const value = onDisk(() => get.get(id)?.['value']) as Uint8Array | undefined
      return value && decodeRow(sealer.open(id, value))[1]
    },
    rows: (prefix, countMax) => {
      const ids = idPrefixOf(prefix)
      return onDisk(() => range.all(ids, `${ids}${behind}`))
        .map(({ id, value }) => decodeRow(sealer.open(id as string, value as Uint8Array)))
        .filter(([key]) => key.startsWith(prefix))
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .slice(0, countMax)
    },
    write: (changes, outlives = 'power cut') =>
      onDisk(() => {
        const all = Object.entries(changes)
        if (all.length === 0) return
        if (outlives !== level) database.exec(`PRAGMA synchronous = ${levels[outlives]}`)
        level = outlives
        transaction(database, () => {
          for (const [key, value] of all) {
            if (value === null) drop.run(sealer.idOf(key))
            else put(key, value)
          }
        })
      }),
    close: () => {
      if (database.isOpen) database.close()
    },
  }
}
