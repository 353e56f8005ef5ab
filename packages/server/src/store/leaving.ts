import { type Kysely, sql, type Transaction } from 'kysely'
import type { Migration } from './migrations.ts'
import type { Schema } from './schema.ts'

/** Who has asked before to be taken out is not known: those who ask again are. */
export const leavingMembers: Migration = {
  name: 'who does not want to be in a room',
  up: async (db: Kysely<never>, types) => {
    await db.schema
      .alterTable('members')
      .addColumn('leaving', sql.raw(types.integer), (c) => c.notNull().defaultTo(0))
      .execute()
  },
}

/** A device does not want to be in the room; whether it gets out is for the others to commit. */
export const noteLeaving = async (
  db: Transaction<Schema>,
  room: Uint8Array,
  device: Uint8Array,
): Promise<void> => {
  await db
    .updateTable('members')
    .set({ leaving: 1 })
    .where('room', '=', room)
    .where('device', '=', device)
    .execute()
}
