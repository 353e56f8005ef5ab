import type { Migration } from './migrations.ts'

/** Every registration forgets the names whose time is over: it must not look at the others. */
export const releasedNamesByEnd: Migration = {
  name: 'until when a name is not given to another',
  up: async (db) => {
    await db.schema.createIndex('released_names_until').on('released_names').column('until_ms').execute()
  },
}
