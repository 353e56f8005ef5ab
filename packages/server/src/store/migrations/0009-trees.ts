import { type Kysely, sql } from 'kysely'
import type { Migration } from './migration.ts'

/** Trees that Welcomes refer to, in the place of one whole tree in each Welcome (`treeStore.ts`). */
export const treeTables: Migration = {
  name: '0009-trees',
  up: async (db, types) => {
    await db.schema
      .createTable('tree_parts')
      .addColumn('id', 'integer', (c) => c.primaryKey())
      .addColumn('hash', sql.raw(types.bytes), (c) => c.notNull().unique())
      .addColumn('nodes', sql.raw(types.bytes), (c) => c.notNull())
      // How many blank nodes follow; null where `nodes` is a whole tree as it is handed out.
      .addColumn('blanks', 'integer')
      .addColumn('left_id', 'integer', (c) => c.references('tree_parts.id'))
      .addColumn('right_id', 'integer', (c) => c.references('tree_parts.id'))
      .addColumn('refs', 'integer', (c) => c.notNull())
      .execute()
    await db.schema
      .alterTable('welcomes')
      .addColumn('tree_id', 'integer', (c) => c.references('tree_parts.id'))
      .execute()
    await keepWholeTrees(db)
    await db.schema.alterTable('welcomes').dropColumn('tree').execute()
  },
}

/** What waits already keeps its tree in one piece, once where several wait with the same one. */
// oxlint-disable-next-line typescript/no-explicit-any -- a migration sees the tables as they were, not as they are
const keepWholeTrees = async (db: Kysely<any>): Promise<void> => {
  await sql`
    insert into tree_parts (hash, nodes, refs)
    select tree_hash, min(tree), count(*) from welcomes group by tree_hash`.execute(db)
  await sql`
    update welcomes set tree_id = (select id from tree_parts where hash = welcomes.tree_hash)`.execute(db)
}
