import { sql } from 'kysely'
import type { Migration } from './migration.ts'

export const openRoomTables: Migration = {
  name: '0022-open-room',
  up: async (db, types) => {
    const bytes = sql.raw(types.bytes)
    const integer = sql.raw(types.integer)
    await db.schema
      .createTable('open_room')
      .addColumn('id', 'integer', (c) => c.primaryKey())
      .addColumn('room', bytes, (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('since_ms', integer, (c) => c.notNull())
      .execute()
    await db.schema
      .createTable('open_room_askers')
      .addColumn('account', bytes, (c) => c.primaryKey())
      .addColumn('asked_ms', integer, (c) => c.notNull())
      .execute()
    await db.schema
      .createIndex('open_room_askers_by_time')
      .on('open_room_askers')
      .columns(['asked_ms', 'account'])
      .execute()
    await db.schema.createIndex('accounts_by_time').on('accounts').column('created_ms').execute()
  },
}
