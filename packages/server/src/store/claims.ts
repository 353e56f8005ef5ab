import type { Kysely, Transaction } from 'kysely'
import type { Spending } from '../delivery/store.ts'
import type { StoredKeyPackage } from '../directory/store.ts'
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
