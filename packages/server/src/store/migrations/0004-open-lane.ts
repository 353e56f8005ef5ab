import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/** The tables of the open lane. Nothing of the other lane refers to them. */
export const openLaneTables: Migration = {
  name: '0004-open-lane',
  up: async (db, types) => {
    const bytes = sql.raw(types.bytes)
    const integer = sql.raw(types.integer)
    const { schema } = db

    await schema
      .createTable('open_users')
      .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
      .addColumn('name', 'text', (c) => c.notNull().unique())
      // Null for a program, which has a password instead.
      .addColumn('account', bytes, (c) => c.references('accounts.account').unique())
      .addColumn('password', 'text')
      .addColumn('public_key', 'text')
      .addColumn('fingerprint', 'text')
      .addColumn('hidden', integer, (c) => c.notNull())
      .addColumn('created_ms', integer, (c) => c.notNull())
      .execute()
    await schema
      .createTable('open_tokens')
      .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
      .addColumn('token_hash', bytes, (c) => c.notNull().unique())
      .addColumn('user_id', 'integer', (c) => c.notNull().references('open_users.id'))
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('label', 'text', (c) => c.notNull())
      .addColumn('scopes', 'text', (c) => c.notNull())
      .addColumn('created_ms', integer, (c) => c.notNull())
      .addColumn('used_ms', integer, (c) => c.notNull())
      .addColumn('expires_ms', integer, (c) => c.notNull())
      .execute()
    await schema.createIndex('open_tokens_of_user').on('open_tokens').columns(['user_id', 'kind']).execute()

    // An id that came again would be taken for one that has arrived.
    await schema
      .createTable('open_mail')
      .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
      .addColumn('user_id', 'integer', (c) => c.notNull().references('open_users.id'))
      .addColumn('event', 'text', (c) => c.notNull())
      .addColumn('payload', 'text', (c) => c.notNull())
      .addColumn('created_ms', integer, (c) => c.notNull())
      .execute()
    await schema.createIndex('open_mail_of_user').on('open_mail').columns(['user_id', 'id']).execute()

    await schema
      .createTable('open_rooms')
      .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('unique_name', 'text', (c) => c.notNull().unique())
      .addColumn('description', 'text', (c) => c.notNull())
      .addColumn('creator_id', 'integer', (c) => c.notNull().references('open_users.id'))
      .addColumn('private', integer, (c) => c.notNull())
      .addColumn('generation', integer, (c) => c.notNull())
      .addColumn('created_ms', integer, (c) => c.notNull())
      .execute()
    await schema.createIndex('open_rooms_of_creator').on('open_rooms').column('creator_id').execute()
    await schema
      .createTable('open_members')
      .addColumn('room_id', 'integer', (c) => c.notNull().references('open_rooms.id'))
      .addColumn('user_id', 'integer', (c) => c.notNull().references('open_users.id'))
      .addColumn('membership', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('open_members_key', ['room_id', 'user_id'])
      .execute()
    await schema.createIndex('open_members_of_user').on('open_members').column('user_id').execute()
    await schema
      .createTable('open_room_messages')
      .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
      .addColumn('room_id', 'integer', (c) => c.notNull().references('open_rooms.id'))
      .addColumn('sender_id', 'integer', (c) => c.notNull().references('open_users.id'))
      .addColumn('key_id', 'text', (c) => c.notNull())
      .addColumn('iv', bytes, (c) => c.notNull())
      .addColumn('iv_text', 'text', (c) => c.notNull())
      .addColumn('content', 'text', (c) => c.notNull())
      .addColumn('message_hash', 'text', (c) => c.notNull())
      .addColumn('created_ms', integer, (c) => c.notNull())
      .addUniqueConstraint('open_iv_once', ['room_id', 'key_id', 'iv'])
      .execute()
    await schema
      .createIndex('open_messages_of_room')
      .on('open_room_messages')
      .columns(['room_id', 'id'])
      .execute()

    await schema
      .createTable('open_chats')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('initiator_id', 'integer', (c) => c.notNull().references('open_users.id'))
      .addColumn('generation', integer, (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('created_ms', integer, (c) => c.notNull())
      .execute()
    await schema
      .createTable('open_participants')
      .addColumn('chat_id', 'text', (c) => c.notNull().references('open_chats.id'))
      .addColumn('user_id', 'integer', (c) => c.notNull().references('open_users.id'))
      .addPrimaryKeyConstraint('open_participants_key', ['chat_id', 'user_id'])
      .execute()
  },
}
