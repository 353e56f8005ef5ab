import type { Kysely } from 'kysely'
import { type ColumnTypes, type Migration, migrations } from './migrations.ts'

interface Versions {
  schema_version: { version: number; name: string }
}

/**
 * Brings the database to the newest schema, each migration in a transaction of its own together with its number: a
 * crash leaves a whole schema, older or newer.
 *
 * @throws Error when the database was written by a newer Sotto
 */
export const migrate = async (
  // oxlint-disable-next-line typescript/no-explicit-any -- the schema is what this function brings about
  db: Kysely<any>,
  types: ColumnTypes,
  steps: readonly Migration[] = migrations,
): Promise<void> => {
  const versions = db as Kysely<Versions>
  await versions.schema
    .createTable('schema_version')
    .ifNotExists()
    .addColumn('version', 'integer', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .execute()
  const done = await versions.selectFrom('schema_version').select(['version']).orderBy('version').execute()
  const newest = done.at(-1)?.version ?? 0
  if (newest > steps.length)
    throw new Error(`the database has schema ${newest}, and this version of Sotto knows ${steps.length}`)
  for (const [at, step] of steps.entries()) {
    if (at < newest) continue
    await versions.transaction().execute(async (transaction) => {
      await step.up(transaction, types)
      await transaction
        .insertInto('schema_version')
        .values({ version: at + 1, name: step.name })
        .execute()
    })
  }
}
