import { lookOf, lookOfTitle } from '@sotto/protocol'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Migration } from './migrations.ts'
import type { Schema } from './schema.ts'

/** Names that are told apart by sight: those of accounts on both lanes, and of the public rooms of the open lane. */
export type NameKind = 'account' | 'room'

const keyOf = (kind: NameKind, name: string): string => {
  switch (kind) {
    case 'account':
      return `account/${lookOf(name)}`
    case 'room':
      return `room/${lookOfTitle(name)}`
  }
}

/** Takes the look of a name, in the transaction that gives the name away. False where another name has it. */
export const claimLook = async (db: Transaction<Schema>, kind: NameKind, name: string): Promise<boolean> => {
  const { numInsertedOrUpdatedRows: claimed } = await db
    .insertInto('looks')
    .values({ look: keyOf(kind, name), names: 1 })
    .onConflict((c) => c.column('look').doNothing())
    .executeTakeFirstOrThrow()
  return claimed === 1n
}

/** Of names that look alike from before there were looks, each goes by itself. */
export const releaseLook = async (db: Transaction<Schema>, kind: NameKind, name: string): Promise<void> => {
  const look = keyOf(kind, name)
  await db
    .updateTable('looks')
    .set((e) => ({ names: e('names', '-', 1) }))
    .where('look', '=', look)
    .execute()
  await db.deleteFrom('looks').where('look', '=', look).where('names', '<=', 0).execute()
}

const rowsPerStatement = 500

/** Whoever has a name keeps it, also where two look alike; nobody else gets one that does. */
// oxlint-disable-next-line typescript/no-explicit-any -- a migration sees the tables as they were, not as they are
const countLooks = async (db: Kysely<any>): Promise<void> => {
  const persons = db.selectFrom('accounts').select('name').where('name', 'not like', 'removed:%')
  const programs = db.selectFrom('open_users').select('name').where('account', 'is', null)
  const rooms = db.selectFrom('open_rooms').select('name').where('private', '=', 0)
  const keys = [
    ...(await persons.execute()).map(({ name }) => keyOf('account', name)),
    ...(await programs.where('name', 'not like', 'removed:%').execute()).map(({ name }) =>
      keyOf('account', name),
    ),
    ...(await rooms.execute()).map(({ name }) => keyOf('room', name)),
  ]
  const counts = new Map<string, number>()
  for (const look of keys) counts.set(look, (counts.get(look) ?? 0) + 1)
  const rows = [...counts].map(([look, names]) => ({ look, names }))
  for (let at = 0; at < rows.length; at += rowsPerStatement)
    await db
      .insertInto('looks')
      .values(rows.slice(at, at + rowsPerStatement))
      .execute()
  for (const { name } of await db.selectFrom('released_names').select('name').execute())
    await db
      .updateTable('released_names')
      .set({ look: lookOf(name) })
      .where('name', '=', name)
      .execute()
}

export const looksOfNames: Migration = {
  name: 'what names look like',
  up: async (db, types) => {
    await db.schema
      .createTable('looks')
      .addColumn('look', 'text', (c) => c.primaryKey())
      .addColumn('names', sql.raw(types.integer), (c) => c.notNull())
      .execute()
    await db.schema.alterTable('released_names').addColumn('look', 'text').execute()
    await db.schema.createIndex('released_names_by_look').on('released_names').column('look').execute()
    await countLooks(db)
  },
}

/** A stored look is of one version of the rules: names that were looked at with earlier ones are looked at again. */
export const looksWithOwnTable: Migration = {
  name: 'what names look like, with the own table',
  up: async (db) => {
    await db.deleteFrom('looks').execute()
    await countLooks(db)
  },
}
