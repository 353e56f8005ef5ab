import { lookOf } from '@sotto/protocol'
import type { Kysely, Transaction } from 'kysely'
import type { AdminStore, Ended, Holder, StoredHolder, StoredUse } from '../control/store.ts'
import { storing } from './failure.ts'
import { releaseLook } from './looks.ts'
import type { Schema } from './schema.ts'
import type { Standing } from './standing.ts'

/** No name has a colon (ID-2): nobody can ask for one of these. */
const nameOfRemoved = (holder: Holder): string =>
  holder.kind === 'person'
    ? `removed:${Buffer.from(holder.account).toString('hex')}`
    : `removed:${holder.user}`

const hashesOf = (rows: readonly { readonly token_hash: Uint8Array }[]): readonly Uint8Array[] =>
  rows.map(({ token_hash }) => token_hash)

const endSessions = async (db: Transaction<Schema>, holder: Holder): Promise<readonly Uint8Array[]> => {
  if (holder.kind === 'program') return []
  const ended = await db
    .deleteFrom('sessions')
    .where('account', '=', holder.account)
    .returning('token_hash')
    .execute()
  return hashesOf(ended)
}

const setStanding = async (
  db: Transaction<Schema>,
  holder: Holder,
  standing: Standing,
  nowMs: number,
): Promise<void> => {
  const since = { standing, since_ms: nowMs }
  switch (holder.kind) {
    case 'person':
      await db
        .insertInto('standings')
        .values({ account: holder.account, ...since })
        .onConflict((c) => c.column('account').doUpdateSet(since))
        .execute()
      return
    case 'program':
      await db
        .insertInto('open_standings')
        .values({ user_id: holder.user, ...since })
        .onConflict((c) => c.column('user_id').doUpdateSet(since))
        .execute()
  }
}

const suspend = async (db: Transaction<Schema>, holder: Holder, nowMs: number): Promise<Ended> => {
  await setStanding(db, holder, 'suspended', nowMs)
  const sessions = await endSessions(db, holder)
  const { user } = holder
  if (user === null) return { sessions, openTokens: [] }
  const tokens = await db.selectFrom('open_tokens').select('token_hash').where('user_id', '=', user).execute()
  // What a person has made for scripts is refused while this lasts, and good again afterwards.
  await db.deleteFrom('open_tokens').where('user_id', '=', user).where('kind', '=', 'session').execute()
  return { sessions, openTokens: hashesOf(tokens) }
}

const removePerson = async (db: Transaction<Schema>, account: Uint8Array, name: string): Promise<void> => {
  await db.deleteFrom('key_packages').where('account', '=', account).execute()
  await db.deleteFrom('vault_slots').where('account', '=', account).execute()
  await db.deleteFrom('open_room_askers').where('account', '=', account).execute()
  const hooks = db.selectFrom('hooks').select('hook').where('account', '=', account)
  await db.deleteFrom('hook_out').where('hook', 'in', hooks).execute()
  await db.deleteFrom('hooks').where('account', '=', account).execute()
  await db
    .updateTable('accounts')
    .set({ name, opaque_record: new Uint8Array() })
    .where('account', '=', account)
    .execute()
}

const removeUser = async (
  db: Transaction<Schema>,
  user: number,
  name: string,
): Promise<readonly Uint8Array[]> => {
  const tokens = await db
    .deleteFrom('open_tokens')
    .where('user_id', '=', user)
    .returning('token_hash')
    .execute()
  await db.deleteFrom('open_mail').where('user_id', '=', user).execute()
  await db.deleteFrom('open_mail_shares').where('user_id', '=', user).execute()
  await db.deleteFrom('open_mailboxes').where('user_id', '=', user).execute()
  await db.deleteFrom('open_addressees').where('user_id', '=', user).execute()
  await db
    .updateTable('open_users')
    .set({ name, password: null, public_key: null, fingerprint: null, hidden: 1 })
    .where('id', '=', user)
    .execute()
  return hashesOf(tokens)
}

const remove = async (
  db: Transaction<Schema>,
  holder: Holder,
  { name, nowMs, nameUntilMs }: Parameters<AdminStore['remove']>[1],
): Promise<Ended> => {
  await setStanding(db, holder, 'removed', nowMs)
  const sessions = await endSessions(db, holder)
  const removed = nameOfRemoved(holder)
  if (holder.kind === 'person') await removePerson(db, holder.account, removed)
  const openTokens = holder.user === null ? [] : await removeUser(db, holder.user, removed)
  await releaseLook(db, 'account', name)
  await db
    .insertInto('released_names')
    .values({ name, look: lookOf(name), until_ms: nameUntilMs })
    .onConflict((c) => c.column('name').doUpdateSet({ until_ms: nameUntilMs }))
    .execute()
  return { sessions, openTokens }
}

const persons = async (db: Kysely<Schema>, after: string, countMax: number) => {
  const rows = await db
    .selectFrom('accounts')
    .leftJoin('standings', 'standings.account', 'accounts.account')
    .leftJoin('seen', 'seen.account', 'accounts.account')
    .leftJoin('open_users', 'open_users.account', 'accounts.account')
    .select((e) => [
      'accounts.account',
      'accounts.name',
      'accounts.created_ms',
      'accounts.state',
      'standings.since_ms',
      'seen.seen_ms',
      'open_users.id as user_id',
      e
        .selectFrom('members')
        .select((m) => m.fn.count<number>('room').distinct().as('rooms'))
        .whereRef('members.account', '=', 'accounts.account')
        .where('until_seq', 'is', null)
        .as('rooms'),
    ])
    .where('accounts.name', '>', after)
    .where((e) => e.or([e('standing', 'is', null), e('standing', '=', 'suspended')]))
    .orderBy('accounts.name')
    .limit(countMax)
    .execute()
  return rows.map((row): StoredHolder => ({
    holder: { kind: 'person', account: row.account, user: row.user_id },
    name: row.name,
    createdMs: row.created_ms,
    seenMs: row.seen_ms,
    suspendedMs: row.since_ms,
    state: row.state,
    rooms: row.rooms ?? 0,
  }))
}

