import { sql } from 'kysely'
import type { Migration } from './migration.ts'

export const identityTable: Migration = {
  name: '0008-identity',
  up: async (db, types) => {
    const bytes = sql.raw(types.bytes)
    const integer = sql.raw(types.integer)
    await db.schema
      .createTable('identity')
      .addColumn('id', 'integer', (c) => c.primaryKey())
      .addColumn('store', bytes, (c) => c.notNull())
      .addColumn('secrets', bytes, (c) => c.notNull())
      .addColumn('generation', integer, (c) => c.notNull())
      .addColumn('time_ms', integer, (c) => c.notNull())
      .addColumn('closed', integer, (c) => c.notNull())
      .execute()
  },
}
