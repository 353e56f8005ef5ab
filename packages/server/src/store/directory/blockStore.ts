import type { Kysely } from 'kysely'
import type { BlockStore } from '../../directory/store.ts'
import type { Schema } from '../schema.ts'

export const blockStore = (db: Kysely<Schema>): BlockStore => ({
  block: (account, blocked, blockedMax) =>
    db.transaction().execute(async (transaction) => {
      const { count } = await transaction
        .selectFrom('blocks')
        .select((e) => e.fn.countAll<number>().as('count'))
        .where('account', '=', account)
        .where('blocked', '<>', blocked)
        .executeTakeFirstOrThrow()
      if (count >= blockedMax) return 'full'
      await transaction
        .insertInto('blocks')
        .values({ account, blocked })
        .onConflict((c) => c.columns(['account', 'blocked']).doNothing())
        .execute()
      await transaction
        .deleteFrom('key_package_claims')
        .where('owner', '=', account)
        .where('claimant', '=', blocked)
        .execute()
      return 'blocked'
    }),

  unblock: async (account, blocked) => {
    await db.deleteFrom('blocks').where('account', '=', account).where('blocked', '=', blocked).execute()
  },

  blocked: async (account) => {
    const rows = await db
      .selectFrom('blocks')
      .select('blocked')
      .where('account', '=', account)
      .orderBy('blocked')
      .execute()
    return rows.map((row) => row.blocked)
  },

  isBlocked: async (account, by) => {
    const row = await db
      .selectFrom('blocks')
      .select('blocked')
      .where('account', '=', by)
      .where('blocked', '=', account)
      .executeTakeFirst()
    return row !== undefined
  },
})
