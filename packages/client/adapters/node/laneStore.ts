import { chmodSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { LaneStore } from '../../src/open/index.ts'
import { onDisk } from './sqliteFailure.ts'

const schema = `
  PRAGMA busy_timeout = 5000;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS lane (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`

/** When SQLite waits for the disk: at each commit, or when it tidies up. */
const levels = { 'power cut': 'FULL', program: 'NORMAL' } as const

/** Behind every key that begins with a prefix: no key has this character. */
const behind = '\u{10ffff}'

/**
 * What an account of the open lane remembers, in one SQLite file that only its owner can read: private keys are in it,
 * as they are. Several programs may have it open.
 *
 * @throws SottoError `storage_damaged`, `storage_full`, `profile_in_use`
 */
export const openLaneStore = (file: string): LaneStore => {
  const database = onDisk(() => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const opened = new DatabaseSync(file)
    chmodSync(file, 0o600)
    opened.exec(schema)
    return opened
  })
  let level: keyof typeof levels = 'power cut'
  const get = database.prepare('SELECT value FROM lane WHERE key = ?')
  const range = database.prepare(
    'SELECT key, value FROM lane WHERE key >= ? AND key < ? ORDER BY key LIMIT ?',
  )
  const put = database.prepare('INSERT OR REPLACE INTO lane (key, value) VALUES (?, ?)')
  const drop = database.prepare('DELETE FROM lane WHERE key = ?')

  return {
    get: (key) => onDisk(() => get.get(key)?.['value']) as string | undefined,
    rows: (prefix, countMax) =>
      onDisk(() => range.all(prefix, `${prefix}${behind}`, countMax)).map(
        ({ key, value }) => [key as string, value as string] as const,
      ),
    write: (changes, outlives = 'power cut') =>
      onDisk(() => {
        const all = Object.entries(changes)
        if (all.length === 0) return
        if (outlives !== level) database.exec(`PRAGMA synchronous = ${levels[outlives]}`)
        level = outlives
        database.exec('BEGIN IMMEDIATE')
        try {
          for (const [key, value] of all) {
            if (value === null) drop.run(key)
            else put.run(key, value)
          }
          database.exec('COMMIT')
        } catch (error) {
          if (database.isTransaction) database.exec('ROLLBACK')
          throw error
        }
      }),
    close: () => {
      if (database.isOpen) database.close()
    },
  }
}
