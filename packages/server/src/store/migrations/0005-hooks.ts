import { sql } from 'kysely'
import type { Migration } from './migration.ts'

export const hookTables: Migration = {
  name: '0005-hooks',
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
      // Up to where in the log something was handed to the script.
      .addColumn('out_seq', sql.raw(types.integer), (c) => c.notNull())
      .execute()
    // A cursor that came again would be taken for something that has arrived.
    await db.schema
      .createTable('hook_out')
      .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
      .addColumn('hook', bytes, (c) => c.notNull().references('hooks.hook'))
      .addColumn('jwe', 'text', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('hook_out_of_hook').on('hook_out').columns(['hook', 'id']).execute()
  },
}