const programs = async (db: Kysely<Schema>, after: string, countMax: number) => {
  const rows = await db
    .selectFrom('open_users')
    .leftJoin('open_standings', 'open_standings.user_id', 'open_users.id')
    .leftJoin('open_seen', 'open_seen.user_id', 'open_users.id')
    .select(['open_users.id', 'name', 'created_ms', 'since_ms', 'seen_ms'])
    .where('open_users.account', 'is', null)
    .where('name', '>', after)
    .where((e) => e.or([e('standing', 'is', null), e('standing', '=', 'suspended')]))
    .orderBy('name')
    .limit(countMax)
    .execute()
  return rows.map((row): StoredHolder => ({
    holder: { kind: 'program', user: row.id },
    name: row.name,
    createdMs: row.created_ms,
    seenMs: row.seen_ms,
    suspendedMs: row.since_ms,
    state: null,
    rooms: 0,
  }))
}

const openPlaces = async (db: Kysely<Schema>, user: number) => {
  const rooms = await db.selectFrom('open_members').select('room_id').where('user_id', '=', user).execute()
  const chats = await db
    .selectFrom('open_participants')
    .select('chat_id')
    .where('user_id', '=', user)
    .execute()
  return { rooms: rooms.map(({ room_id }) => room_id), chats: chats.map(({ chat_id }) => chat_id) }
}

const withOpenRooms = async (db: Kysely<Schema>, stored: StoredHolder): Promise<StoredHolder> => {
  const { user } = stored.holder
  if (user === null) return stored
  const { rooms, chats } = await openPlaces(db, user)
  return { ...stored, rooms: stored.rooms + rooms.length + chats.length }
}

const useOf = (row: Schema['budgets']): StoredUse => ({
  key: row.budget,
  bytes: row.bytes,
  bytesPerDay: row.bytes_per_day,
  atMs: row.at_ms,
})

export const adminStore = (db: Kysely<Schema>): AdminStore => ({
  nameOf: (account) =>
    storing(async () => {
      const id = new Uint8Array(Buffer.from(account, 'hex'))
      const row = db.selectFrom('accounts').select('name').where('account', '=', id)
      return (await row.executeTakeFirst())?.name
    }),

  programName: (user) =>
    storing(async () => {
      const row = db.selectFrom('open_users').select('name').where('id', '=', user)
      return (await row.executeTakeFirst())?.name
    }),

  uses: (after, countMax) =>
    storing(async () => {
      const rows = await db
        .selectFrom('budgets')
        .selectAll()
        .where('budget', '>', after)
        .orderBy('budget')
        .limit(countMax)
        .execute()
      return rows.map(useOf)
    }),

  use: (key) =>
    storing(async () => {
      const row = await db.selectFrom('budgets').selectAll().where('budget', '=', key).executeTakeFirst()
      return row && useOf(row)
    }),

  mailboxes: (after, countMax) =>
    storing(async () => {
      const rows = await db
        .selectFrom('open_mailboxes')
        .select(['user_id', 'letters', 'characters'])
        .where('user_id', '>', after)
        .orderBy('user_id')
        .limit(countMax)
        .execute()
      return rows.map(({ user_id, letters, characters }) => ({ user: user_id, letters, characters }))
    }),

  find: (name) =>
    storing(async () => {
      const person = await db
        .selectFrom('accounts')
        .leftJoin('open_users', 'open_users.account', 'accounts.account')
        .select(['accounts.account', 'open_users.id'])
        .where('accounts.name', '=', name)
        .executeTakeFirst()
      if (person) return { kind: 'person', account: person.account, user: person.id }
      const program = await db
        .selectFrom('open_users')
        .select('id')
        .where('name', '=', name)
        .where('account', 'is', null)
        .executeTakeFirst()
      return program && { kind: 'program', user: program.id }
    }),

  holders: (kind, after, countMax) =>
    storing(async () => {
      const read = kind === 'person' ? persons : programs
      const page: StoredHolder[] = []
      for (const stored of await read(db, after, countMax)) page.push(await withOpenRooms(db, stored))
      return page
    }),

  suspend: (holder, nowMs) =>
    storing(() => db.transaction().execute((transaction) => suspend(transaction, holder, nowMs))),

  resume: (holder) =>
    storing(async () => {
      const ended =
        holder.kind === 'person'
          ? await db
              .deleteFrom('standings')
              .where('account', '=', holder.account)
              .where('standing', '=', 'suspended')
              .returning('standing')
              .executeTakeFirst()
          : await db
              .deleteFrom('open_standings')
              .where('user_id', '=', holder.user)
              .where('standing', '=', 'suspended')
              .returning('standing')
              .executeTakeFirst()
      return ended !== undefined
    }),

  roomsOf: (holder) =>
    storing(async () => {
      if (holder.kind === 'program') return 0
      const { rooms } = await db
        .selectFrom('members')
        .select((e) => e.fn.count<number>('room').distinct().as('rooms'))
        .where('account', '=', holder.account)
        .where('until_seq', 'is', null)
        .executeTakeFirstOrThrow()
      return rooms
    }),

  openPlaces: (user) => storing(() => openPlaces(db, user)),

  remove: (holder, terms) =>
    storing(() => db.transaction().execute((transaction) => remove(transaction, holder, terms))),
})
