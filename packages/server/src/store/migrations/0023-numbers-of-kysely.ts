import type { Migration } from './migration.ts'

/**
 * Earlier versions know no notes but those in `schema_version`, and would take a later schema for their own. This row makes
 * them refuse it.
 */
export const numbersOfKysely: Migration = {
  name: '0023-numbers-of-kysely',
  up: async (db) => {
    await db.schema
      .createTable('schema_version')
      .ifNotExists()
      .addColumn('version', 'integer', (c) => c.primaryKey())
      .addColumn('name', 'text', (c) => c.notNull())
      .execute()
    await db.deleteFrom('schema_version').execute()
    await db.insertInto('schema_version').values({ version: 23, name: 'see kysely_migration' }).execute()
  },
}
