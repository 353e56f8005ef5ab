import type { Migration } from '../migrations.ts'

export const chatsOfUser: Migration = {
  name: 'in which chats a user is',
  up: async (db) => {
    await db.schema
      .createIndex('open_participants_of_user')
      .on('open_participants')
      .column('user_id')
      .execute()
  },
}
