import { type Kysely, sql } from 'kysely'
import type { ColumnTypes, Migration } from './migration.ts'

// oxlint-disable-next-line typescript/no-explicit-any -- a migration sees the tables as they were, not as they are
type Tables = Kysely<any>

export const accountsAndRooms: Migration = {
  name: '0001-accounts-and-rooms',
  up: async (db, types) => {
    await accounts(db, types)
    await keyPackages(db, types)
    await roomsAndLogs(db, types)
    await welcomes(db, types)
  },
}

const accounts = async ({ schema }: Tables, types: ColumnTypes): Promise<void> => {
  const bytes = sql.raw(types.bytes)
  const integer = sql.raw(types.integer)
  await schema
    .createTable('accounts')
    .addColumn('account', bytes, (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull().unique())
    .addColumn('opaque_record', bytes, (c) => c.notNull())
    .addColumn('seq', integer, (c) => c.notNull())
    .addColumn('state', bytes, (c) => c.notNull())
    .addColumn('created_ms', integer, (c) => c.notNull())
    .execute()
  // A device belongs to one account for good: whoever could take the id of another's would be it in every room.
  await schema
    .createTable('devices')
    .addColumn('device', bytes, (c) => c.primaryKey())
    .addColumn('account', bytes, (c) => c.notNull().references('accounts.account'))
    .execute()
  await schema
    .createTable('links')
    .addColumn('account', bytes, (c) => c.notNull().references('accounts.account'))
    .addColumn('seq', integer, (c) => c.notNull())
    .addColumn('bytes', bytes, (c) => c.notNull())
    .addColumn('signatures', bytes, (c) => c.notNull())
    .addPrimaryKeyConstraint('links_key', ['account', 'seq'])
    .execute()
  await schema
    .createTable('vault_slots')
    .addColumn('account', bytes, (c) => c.notNull().references('accounts.account'))
    .addColumn('slot', 'text', (c) => c.notNull())
    .addColumn('counter', integer, (c) => c.notNull())
    .addColumn('sealed', bytes, (c) => c.notNull())
    .addPrimaryKeyConstraint('vault_slots_key', ['account', 'slot'])
    .execute()
  await schema
    .createTable('sessions')
    .addColumn('token_hash', bytes, (c) => c.primaryKey())
    .addColumn('account', bytes, (c) => c.notNull().references('accounts.account'))
    .addColumn('device', bytes)
    .addColumn('created_ms', integer, (c) => c.notNull())
    .addColumn('used_ms', integer, (c) => c.notNull())
    .execute()
  await schema.createIndex('sessions_of_account').on('sessions').columns(['account', 'device']).execute()
}

const keyPackages = async ({ schema }: Tables, types: ColumnTypes): Promise<void> => {
  const bytes = sql.raw(types.bytes)
  const integer = sql.raw(types.integer)
  await schema
    .createTable('key_packages')
    .addColumn('ref', bytes, (c) => c.primaryKey())
    .addColumn('account', bytes, (c) => c.notNull().references('accounts.account'))
    .addColumn('device', bytes, (c) => c.notNull())
    .addColumn('last_resort', integer, (c) => c.notNull())
    .addColumn('bytes', bytes, (c) => c.notNull())
    .addColumn('not_after_s', integer, (c) => c.notNull())
    .addColumn('created_ms', integer, (c) => c.notNull())
    .execute()
  await schema
    .createIndex('key_packages_of_device')
    .on('key_packages')
    .columns(['account', 'device', 'last_resort', 'created_ms'])
    .execute()
  await schema
    .createTable('spent_key_packages')
    .addColumn('ref', bytes, (c) => c.primaryKey())
    .addColumn('not_after_s', integer, (c) => c.notNull())
    .execute()
}

const roomsAndLogs = async ({ schema }: Tables, types: ColumnTypes): Promise<void> => {
  const bytes = sql.raw(types.bytes)
  const integer = sql.raw(types.integer)
  await schema
    .createTable('rooms')
    .addColumn('id', 'integer', (c) => c.primaryKey())
    .addColumn('room', bytes, (c) => c.notNull().unique())
    .addColumn('epoch', integer, (c) => c.notNull())
    .addColumn('policy', bytes, (c) => c.notNull())
    .addColumn('group_info', bytes, (c) => c.notNull())
    .addColumn('meta', bytes)
    .addColumn('meta_epoch', integer)
    .execute()
  await schema
    .createTable('groups')
    .addColumn('room', bytes, (c) => c.primaryKey().references('rooms.room'))
    .addColumn('state', bytes, (c) => c.notNull())
    .execute()
  await schema
    .createTable('heads')
    .addColumn('room_id', 'integer', (c) => c.primaryKey().references('rooms.id'))
    .addColumn('seq', integer, (c) => c.notNull())
    .addColumn('hash', bytes, (c) => c.notNull())
    .addColumn('time_ms', integer, (c) => c.notNull())
    .execute()
  await schema
    .createTable('senders')
    .addColumn('id', 'integer', (c) => c.primaryKey())
    .addColumn('tag', bytes, (c) => c.notNull().unique())
    .addColumn('counter', integer)
    .execute()
  await schema
    .createTable('entries')
    .addColumn('room_id', 'integer', (c) => c.notNull().references('rooms.id'))
    .addColumn('seq', integer, (c) => c.notNull())
    .addColumn('entry', bytes, (c) => c.notNull())
    .addColumn('hash', bytes, (c) => c.notNull())
    .addColumn('payload', bytes)
    .addColumn('aux', bytes)
    .addColumn('sender_id', 'integer', (c) => c.notNull().references('senders.id'))
    .addColumn('message_id', bytes, (c) => c.notNull())
    .addColumn('time_ms', integer, (c) => c.notNull())
    .addPrimaryKeyConstraint('entries_key', ['room_id', 'seq'])
    .addUniqueConstraint('entries_once', ['sender_id', 'message_id'])
    .execute()
  await schema
    .createTable('members')
    .addColumn('room', bytes, (c) => c.notNull().references('rooms.room'))
    .addColumn('device', bytes, (c) => c.notNull())
    .addColumn('account', bytes, (c) => c.notNull())
    .addColumn('leaf', integer, (c) => c.notNull())
    .addColumn('until_seq', integer)
    .addPrimaryKeyConstraint('members_key', ['room', 'device'])
    .execute()
  await schema.createIndex('rooms_of_device').on('members').columns(['device', 'until_seq']).execute()
}

const welcomes = async ({ schema }: Tables, types: ColumnTypes): Promise<void> => {
  const bytes = sql.raw(types.bytes)
  const integer = sql.raw(types.integer)
  await schema
    .createTable('welcomes')
    .addColumn('room', bytes, (c) => c.notNull().references('rooms.room'))
    .addColumn('seq', integer, (c) => c.notNull())
    .addColumn('hash', bytes, (c) => c.notNull())
    .addColumn('epoch', integer, (c) => c.notNull())
    .addColumn('inviter', bytes, (c) => c.notNull())
    .addColumn('welcome', bytes, (c) => c.notNull())
    .addColumn('tree_hash', bytes, (c) => c.notNull())
    .addColumn('tree', bytes, (c) => c.notNull())
    .addColumn('meta', bytes)
    .addColumn('time_ms', integer, (c) => c.notNull())
    .addPrimaryKeyConstraint('welcomes_key', ['room', 'seq'])
    .execute()
  await schema
    .createTable('invitations')
    .addColumn('room', bytes, (c) => c.notNull())
    .addColumn('seq', integer, (c) => c.notNull())
    .addColumn('device', bytes, (c) => c.notNull())
    .addPrimaryKeyConstraint('invitations_key', ['device', 'room', 'seq'])
    .addForeignKeyConstraint('invitations_welcome', ['room', 'seq'], 'welcomes', ['room', 'seq'])
    .execute()
  await schema.createIndex('invitations_of_welcome').on('invitations').columns(['room', 'seq']).execute()
  await schema
    .createTable('fork_tags')
    .addColumn('room', bytes, (c) => c.notNull().references('rooms.room'))
    .addColumn('epoch', integer, (c) => c.notNull())
    .addColumn('device', bytes, (c) => c.notNull())
    .addColumn('tag', bytes, (c) => c.notNull())
    .addPrimaryKeyConstraint('fork_tags_key', ['room', 'epoch', 'device'])
    .execute()
}
