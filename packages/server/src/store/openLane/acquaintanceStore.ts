import type { Kysely } from 'kysely'
import type { AcquaintanceStore } from '../../open/store.ts'
import type { Schema } from '../schema.ts'

export const acquaintanceStore = (db: Kysely<Schema>): AcquaintanceStore => ({
  acquaintances: async (user, rowsMax) => {
    // Anybody begins a chat with anybody: chats have half of the rows at most.
    const inChats = await db
      .selectFrom('open_participants as mine')
      .innerJoin('open_participants as others', 'others.chat_id', 'mine.chat_id')
      .select('others.user_id')
      .where('mine.user_id', '=', user)
      .limit(Math.floor(rowsMax / 2))
      .execute()
    const inRooms = await db
      .selectFrom('open_members as mine')
      .innerJoin('open_members as others', 'others.room_id', 'mine.room_id')
      .select('others.user_id')
      .where('mine.user_id', '=', user)
      .where('mine.membership', '=', 'joined')
      .where('others.membership', '=', 'joined')
      .limit(rowsMax - inChats.length)
      .execute()
    return [...new Set([...inChats, ...inRooms].map((row) => row.user_id))]
  },
})
