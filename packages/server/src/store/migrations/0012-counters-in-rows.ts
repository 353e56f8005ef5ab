import { type Kysely, sql } from 'kysely'
import type { Migration } from './migration.ts'

/**
 * What was counted by looking at all that is stored stands in rows of its own; and every question that is asked while
 * somebody waits has an index that answers it.
 */
export const countersInRows: Migration = {
  name: '0012-counters-in-rows',
  up: async (db, types) => {
    await budgets(db, types.integer)
    await hookCounts(db, types.integer)
    await mailCounts(db, types.integer)
    await roomCounts(db, types.integer)
    await indices(db)
  },
}

// oxlint-disable-next-line typescript/no-explicit-any -- a migration sees the tables as they were, not as they are
type Tables = Kysely<any>

/** Sums over a lifetime say nothing of the last day: every budget begins unused. */
const budgets = async ({ schema }: Tables, integer: string): Promise<void> => {
  await schema
    .createTable('budgets')
    .addColumn('budget', 'text', (c) => c.primaryKey())
    .addColumn('bytes', sql.raw(integer), (c) => c.notNull())
    .addColumn('bytes_per_day', sql.raw(integer), (c) => c.notNull())
    .addColumn('at_ms', sql.raw(integer), (c) => c.notNull())
    .execute()
  await schema.dropTable('storage').execute()
}

const hookCounts = async (db: Tables, integer: string): Promise<void> => {
  for (const column of ['out_count', 'out_bytes'])
    await db.schema
      .alterTable('hooks')
      .addColumn(column, sql.raw(integer), (c) => c.notNull().defaultTo(0))
      .execute()
  await sql`
    UPDATE hooks SET
      out_count = (SELECT count(*) FROM hook_out WHERE hook_out.hook = hooks.hook),
      out_bytes = (SELECT coalesce(sum(length(jwe)), 0) FROM hook_out WHERE hook_out.hook = hooks.hook)
  `.execute(db)
}

/** Who wrote the letters that wait already was not kept: they count in nobody's share. */
const mailCounts = async (db: Tables, integer: string): Promise<void> => {
  const { schema } = db
  await schema.alterTable('open_mail').addColumn('sender_id', 'integer').execute()
  await schema
    .alterTable('open_mail')
    .addColumn('characters', sql.raw(integer), (c) => c.notNull().defaultTo(0))
    .execute()
  await sql`UPDATE open_mail SET characters = length(payload)`.execute(db)
  await schema
    .createTable('open_mailboxes')
    .addColumn('user_id', 'integer', (c) => c.primaryKey().references('open_users.id'))
    .addColumn('letters', sql.raw(integer), (c) => c.notNull())
    .addColumn('characters', sql.raw(integer), (c) => c.notNull())
    .execute()
  await sql`
    INSERT INTO open_mailboxes (user_id, letters, characters)
    SELECT user_id, count(*), sum(characters) FROM open_mail GROUP BY user_id
  `.execute(db)
  await schema
    .createTable('open_mail_shares')
    .addColumn('user_id', 'integer', (c) => c.notNull().references('open_users.id'))
    .addColumn('sender_id', 'integer', (c) => c.notNull().references('open_users.id'))
    .addColumn('letters', sql.raw(integer), (c) => c.notNull())
    .addColumn('characters', sql.raw(integer), (c) => c.notNull())
    .addPrimaryKeyConstraint('open_mail_shares_key', ['user_id', 'sender_id'])
    .execute()
}

const roomCounts = async (db: Tables, integer: string): Promise<void> => {
  await db.schema
    .alterTable('open_rooms')
    .addColumn('members', sql.raw(integer), (c) => c.notNull().defaultTo(0))
    .execute()
  await sql`
    UPDATE open_rooms SET members = (SELECT count(*) FROM open_members WHERE room_id = open_rooms.id)
  `.execute(db)
}

const indices = async ({ schema }: Tables): Promise<void> => {
  const wanted: readonly (readonly [name: string, table: string, columns: readonly string[]])[] = [
    // Those who have left a room are many more than those who are in it.
    ['members_inside', 'members', ['room', 'until_seq', 'device', 'account', 'leaf']],
    // Large columns stand before these in their rows, and would be read past.
    ['welcomes_by_time', 'welcomes', ['room', 'seq', 'time_ms']],
    ['key_packages_by_end', 'key_packages', ['account', 'device', 'last_resort', 'not_after_s']],
    ['spent_by_end', 'spent_key_packages', ['not_after_s']],
    ['fork_tags_of_epoch', 'fork_tags', ['room', 'epoch', 'tag']],
    ['open_rooms_visible', 'open_rooms', ['private', 'id']],
    ['open_members_by_user', 'open_members', ['user_id', 'room_id']],
    ['open_members_joined', 'open_members', ['room_id', 'membership', 'user_id']],
    // Whoever takes a part of a tree away, or a user, is asked what refers to it.
    ['tree_parts_left', 'tree_parts', ['left_id']],
    ['tree_parts_right', 'tree_parts', ['right_id']],
    ['welcomes_of_tree', 'welcomes', ['tree_id']],
    ['open_shares_of_sender', 'open_mail_shares', ['sender_id']],
    ['open_chats_of_user', 'open_chats', ['initiator_id']],
    ['open_messages_of_user', 'open_room_messages', ['sender_id']],
  ]
  await schema.dropIndex('open_members_of_user').execute()
  for (const [name, table, columns] of wanted)
    await schema
      .createIndex(name)
      .on(table)
      .columns([...columns])
      .execute()
}
