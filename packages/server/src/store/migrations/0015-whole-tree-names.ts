import type { Migration } from './migration.ts'

/**
 * A whole tree of before has a name that no part has: the tree may be the half of a later one, and what is stored of it
 * in one piece cannot be put together with others.
 */
export const wholeTreeNames: Migration = {
  name: '0015-whole-tree-names',
  up: async (db) => {
    const whole = await db
      .selectFrom('tree_parts')
      .select(['id', 'hash'])
      .where('blanks', 'is', null)
      .execute()
    for (const { id, hash } of whole)
      await db
        .updateTable('tree_parts')
        .set({ hash: new Uint8Array([wholeTreeTag, ...(hash as Uint8Array)]) })
        .where('id', '=', id)
        .execute()
  },
}

const wholeTreeTag = 0
