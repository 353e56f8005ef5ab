import type { DatabaseSync, StatementSync, SQLInputValue } from 'node:sqlite'
import { SottoError } from '@sotto/protocol'
import { type Dialect, SqliteAdapter, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely'

/** How many compiled statements are kept; each shape of a query is one. */
const statementsMax = 256

const bind = (parameters: readonly unknown[]): SQLInputValue[] =>
  parameters.map((value) => (typeof value === 'boolean' ? Number(value) : (value as SQLInputValue)))

const adapt = (statement: StatementSync): SqliteStatement => ({
  reader: statement.columns().length > 0,
  all: (parameters) => statement.all(...bind(parameters)),
  run: (parameters) => statement.run(...bind(parameters)),
  iterate: (parameters) => statement.iterate(...bind(parameters)) as IterableIterator<unknown>,
})

/** A full disk ends the transaction by itself; undoing it again would hide why. */
const nothingToUndo: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
}

/** Shut, it lets nothing through any more but the undoing of what has begun. */
export interface Gate {
  isShut: boolean
}

/** SQLite takes back changes of its schema like any others; Kysely alone does not count on that. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

/** Kysely on `node:sqlite`: compiling SQL costs more than running it, so compiled statements are kept. */
export const sqliteDialect = (database: DatabaseSync, gate: Gate = { isShut: false }): Dialect => {
  const statements = new Map<string, SqliteStatement>()
  const prepare = (sql: string): SqliteStatement => {
    const known = statements.get(sql)
    if (known) return known
    const statement = adapt(database.prepare(sql))
    if (statements.size >= statementsMax) statements.delete(statements.keys().next().value as string)
    statements.set(sql, statement)
    return statement
  }
  const adapted: SqliteDatabase = {
    prepare: (sql) => {
      if (sql === 'rollback') return database.isTransaction ? prepare(sql) : nothingToUndo
      if (gate.isShut) throw new SottoError('unavailable')
      return prepare(sql)
    },
    close: () => database.close(),
  }
  const dialect = new SqliteDialect({ database: adapted })
  return {
    createAdapter: () => new TransactionalAdapter(),
    createDriver: () => dialect.createDriver(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
  }
}
