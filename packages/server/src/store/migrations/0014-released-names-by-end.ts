import type { Migration } from './migration.ts'

/** Every registration forgets the names whose time is over: it must not look at the others. */
export const releasedNamesByEnd: Migration = {
  name: '0014-released-names-by-end',
  up: async (db) => {
    await db.schema.createIndex('released_names_until').on('released_names').column('until_ms').execute()
  },
}
