import type { Kysely, Transaction } from 'kysely'
import type { Spending } from '../delivery/store.ts'
import type { BlockStore, StoredKeyPackage } from '../directory/store.ts'
import { storing } from './failure.ts'
import type { Schema } from './schema.ts'

/** Who was handed which key package, and how many times it may still be used by whom. */
export const claimQueries = {
  /** The package has been handed to the claimant, once more. */
  note: async (
    db: Transaction<Schema>,
    owner: Uint8Array,
    claimant: Uint8Array,
    { ref, notAfterS }: StoredKeyPackage,
  ): Promise<void> => {
    await db
      .insertInto('key_package_claims')
      .values({ ref, claimant, owner, times: 1, not_after_s: notAfterS })
      .onConflict((c) =>
        c.columns(['claimant', 'ref']).doUpdateSet((e) => ({ times: e('key_package_claims.times', '+', 1) })),
      )
      .execute()
  },

  /** How many of the key packages the claimant may use. */
  count: async (db: Kysely<Schema>, { claimant, refs }: Spending): Promise<number> => {
    if (refs.length === 0) return 0
    const { count } = await db
      .selectFrom('key_package_claims')
      .select((e) => e.fn.countAll<number>().as('count'))
      .where('claimant', '=', claimant)
      .where('ref', 'in', refs)
      .executeTakeFirstOrThrow()
    return count
  },

  spend: async (db: Transaction<Schema>, { claimant, refs }: Spending): Promise<void> => {
    if (refs.length === 0) return
    const spent = db
      .updateTable('key_package_claims')
      .where('claimant', '=', claimant)
      .where('ref', 'in', refs)
    await spent.set((e) => ({ times: e('times', '-', 1) })).execute()
    await db
      .deleteFrom('key_package_claims')
      .where('claimant', '=', claimant)
      .where('ref', 'in', refs)
      .where('times', '<=', 0)
      .execute()
  },

  expire: async (db: Transaction<Schema>, nowS: number): Promise<void> => {
    await db.deleteFrom('key_package_claims').where('not_after_s', '<=', nowS).execute()
  },
}

export const blockStore = (db: Kysely<Schema>): BlockStore => ({
  block: (account, blocked, blockedMax) =>
    storing(() =>
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
    ),

  unblock: (account, blocked) =>
    storing(async () => {
      await db.deleteFrom('blocks').where('account', '=', account).where('blocked', '=', blocked).execute()
    }),

  blocked: (account) =>
    storing(async () => {
      const rows = await db
        .selectFrom('blocks')
        .select('blocked')
        .where('account', '=', account)
        .orderBy('blocked')
        .execute()
      return rows.map((row) => row.blocked)
    }),

  isBlocked: (account, by) =>
    storing(async () => {
      const row = await db
        .selectFrom('blocks')
        .select('blocked')
        .where('account', '=', by)
        .where('blocked', '=', account)
        .executeTakeFirst()
      return row !== undefined
    }),
})

export const countWelcomesBy = async (
  db: Kysely<Schema>,
  device: Uint8Array,
  inviter: Uint8Array,
): Promise<number> => {
  const { count } = await db
    .selectFrom('invitations')
    .innerJoin('welcomes', (join) =>
      join.onRef('invitations.room', '=', 'welcomes.room').onRef('invitations.seq', '=', 'welcomes.seq'),
    )
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('device', '=', device)
    .where('inviter', '=', inviter)
    .executeTakeFirstOrThrow()
  return count
}

/** Whoever invites is in the room from then on with the invited: one that waits or is declined makes nobody an acquaintance. */
export const shareRoom = async (
  db: Kysely<Schema>,
  invited: Uint8Array,
  inviter: Uint8Array,
): Promise<boolean> => {
  const row = await db
    .selectFrom('members as theirs')
    .innerJoin('members as own', 'own.room', 'theirs.room')
    .select('own.room')
    .where('theirs.account', '=', invited)
    .where('theirs.until_seq', 'is', null)
    .where('theirs.leaving', '=', 0)
    .where('own.account', '=', inviter)
    .where('own.until_seq', 'is', null)
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('invitations')
            .select('seq')
            .whereRef('invitations.device', '=', 'theirs.device')
            .whereRef('invitations.room', '=', 'theirs.room'),
        ),
      ),
    )
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
