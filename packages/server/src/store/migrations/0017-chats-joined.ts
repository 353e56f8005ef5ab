import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/** Who was in a chat before cannot be told from who was only invited: all of them count as joined. */
export const chatsJoined: Migration = {
  name: '0017-chats-joined',
  up: async (db, types) => {
    const { schema } = db
    await schema.alterTable('open_participants').addColumn('joined_ms', sql.raw(types.integer)).execute()
    await sql`
      UPDATE open_participants SET
        joined_ms = (SELECT created_ms FROM open_chats WHERE open_chats.id = open_participants.chat_id)
    `.execute(db)
    await schema.dropIndex('open_participants_of_user').execute()
    await schema
      .createIndex('open_participants_of_user')
      .on('open_participants')
      .columns(['user_id', 'joined_ms', 'chat_id'])
      .execute()
  },
}
