import type { DatabaseSync } from 'node:sqlite'
import { SottoError } from '@sotto/protocol'
import type { Migration } from './migrations/migration.ts'

/** The notes in a database about the migrations that it has had. */
export type SchemaNotes =
  | { readonly kind: 'new' }
  /** Versions before Kysely's migrator kept a count. */
  | { readonly kind: 'counted'; readonly count: number }
  | { readonly kind: 'named'; readonly names: readonly string[] }

const hasTable = (database: DatabaseSync, table: string): boolean =>
  database.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`).get(table) !== undefined

/** Reads only. */
export const schemaNotes = (database: DatabaseSync): SchemaNotes => {
  const names = hasTable(database, 'kysely_migration')
    ? database.prepare('SELECT name FROM kysely_migration ORDER BY name').all()
    : []
  if (names.length > 0) return { kind: 'named', names: names.map(({ name }) => String(name)) }
  if (!hasTable(database, 'schema_version')) return { kind: 'new' }
  const { count } =
    database.prepare('SELECT coalesce(max(version), 0) AS count FROM schema_version').get() ?? {}
  return Number(count) === 0 ? { kind: 'new' } : { kind: 'counted', count: Number(count) }
}

/** How many of `known` a database has had; undefined if it has had others, or more. */
const countOf = (notes: SchemaNotes, known: readonly Migration[]): number | undefined => {
  switch (notes.kind) {
    case 'new':
      return 0
    case 'counted':
      return notes.count <= known.length ? notes.count : undefined
    case 'named':
      return notes.names.every((name, at) => name === known[at]?.name) ? notes.names.length : undefined
  }
}

const newestIn = (notes: SchemaNotes): string => {
  switch (notes.kind) {
    case 'new':
      return 'nothing'
    case 'counted':
      return `schema ${notes.count}`
    case 'named':
      return `schema ${notes.names.at(-1)}`
  }
}

/**
 * How many of the known migrations a database has had.
 *
 * @throws SottoError `unavailable` where another version of Sotto has written it that knows more, or others
 */
export const appliedCount = (notes: SchemaNotes, known: readonly Migration[]): number => {
  const count = countOf(notes, known)
  if (count === undefined)
    throw new SottoError(
      'unavailable',
      `the database was written by a newer version of Sotto (${newestIn(notes)}), and this one knows its schemas up to ` +
        `${known.at(-1)?.name}: nothing was changed. Start the newer version, or put back the copy that was made ` +
        'before it was first started',
    )
  return count
}
