import { sql } from 'kysely'
import type { Migration } from './migration.ts'

export const storage: Migration = {
  name: '0003-storage',
  up: async (db, types) => {
    // Counted from here on: whose the entries of before are, their tags tell the server alone.
    await db.schema
      .createTable('storage')
      .addColumn('account', sql.raw(types.bytes), (c) => c.primaryKey())
      .addColumn('bytes', sql.raw(types.integer), (c) => c.notNull())
      .execute()
  },
}
