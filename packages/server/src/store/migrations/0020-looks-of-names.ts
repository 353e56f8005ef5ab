import { sql } from 'kysely'
import { countLooks } from './countLooks.ts'
import type { Migration } from './migration.ts'

export const looksOfNames: Migration = {
  name: '0020-looks-of-names',
  up: async (db, types) => {
    await db.schema
      .createTable('looks')
      .addColumn('look', 'text', (c) => c.primaryKey())
      .addColumn('names', sql.raw(types.integer), (c) => c.notNull())
      .execute()
    await db.schema.alterTable('released_names').addColumn('look', 'text').execute()
    await db.schema.createIndex('released_names_by_look').on('released_names').column('look').execute()
    await countLooks(db)
  },
}
