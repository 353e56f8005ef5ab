import type { Kysely } from 'kysely'
import type { StoredUse, UsageStore } from '../../control/store.ts'
import type { Schema } from '../schema.ts'

const useOf = (row: Schema['budgets']): StoredUse => ({
  key: row.budget,
  bytes: row.bytes,
  bytesPerDay: row.bytes_per_day,
  atMs: row.at_ms,
})

export const usageStore = (db: Kysely<Schema>): UsageStore => ({
  nameOf: async (account) => {
    const id = new Uint8Array(Buffer.from(account, 'hex'))
    const row = db.selectFrom('accounts').select('name').where('account', '=', id)
    return (await row.executeTakeFirst())?.name
  },

  programName: async (user) => {
    const row = db.selectFrom('open_users').select('name').where('id', '=', user)
    return (await row.executeTakeFirst())?.name
  },

  uses: async (after, countMax) => {
    const rows = await db
      .selectFrom('budgets')
      .selectAll()
      .where('budget', '>', after)
      .orderBy('budget')
      .limit(countMax)
      .execute()
    return rows.map(useOf)
  },

  use: async (key) => {
    const row = await db.selectFrom('budgets').selectAll().where('budget', '=', key).executeTakeFirst()
    return row && useOf(row)
  },

  mailboxes: async (after, countMax) => {
    const rows = await db
      .selectFrom('open_mailboxes')
      .select(['user_id', 'letters', 'characters'])
      .where('user_id', '>', after)
      .orderBy('user_id')
      .limit(countMax)
      .execute()
    return rows.map(({ user_id, letters, characters }) => ({ user: user_id, letters, characters }))
  },
})
