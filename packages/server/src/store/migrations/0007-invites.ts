import { sql } from 'kysely'
import type { Migration } from './migration.ts'

export const inviteTables: Migration = {
  name: '0007-invites',
  up: async (db, types) => {
    const integer = sql.raw(types.integer)
    // The number of one that was revoked must not name another.
    await db.schema
      .createTable('invites')
      .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
      .addColumn('key_hash', sql.raw(types.bytes), (c) => c.notNull().unique())
      .addColumn('uses_max', integer, (c) => c.notNull())
      .addColumn('uses', integer, (c) => c.notNull())
      .addColumn('created_ms', integer, (c) => c.notNull())
      .addColumn('expires_ms', integer, (c) => c.notNull())
      .execute()
  },
}
