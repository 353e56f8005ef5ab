import type { Transaction } from 'kysely'
import type { Schema } from '../schema.ts'

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
