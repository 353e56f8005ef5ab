import { sql } from 'kysely'
import type { Migration } from './migration.ts'

export const clockTable: Migration = {
  name: '0006-clock',
  up: async (db, types) => {
    await db.schema
      .createTable('clock')
      .addColumn('id', 'integer', (c) => c.primaryKey())
      .addColumn('time_ms', sql.raw(types.integer), (c) => c.notNull())
      .execute()
  },
}
