import { type Kysely, sql } from 'kysely'
import { type BudgetStore, type Charge, dayMs } from '../quota/budget.ts'
import { storing } from './failure.ts'
import { preparedRows, repeated } from './prepared.ts'
import type { Schema } from './schema.ts'

export const budgetStore = (db: Kysely<Schema>): BudgetStore => ({
  level: (budget) =>
    storing(async () => {
      const row = await db
        .selectFrom('budgets')
        .select(['bytes', 'at_ms'])
        .where('budget', '=', budget)
        .executeTakeFirst()
      return row && { bytes: row.bytes, atMs: row.at_ms }
    }),
})

/** The charges of each budget as one, at the time of the last. */
const summed = (charges: readonly Charge[]): readonly Charge[] => {
  const sums = new Map<string, Charge>()
  for (const charge of charges) {
    const before = sums.get(charge.budget)
    sums.set(charge.budget, { ...charge, bytes: (before?.bytes ?? 0) + charge.bytes })
  }
  return [...sums.values()]
}

const row = { budget: '', bytes: 0, bytes_per_day: 0, at_ms: 0 }

/** Writes charges in the transaction of what they are for: each level as it has drained, and the charge on top. */
export const chargeWriter = (
  db: Kysely<Schema>,
): ((transaction: Pick<Kysely<never>, 'executeQuery'>, charges: readonly Charge[]) => Promise<void>) => {
  const elapsedMs = sql`min(${sql.lit(dayMs)}, max(0, excluded.at_ms - budgets.at_ms))`
  const write = preparedRows((count) =>
    db
      .insertInto('budgets')
      .values(repeated(row, count))
      .onConflict((c) =>
        c.column('budget').doUpdateSet((e) => ({
          bytes: sql<number>`max(0, budgets.bytes - (${elapsedMs} * excluded.bytes_per_day) / ${sql.lit(dayMs)}) + excluded.bytes`,
          bytes_per_day: e.ref('excluded.bytes_per_day'),
          at_ms: e.ref('excluded.at_ms'),
        })),
      ),
  )
  return (transaction, charges) =>
    write(
      transaction,
      summed(charges).map(({ budget, bytes, bytesPerDay, atMs }) => [budget, bytes, bytesPerDay, atMs]),
    )
}
