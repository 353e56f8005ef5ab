import { statfsSync, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { Space } from '../quota/space.ts'
import { pragma, type SqliteOptions } from './sqliteDatabase.ts'

const measure = (database: DatabaseSync, name: string): number => Number(pragma(database, name))

const endless: Space = { freeBytes: Number.POSITIVE_INFINITY, wholeBytes: Number.POSITIVE_INFINITY }

/** What the disk takes, less what the file has yet to grow by: pages that stand in the log alone. */
const onDisk = (path: string, databaseBytes: number): Space => {
  if (path === ':memory:') return endless
  const { bavail, blocks, bsize } = statfsSync(path)
  const inLog = Math.max(0, databaseBytes - statSync(path).size)
  return { freeBytes: bavail * bsize - inLog, wholeBytes: blocks * bsize }
}

const withinBound = (database: DatabaseSync, bytesMax: number | undefined, bytes: number): Space =>
  bytesMax === undefined
    ? endless
    : {
        freeBytes: measure(database, 'max_page_count') * measure(database, 'page_size') - bytes,
        wholeBytes: bytesMax,
      }

/** How much more can be stored, by the disk and by the bound of the database. Pages that were freed count as free. */
export const sqliteSpace = (
  database: DatabaseSync,
  { path, bytesMax }: Pick<SqliteOptions, 'path' | 'bytesMax'>,
): Space => {
  const pageBytes = measure(database, 'page_size')
  const bytes = measure(database, 'page_count') * pageBytes
  const freedBytes = measure(database, 'freelist_count') * pageBytes
  const spaces = [onDisk(path, bytes), withinBound(database, bytesMax, bytes)]
  return {
    freeBytes: Math.min(...spaces.map(({ freeBytes }) => freeBytes)) + freedBytes,
    wholeBytes: Math.min(...spaces.map(({ wholeBytes }) => wholeBytes)),
  }
}
