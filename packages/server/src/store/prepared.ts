import type { CompiledQuery, Kysely } from 'kysely'

/**
 * A query that is written and compiled once, with values that do not matter, and run with others: for what happens
 * with every message, building a query costs more than the database does.
 *
 * The parameters of each run stand in the order in which the query names them.
 */
export const prepared = <O>(query: {
  compile(): CompiledQuery<O>
}): ((db: Pick<Kysely<never>, 'executeQuery'>, parameters: readonly unknown[]) => Promise<readonly O[]>) => {
  const compiled = query.compile()
  return async (db, parameters) => (await db.executeQuery<O>({ ...compiled, parameters })).rows
}

/** So many rows of placeholders, for a query that is compiled for that number. */
export const repeated = <T>(row: T, count: number): T[] => Array.from({ length: count }, () => row)

/** Rows of one statement: many enough to be cheap, few enough that each number of rows can be kept compiled. */
const rowsPerStatementMax = 64

/** Writes any number of rows, each the values of the same columns in the same order. */
export type WriteRows = (
  db: Pick<Kysely<never>, 'executeQuery'>,
  rows: readonly (readonly unknown[])[],
) => Promise<void>

/** @param queryFor the statement that writes so many rows */
export const preparedRows = (queryFor: (rowCount: number) => { compile(): CompiledQuery }): WriteRows => {
  const writes = new Map<number, ReturnType<typeof prepared>>()
  const writeOf = (rowCount: number): ReturnType<typeof prepared> => {
    const write = writes.get(rowCount) ?? prepared(queryFor(rowCount))
    writes.set(rowCount, write)
    return write
  }
  return async (db, rows) => {
    for (let from = 0; from < rows.length; from += rowsPerStatementMax) {
      const some = rows.slice(from, from + rowsPerStatementMax)
      await writeOf(some.length)(db, some.flat())
    }
  }
}
