import type { Migration } from './migration.ts'

export const chatsOfUser: Migration = {
  name: '0011-chats-of-user',
  up: async (db) => {
    await db.schema
      .createIndex('open_participants_of_user')
      .on('open_participants')
      .column('user_id')
      .execute()
  },
}
