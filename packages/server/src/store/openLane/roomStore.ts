import type { Kysely } from 'kysely'
import type { OpenRoom, RoomStore } from '../../open/store.ts'
import { chargeWriter } from '../budgetStore.ts'
import { isConflict } from '../failure.ts'
import { claimLook } from '../looks.ts'
import type { Schema } from '../schema.ts'
import { membershipStore } from './membershipStore.ts'
import { roomMessageStore } from './roomMessageStore.ts'

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

export const roomStore = (db: Kysely<Schema>): RoomStore => {
  const writeCharges = chargeWriter(db)
  return {
    ...membershipStore(db),
    ...roomMessageStore(db),

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
  }
}
