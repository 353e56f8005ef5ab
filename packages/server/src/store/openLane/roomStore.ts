import type { Kysely } from 'kysely'
import type { OpenRoom, RoomMessage, RoomStore } from '../../open/store.ts'
import { chargeWriter } from '../budgetStore.ts'
import { isConflict } from '../failure.ts'
import { claimLook } from '../looks.ts'
import type { Schema } from '../schema.ts'

const roomColumns = [
  'open_rooms.id',
  'open_rooms.name',
  'description',
  'private',
  'generation',
  'open_rooms.created_ms',
  'open_users.name as creator',
] as const

interface RoomRow {
  readonly id: number
  readonly name: string
  readonly description: string
  readonly private: number
  readonly generation: number
  readonly created_ms: number
  readonly creator: string
}

const roomOf = (row: RoomRow): OpenRoom => ({
  id: row.id,
  name: row.name,
  description: row.description,
  createdBy: row.creator,
  createdMs: row.created_ms,
  isPrivate: row.private !== 0,
  generation: row.generation,
})

const roomsIn = (db: Pick<Kysely<Schema>, 'selectFrom'>) =>
  db
    .selectFrom('open_rooms')
    .innerJoin('open_users', 'open_users.id', 'open_rooms.creator_id')
    .select(roomColumns)

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

/** The first of the newest messages that fit, oldest first. */
const fitting = (newestFirst: readonly RoomMessage[], bytesMax: number): readonly RoomMessage[] => {
  let bytes = 0
  const fits = newestFirst.findIndex(({ content }) => (bytes += content.length) > bytesMax)
  return newestFirst.slice(0, fits === -1 ? undefined : Math.max(1, fits)).toReversed()
}

export const roomStore = (db: Kysely<Schema>): RoomStore => {
  const writeCharges = chargeWriter(db)
  return {
    create: async (room, roomsMax, charges) => {
      try {
        return await db.transaction().execute(async (transaction) => {
          const own = await transaction
            .selectFrom('open_rooms')
            .select('id')
            .where('creator_id', '=', room.creator)
            .limit(roomsMax)
            .execute()
          if (own.length >= roomsMax) return 'too_many'
          if (!room.isPrivate && !(await claimLook(transaction, 'room', room.name))) return 'taken'
          const { id } = await transaction
            .insertInto('open_rooms')
            .values({
              name: room.name,
              unique_name: room.uniqueName,
              description: room.description,
              creator_id: room.creator,
              private: room.isPrivate ? 1 : 0,
              generation: 0,
              members: 1,
              created_ms: room.createdMs,
            })
            .returning('id')
            .executeTakeFirstOrThrow()
          const creator = { room_id: id, user_id: room.creator, membership: 'invited' } as const
          await transaction.insertInto('open_members').values(creator).execute()
          await writeCharges(transaction, charges)
          return roomOf(await roomsIn(transaction).where('open_rooms.id', '=', id).executeTakeFirstOrThrow())
        })
      } catch (error) {
        if (isConflict(error)) return 'taken'
        throw error
      }
    },

    room: async (id) => {
      const row = await roomsIn(db).where('open_rooms.id', '=', id).executeTakeFirst()
      return row && roomOf(row)
    },

    publicRoomNamed: async (uniqueName) => {
      const row = await roomsIn(db)
        .where('unique_name', '=', uniqueName)
        .where('private', '=', 0)
        .executeTakeFirst()
      return row && roomOf(row)
    },

    visibleTo: async (user, after, countMax) => {
      const page = roomsIn(db).where('open_rooms.id', '>', after).orderBy('open_rooms.id').limit(countMax)
      const shown = await page.where('private', '=', 0).execute()
      // Private rooms of others are many, and none of them is looked at.
      const own = await db
        .selectFrom('open_members')
        .innerJoin('open_rooms', 'open_rooms.id', 'open_members.room_id')
        .innerJoin('open_users', 'open_users.id', 'open_rooms.creator_id')
        .select(roomColumns)
        .where('user_id', '=', user)
        .where('room_id', '>', after)
        .where('private', '=', 1)
        .orderBy('room_id')
        .limit(countMax)
        .execute()
      return [...shown, ...own]
        .toSorted((a, b) => a.id - b.id)
        .slice(0, countMax)
        .map(roomOf)
    },

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

    append: async (message, charges) => {
      try {
        return await db.transaction().execute(async (transaction) => {
          const { id } = await transaction
            .insertInto('open_room_messages')
            .values({
              room_id: message.room,
              sender_id: message.sender,
              key_id: message.keyId,
              iv: message.iv,
              iv_text: message.ivText,
              content: message.content,
              message_hash: message.messageHash,
              created_ms: message.createdMs,
            })
            .returning('id')
            .executeTakeFirstOrThrow()
          await writeCharges(transaction, charges)
          return id
        })
      } catch (error) {
        if (isConflict(error)) return 'iv_reused'
        throw error
      }
    },

    history: async (room, beforeId, countMax, bytesMax) => {
      const rows = await db
        .selectFrom('open_room_messages')
        .innerJoin('open_users', 'open_users.id', 'sender_id')
        .select([
          'open_room_messages.id',
          'open_users.name as sender',
          'content',
          'iv_text',
          'message_hash',
          'open_room_messages.created_ms',
        ])
        .where('room_id', '=', room)
        .where('open_room_messages.id', '<', beforeId)
        .orderBy('open_room_messages.id', 'desc')
        .limit(countMax)
        .execute()
      const messages = rows.map((row) => ({
        id: row.id,
        sender: row.sender,
        content: row.content,
        ivText: row.iv_text,
        messageHash: row.message_hash,
        createdMs: row.created_ms,
      }))
      return fitting(messages, bytesMax)
    },
  }
}
