import { sql } from 'kysely'
import type { Migration } from './migration.ts'

export const standingTables: Migration = {
  name: '0013-standings',
  up: async (db, types) => {
    const bytes = sql.raw(types.bytes)
    const integer = sql.raw(types.integer)
    const { schema } = db
    // Of those alone that are not as others: tables of their own keep the rows of accounts small.
    await schema
      .createTable('standings')
      .addColumn('account', bytes, (c) => c.primaryKey().references('accounts.account'))
      .addColumn('standing', 'text', (c) => c.notNull())
      .addColumn('since_ms', integer, (c) => c.notNull())
      .execute()
    await schema
      .createTable('open_standings')
      .addColumn('user_id', 'integer', (c) => c.primaryKey().references('open_users.id'))
      .addColumn('standing', 'text', (c) => c.notNull())
      .addColumn('since_ms', integer, (c) => c.notNull())
      .execute()
    await schema
      .createTable('seen')
      .addColumn('account', bytes, (c) => c.primaryKey().references('accounts.account'))
      .addColumn('seen_ms', integer, (c) => c.notNull())
      .execute()
    await schema
      .createTable('open_seen')
      .addColumn('user_id', 'integer', (c) => c.primaryKey().references('open_users.id'))
      .addColumn('seen_ms', integer, (c) => c.notNull())
      .execute()
    await schema
      .createTable('released_names')
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('until_ms', integer, (c) => c.notNull())
      .execute()
    await schema.createIndex('rooms_of_account').on('members').columns(['account', 'until_seq']).execute()
    await schema.createIndex('hooks_of_account').on('hooks').column('account').execute()
    // Data of earlier versions have the time of the last use with the sessions and tokens alone.
    await sql`INSERT INTO seen SELECT account, max(used_ms) FROM sessions GROUP BY account`.execute(db)
    await sql`INSERT INTO open_seen SELECT user_id, max(used_ms) FROM open_tokens GROUP BY user_id`.execute(
      db,
    )
  },
}
