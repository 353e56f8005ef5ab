import type { Kysely } from 'kysely'
import type { VaultStore } from '../../directory/store.ts'
import type { Schema } from '../schema.ts'

export const vaultStore = (db: Kysely<Schema>): VaultStore => ({
  slot: (id, slot) =>
    db
      .selectFrom('vault_slots')
      .select(['counter', 'sealed'])
      .where('account', '=', id)
      .where('slot', '=', slot)
      .executeTakeFirst(),

  putSlot: async (id, slot, { counter, sealed }) => {
    const kept = await db
      .insertInto('vault_slots')
      .values({ account: id, slot, counter, sealed })
      .onConflict((c) =>
        c
          .columns(['account', 'slot'])
          .doUpdateSet({ counter, sealed })
          .where('vault_slots.counter', '<', counter),
      )
      .returning('counter')
      .executeTakeFirst()
    if (kept) return { kind: 'kept' }
    const { counter: known } = await db
      .selectFrom('vault_slots')
      .select('counter')
      .where('account', '=', id)
      .where('slot', '=', slot)
      .executeTakeFirstOrThrow()
    return { kind: 'behind', counter: known }
  },
})
