import { sql } from 'kysely'
import type { Migration } from './migrations.ts'

export const hookTables: Migration = {
  name: 'hooks',
  up: async (db, types) => {
    const bytes = sql.raw(types.bytes)
    await db.schema
      .createTable('hooks')
      .addColumn('hook', bytes, (c) => c.primaryKey())
      .addColumn('room', bytes, (c) => c.notNull().references('rooms.room'))
      // Whose storage the posts take.
      .addColumn('account', bytes, (c) => c.notNull())
      .addColumn('token_hash', bytes, (c) => c.notNull())
      .addColumn('generation', sql.raw(types.integer), (c) => c.notNull())
      .addColumn('key_ids', 'text', (c) => c.notNull())
      .addColumn('statement', 'text', (c) => c.notNull())
      .execute()
  },
}
