import { sql } from 'kysely'
import type { Migration } from './migrations.ts'

export const identityTable: Migration = {
  name: 'which database it is, and how far it has come',
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
