import type { Kysely } from 'kysely'
import type { ChatStore } from '../../open/store.ts'
import type { Schema } from '../schema.ts'

export const chatStore = (db: Kysely<Schema>): ChatStore => ({
  create: ({ id, initiator, createdMs }, participants) =>
    db.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('open_chats')
        .values({ id, initiator_id: initiator, generation: 0, state: 'open', created_ms: createdMs })
        .execute()
      await transaction
        .insertInto('open_participants')
        .values(participants.map((user) => ({ chat_id: id, user_id: user })))
        .execute()
    }),

  chat: async (id) => {
    const row = await db
      .selectFrom('open_chats')
      .innerJoin('open_users', 'open_users.id', 'initiator_id')
      .select(['open_chats.id', 'generation', 'state', 'open_users.name as initiator'])
      .where('open_chats.id', '=', id)
      .executeTakeFirst()
    if (!row) return undefined
    const participants = await db
      .selectFrom('open_participants')
      .innerJoin('open_users', 'open_users.id', 'user_id')
      .select(['open_users.id', 'open_users.name', 'open_users.fingerprint'])
      .where('chat_id', '=', id)
      .orderBy('open_users.name')
      .execute()
    return { ...row, participants }
  },

  leave: (id, user) =>
    db.transaction().execute(async (transaction) => {
      await transaction
        .deleteFrom('open_participants')
        .where('chat_id', '=', id)
        .where('user_id', '=', user)
        .execute()
      const left = await transaction
        .selectFrom('open_participants')
        .select('user_id')
        .where('chat_id', '=', id)
        .limit(1)
        .execute()
      if (left.length === 0) await transaction.deleteFrom('open_chats').where('id', '=', id).execute()
      else await transaction.updateTable('open_chats').set({ state: 'rekey' }).where('id', '=', id).execute()
    }),

  rekey: async (id, fromGeneration) => {
    const row = await db
      .updateTable('open_chats')
      .set((e) => ({ state: 'open', generation: e('generation', '+', 1) }))
      .where('id', '=', id)
      .where('generation', '=', fromGeneration)
      .returning('id')
      .executeTakeFirst()
    return row ? 'rekeyed' : 'late'
  },
})
