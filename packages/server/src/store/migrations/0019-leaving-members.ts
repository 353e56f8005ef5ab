import { type Kysely, sql } from 'kysely'
import type { Migration } from './migration.ts'

/** Who has asked before to be taken out is not known: those who ask again are. */
export const leavingMembers: Migration = {
  name: '0019-leaving-members',
  up: async (db: Kysely<never>, types) => {
    await db.schema
      .alterTable('members')
      .addColumn('leaving', sql.raw(types.integer), (c) => c.notNull().defaultTo(0))
      .execute()
  },
}
