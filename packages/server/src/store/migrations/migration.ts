import type { Kysely } from 'kysely'

/** What databases call the same thing differently. */
export interface ColumnTypes {
  readonly bytes: 'blob' | 'bytea'
  readonly integer: 'integer' | 'bigint'
}

/** One change of what is stored. A migration that has landed is never changed: the next one has the next number. */
export interface Migration {
  /** Four digits and a word, the same as the name of the file. The database keeps it. */
  readonly name: string
  // oxlint-disable-next-line typescript/no-explicit-any -- a migration sees the tables as they were, not as they are
  up(db: Kysely<any>, types: ColumnTypes): Promise<void>
}
