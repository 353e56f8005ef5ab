import { type Kysely, sql } from 'kysely'
import { claimTables } from './claimTables.ts'
import { countersInRows } from './countersInRows.ts'
import { hookTables } from './hookTables.ts'
import { inviteTables } from './inviteTables.ts'
import { identityTable } from './identityTable.ts'
import { addressees } from './openLane/addressees.ts'
import { chatsJoined } from './openLane/chatsJoined.ts'
import { chatsOfUser } from './openLane/chatsOfUser.ts'
import { openLaneTables } from './openLane/tables.ts'
import { standingTables } from './standingTables.ts'
import { leavingMembers } from './leaving.ts'
import { openRoomTables } from './openRoomTables.ts'
import { looksOfNames, looksWithOwnTable } from './looks.ts'
import { releasedNamesByEnd } from './releasedNamesByEnd.ts'
import { roomsOfAccount } from './roomsOfAccount.ts'
import { treeTables, wholeTreeNames } from './treeTables.ts'

/** What databases call the same thing differently. */
export interface ColumnTypes {
  readonly bytes: 'blob' | 'bytea'
  readonly integer: 'integer' | 'bigint'
}

export interface Migration {
  readonly name: string
  // oxlint-disable-next-line typescript/no-explicit-any -- a migration sees the tables as they were, not as they are
  up(db: Kysely<any>, types: ColumnTypes): Promise<void>
}

const first: Migration = {
  name: 'accounts, rooms and their logs',
  up: async (db, types) => {
    const bytes = sql.raw(types.bytes)
    const integer = sql.raw(types.integer)
    const { schema } = db

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
  },
}

const second: Migration = {
  name: 'credentials of their own',
  up: async (db) => {
    await db.schema.alterTable('accounts').addColumn('credential', 'text').execute()
    // Until now it was the name.
    await db
      .updateTable('accounts')
      .set((e) => ({ credential: e.ref('name') }))
      .execute()
    await db.schema
      .createIndex('accounts_of_credential')
      .on('accounts')
      .column('credential')
      .unique()
      .execute()
  },
}

const third: Migration = {
  name: 'what each account has stored',
  up: async (db, types) => {
    // Counted from here on: whose the entries of before are, their tags tell the server alone.
    await db.schema
      .createTable('storage')
      .addColumn('account', sql.raw(types.bytes), (c) => c.primaryKey())
      .addColumn('bytes', sql.raw(types.integer), (c) => c.notNull())
      .execute()
  },
}

const lastTime: Migration = {
  name: 'when the server ran last',
  up: async (db, types) => {
    await db.schema
      .createTable('clock')
      .addColumn('id', 'integer', (c) => c.primaryKey())
      .addColumn('time_ms', sql.raw(types.integer), (c) => c.notNull())
      .execute()
  },
}

/** In order; a migration that has been released is never changed. */
export const migrations: readonly Migration[] = [
  first,
  second,
  third,
  openLaneTables,
  hookTables,
  lastTime,
  inviteTables,
  identityTable,
  treeTables,
  claimTables,
  chatsOfUser,
  countersInRows,
  standingTables,
  releasedNamesByEnd,
  wholeTreeNames,
  roomsOfAccount,
  chatsJoined,
  addressees,
  leavingMembers,
  looksOfNames,
  looksWithOwnTable,
  openRoomTables,
]
