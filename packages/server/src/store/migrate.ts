import type { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import { migrations } from './migrations/index.ts'
import type { ColumnTypes, Migration } from './migrations/migration.ts'
import { appliedCount, schemaNotes } from './schemaNotes.ts'
import { sqliteDialect } from './sqliteDialect.ts'

/** One migration of a database of an earlier version, told before it runs. */
export interface MigrationStep {
  readonly name: string
  /** From 1. */
  readonly number: number
  readonly count: number
}

const columnTypes: ColumnTypes = { bytes: 'blob', integer: 'integer' }

/** Runs what is pending. Kysely notes the name of each migration in the transaction in which it runs. */
const run = async (database: DatabaseSync, steps: readonly Migration[]): Promise<void> => {
  const named = Object.fromEntries(
    steps.map(({ name, up }) => [name, { up: (db: Kysely<unknown>) => up(db, columnTypes) }]),
  )
  const db = new Kysely<unknown>({ dialect: sqliteDialect(database) })
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => named },
  }).migrateToLatest()
  if (error !== undefined) throw error
}

const nothing = async (): Promise<void> => {}

/**
 * Brings a database to the newest schema. All pending migrations share one transaction, so that a crash leaves the database
 * as it was, and the next start begins again.
 *
 * @param tell called before each migration of a database that is not new
 * @throws SottoError `unavailable` when it was written by a newer Sotto
 */
export const migrate = async (
  database: DatabaseSync,
  steps: readonly Migration[] = migrations,
  tell: (step: MigrationStep) => void = () => {},
): Promise<void> => {
  const notes = schemaNotes(database)
  const done = appliedCount(notes, steps)
  if (notes.kind === 'counted')
    await run(
      database,
      steps.slice(0, done).map(({ name }) => ({ name, up: nothing })),
    )
  if (notes.kind === 'named' && done === steps.length) return
  const told = steps.map((step, at) => ({
    ...step,
    up: async (...given: Parameters<Migration['up']>) => {
      if (notes.kind !== 'new') tell({ name: step.name, number: at + 1 - done, count: steps.length - done })
      await step.up(...given)
    },
  }))
  await run(database, told)
}
