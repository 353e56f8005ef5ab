import type { Kysely } from 'kysely'
import type { MembershipStore } from '../../open/store.ts'
import type { Schema } from '../schema.ts'

/** One member more, where there is room for one. */
const countOneMore = async (
  db: Pick<Kysely<Schema>, 'updateTable'>,
  room: number,
  membersMax: number,
): Promise<boolean> => {
  const { numUpdatedRows: counted } = await db
    .updateTable('open_rooms')
    .set((e) => ({ members: e('members', '+', 1) }))
    .where('id', '=', room)
    .where('members', '<', membersMax)
    .executeTakeFirstOrThrow()
  return counted > 0n
}

export const membershipStore = (db: Kysely<Schema>): MembershipStore => ({
  membership: async (room, user) => {
    const row = await db
      .selectFrom('open_members')
      .select('membership')
      .where('room_id', '=', room)
      .where('user_id', '=', user)
      .executeTakeFirst()
    return row?.membership
  },

  setMembership: (room, user, membership, membersMax) =>
    db.transaction().execute(async (transaction) => {
      const known = await transaction
        .selectFrom('open_members')
        .select('membership')
        .where('room_id', '=', room)
        .where('user_id', '=', user)
        .executeTakeFirst()
      if (!known && !(await countOneMore(transaction, room, membersMax))) return 'full'
      await transaction
        .insertInto('open_members')
        .values({ room_id: room, user_id: user, membership })
        .onConflict((c) => c.columns(['room_id', 'user_id']).doUpdateSet({ membership }))
        .execute()
      return 'set'
    }),

  leave: (room, user, remains) =>
    db.transaction().execute(async (transaction) => {
      const own = { room_id: room, user_id: user }
      const { numDeletedRows: gone } = await transaction
        .deleteFrom('open_members')
        .where('room_id', '=', room)
        .where('user_id', '=', user)
        .executeTakeFirstOrThrow()
      if (remains === 'invited')
        await transaction
          .insertInto('open_members')
          .values({ ...own, membership: 'invited' })
          .execute()
      const { generation } = await transaction
        .updateTable('open_rooms')
        .set((e) => ({
          generation: e('generation', '+', 1),
          members: e('members', '+', (remains === 'invited' ? 1 : 0) - Number(gone)),
        }))
        .where('id', '=', room)
        .returning('generation')
        .executeTakeFirstOrThrow()
      return generation
    }),

  members: (room) =>
    db
      .selectFrom('open_members')
      .innerJoin('open_users', 'open_users.id', 'open_members.user_id')
      .select(['open_users.id', 'open_users.name', 'open_users.fingerprint'])
      .where('room_id', '=', room)
      .where('membership', '=', 'joined')
      .orderBy('open_users.name')
      .execute(),

  joinedIds: async (room) => {
    const rows = await db
      .selectFrom('open_members')
      .select('user_id')
      .where('room_id', '=', room)
      .where('membership', '=', 'joined')
      .execute()
    return rows.map(({ user_id }) => user_id)
  },
})
