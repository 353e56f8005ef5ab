import type { Transaction } from 'kysely'
import type { Schema } from '../schema.ts'

/** Keeps the tag of a device; returns others of the epoch, two at most. */
export const putForkTag = async (
  db: Transaction<Schema>,
  room: Uint8Array,
  epoch: number,
  device: Uint8Array,
  tag: Uint8Array,
): Promise<readonly Uint8Array[]> => {
  await db.deleteFrom('fork_tags').where('room', '=', room).where('epoch', '<', epoch).execute()
  await db
    .insertInto('fork_tags')
    .values({ room, epoch, device, tag })
    .onConflict((c) => c.columns(['room', 'epoch', 'device']).doUpdateSet({ tag }))
    .execute()
  const ofEpoch = db
    .selectFrom('fork_tags')
    .select('tag')
    .where('room', '=', room)
    .where('epoch', '=', epoch)
    .limit(1)
  // The neighbours on both sides: all members of a sound room have the same tag, and none of those is looked at.
  const before = await ofEpoch.where('tag', '<', tag).orderBy('tag', 'desc').execute()
  const after = await ofEpoch.where('tag', '>', tag).orderBy('tag').execute()
  return [...before, ...after].map((row) => row.tag)
}
