import type { Kysely } from 'kysely'
import type { Holder, HolderStore, OpenPlaces, StoredHolder } from '../../control/store.ts'
import type { Schema } from '../schema.ts'

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

const openPlaces = async (db: Kysely<Schema>, user: number): Promise<OpenPlaces> => {
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

const find = async (db: Kysely<Schema>, name: string): Promise<Holder | undefined> => {
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
}

export const holderStore = (db: Kysely<Schema>): HolderStore => ({
  find: (name) => find(db, name),

  holders: async (kind, after, countMax) => {
    const read = kind === 'person' ? persons : programs
    const page: StoredHolder[] = []
    for (const stored of await read(db, after, countMax)) page.push(await withOpenRooms(db, stored))
    return page
  },

  roomsOf: async (holder) => {
    if (holder.kind === 'program') return 0
    const { rooms } = await db
      .selectFrom('members')
      .select((e) => e.fn.count<number>('room').distinct().as('rooms'))
      .where('account', '=', holder.account)
      .where('until_seq', 'is', null)
      .executeTakeFirstOrThrow()
    return rooms
  },

  openPlaces: (user) => openPlaces(db, user),
})
