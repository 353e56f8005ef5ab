import type { Transaction } from 'kysely'
import type { Append, Membership, Moves, RoomChange, SealedMeta } from '../../delivery/store.ts'
import { noteLeaving } from './leaving.ts'
import { endRequests, writeOpenRoom } from '../openRoomStore.ts'
import type { Schema } from '../schema.ts'
import type { TreeStore } from './treeStore.ts'
import { keepWelcomes, withdrawWelcomes } from './welcomes.ts'

/** Rows of one statement: a database takes only so many parameters. */
const rowsPerStatementMax = 500

const memberRow = (room: Uint8Array, { device, account, leaf }: Membership) => ({
  room,
  device,
  account,
  leaf,
  until_seq: null,
  leaving: 0,
})

const joinMembers = async (
  db: Transaction<Schema>,
  room: Uint8Array,
  members: readonly Membership[],
): Promise<void> => {
  for (let from = 0; from < members.length; from += rowsPerStatementMax) {
    const some = members.slice(from, from + rowsPerStatementMax)
    await db
      .insertInto('members')
      .values(some.map((member) => memberRow(room, member)))
      .onConflict((c) =>
        c.columns(['room', 'device']).doUpdateSet((e) => ({
          account: e.ref('excluded.account'),
          leaf: e.ref('excluded.leaf'),
          until_seq: null,
          leaving: 0,
        })),
      )
      .execute()
  }
}

const move = async (
  db: Transaction<Schema>,
  room: Uint8Array,
  { seq, joined, left }: Moves,
): Promise<void> => {
  for (const device of left)
    await db
      .updateTable('members')
      .set({ until_seq: seq })
      .where('room', '=', room)
      .where('device', '=', device)
      .execute()
  await joinMembers(db, room, joined)
}

const metaColumns = (meta: SealedMeta | null) => (meta ? { meta: meta.sealed, meta_epoch: meta.epoch } : {})

/** Everything that a commit, a proposal or the creation of a room changes beside the log. */
export const writeChange = async (
  db: Transaction<Schema>,
  trees: TreeStore,
  { room, entry }: Append,
  change: RoomChange,
): Promise<void> => {
  switch (change.kind) {
    case 'created':
      await db
        .insertInto('rooms')
        .values({
          room,
          epoch: change.epoch,
          policy: change.policy,
          group_info: change.groupInfo,
          meta: change.meta?.sealed ?? null,
          meta_epoch: change.meta?.epoch ?? null,
        })
        .execute()
      await db.insertInto('groups').values({ room, state: change.group }).execute()
      if (change.open) await writeOpenRoom(db, { room, ...change.open })
      return joinMembers(db, room, change.members)
    case 'proposed':
      await db.updateTable('groups').set({ state: change.group }).where('room', '=', room).execute()
      if (change.leaving) await noteLeaving(db, room, change.leaving)
      return
    case 'committed':
      await db.updateTable('groups').set({ state: change.group }).where('room', '=', room).execute()
      await db
        .updateTable('rooms')
        .set({
          epoch: change.epoch,
          policy: change.policy,
          group_info: change.groupInfo,
          ...metaColumns(change.meta),
        })
        .where('room', '=', room)
        .execute()
      await move(db, room, { seq: entry.seq, joined: change.joined, left: change.left })
      await endRequests(
        db,
        room,
        change.joined.map(({ account }) => account),
      )
      return keepWelcomes(db, trees, { room, entry, change })
    case 'healed':
      await db.updateTable('groups').set({ state: change.group }).where('room', '=', room).execute()
      await db
        .updateTable('rooms')
        .set({
          epoch: change.epoch,
          policy: change.policy,
          ...(change.groupInfo ? { group_info: change.groupInfo } : {}),
          ...metaColumns(change.meta),
        })
        .where('room', '=', room)
        .execute()
      for (const moves of change.moves) {
        await move(db, room, moves)
        await withdrawWelcomes(db, trees, room, moves)
      }
  }
}
