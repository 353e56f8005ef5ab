import type { Migration } from './migration.ts'

export const credentials: Migration = {
  name: '0002-credentials',
  up: async (db) => {
    await db.schema.alterTable('accounts').addColumn('credential', 'text').execute()
    // Until now it was the name.
    await db
      .updateTable('accounts')
      .set((e) => ({ credential: e.ref('name') }))
      .execute()
    await db.schema
      .createIndex('accounts_of_credential')
      .on('accounts')
      .column('credential')
      .unique()
      .execute()
  },
}
