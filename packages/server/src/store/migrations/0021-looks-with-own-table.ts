import { countLooks } from './countLooks.ts'
import type { Migration } from './migration.ts'

/** A stored look is of one version of the rules: names that were looked at with earlier ones are looked at again. */
export const looksWithOwnTable: Migration = {
  name: '0021-looks-with-own-table',
  up: async (db) => {
    await db.deleteFrom('looks').execute()
    await countLooks(db)
  },
}
