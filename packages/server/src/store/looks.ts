import { lookOf, lookOfTitle } from '@sotto/protocol'
import type { Transaction } from 'kysely'
import type { Schema } from './schema.ts'

/** Names that are told apart by sight: those of accounts on both lanes, and of the public rooms of the open lane. */
export type NameKind = 'account' | 'room'

/** By which a name is found that looks like another. */
export const lookKey = (kind: NameKind, name: string): string => {
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
    .values({ look: lookKey(kind, name), names: 1 })
    .onConflict((c) => c.column('look').doNothing())
    .executeTakeFirstOrThrow()
  return claimed === 1n
}

/** Of names that look alike from before there were looks, each goes by itself. */
export const releaseLook = async (db: Transaction<Schema>, kind: NameKind, name: string): Promise<void> => {
  const look = lookKey(kind, name)
  await db
    .updateTable('looks')
    .set((e) => ({ names: e('names', '-', 1) }))
    .where('look', '=', look)
    .execute()
  await db.deleteFrom('looks').where('look', '=', look).where('names', '<=', 0).execute()
}
