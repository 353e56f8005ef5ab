import type { Kysely } from 'kysely'
import type { ClockStore } from '../steadyClock.ts'
import { storing } from './failure.ts'
import type { Schema } from './schema.ts'

/** The one row of its table. */
const id = 1

export const clockStore = (db: Kysely<Schema>): ClockStore => ({
  last: () =>
    storing(async () => {
      const row = await db.selectFrom('clock').select('time_ms').where('id', '=', id).executeTakeFirst()
      return row?.time_ms
    }),
  note: (timeMs) =>
    storing(async () => {
      await db
        .insertInto('clock')
        .values({ id, time_ms: timeMs })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ time_ms: timeMs }))
        .execute()
    }),
})
