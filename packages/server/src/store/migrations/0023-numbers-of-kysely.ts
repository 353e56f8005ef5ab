import type { Migration } from './migration.ts'

/**
 * Versions before this one look into `schema_version` for what they do not know, and not where Kysely keeps its names:
 * this row makes them refuse data that they would misread.
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
