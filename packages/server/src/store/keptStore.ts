import { type Kysely, sql } from 'kysely'
import { identityOf } from '../data/identityRow.ts'
import type { KeptStore } from '../data/keeper.ts'
import { storing } from './failure.ts'
import type { Schema } from './schema.ts'

/** The one row of its table. */
const id = 1

const numberOf = async (db: Kysely<Schema>, query: string): Promise<number> => {
  const { rows } = await sql.raw<Record<string, number>>(query).execute(db)
  return Number(Object.values(rows[0] ?? {})[0])
}

/** @param shut ends all use of the database but its closing */
export const keptStore = (db: Kysely<Schema>, shut: () => void): KeptStore => ({
  shut,
  changes: () => storing(() => numberOf(db, 'SELECT total_changes()')),
  identity: () =>
    storing(async () => {
      const row = await db.selectFrom('identity').selectAll().where('id', '=', id).executeTakeFirst()
      return row && identityOf(row)
    }),
  identify: ({ store, secrets, generation, timeMs, closed }) =>
    storing(async () => {
      const row = { store, secrets, generation, time_ms: timeMs, closed: closed ? 1 : 0 }
      await db
        .insertInto('identity')
        .values({ id, ...row })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute()
    }),
  // The log keeps its length: growing a file makes each sync far slower than writing into what is there.
  checkpoint: (rest) =>
    storing(async () => {
      await sql.raw(`PRAGMA wal_checkpoint(${rest === 'kept' ? 'PASSIVE' : 'TRUNCATE'})`).execute(db)
    }),
  roomBytes: () =>
    storing(async () => {
      const [page, most, count, free] = [
        await numberOf(db, 'PRAGMA page_size'),
        await numberOf(db, 'PRAGMA max_page_count'),
        await numberOf(db, 'PRAGMA page_count'),
        await numberOf(db, 'PRAGMA freelist_count'),
      ]
      return (most - count + free) * page
    }),
})
