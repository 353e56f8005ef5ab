import type { Kysely, Transaction } from 'kysely'
import type { Asker, OpenRoom, OpenRoomStore } from '../openRoom/store.ts'
import { storing } from './failure.ts'
import type { Schema } from './schema.ts'

/** There is one row. */
const only = 1

const readOpenRoom = async (db: Kysely<Schema>): Promise<OpenRoom | undefined> => {
  const row = await db
    .selectFrom('open_room')
    .select(['room', 'name', 'since_ms'])
    .where('id', '=', only)
    .executeTakeFirst()
  return row && { room: row.room, name: row.name, sinceMs: row.since_ms }
}

/** Makes this the open room; requests for another one go with it. */
export const writeOpenRoom = async (db: Transaction<Schema>, open: OpenRoom): Promise<void> => {
  const before = await readOpenRoom(db)
  if (before && Buffer.compare(before.room, open.room) !== 0)
    await db.deleteFrom('open_room_askers').execute()
  const values = { room: open.room, name: open.name, since_ms: open.sinceMs }
  await db
    .insertInto('open_room')
    .values({ id: only, ...values })
    .onConflict((c) => c.column('id').doUpdateSet(values))
    .execute()
}

const askersOf = async (
  db: Kysely<Schema>,
  room: Uint8Array,
  order: 'asc' | 'desc',
  countMax: number,
  sinceMs: number,
): Promise<readonly Asker[]> => {
  const rows = await db
    .selectFrom('open_room_askers')
    .select(['account', 'asked_ms'])
    .where('asked_ms', '>=', sinceMs)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('members')
            .select('members.device')
            .whereRef('members.account', '=', 'open_room_askers.account')
            .where('until_seq', 'is', null)
            .where('room', '=', room),
        ),
      ),
    )
    .orderBy('asked_ms', order)
    .orderBy('account', order)
    .limit(countMax)
    .execute()
  return rows.map((row) => ({ account: row.account, askedMs: row.asked_ms }))
}

export const openRoomStore = (db: Kysely<Schema>): OpenRoomStore => ({
  openRoom: () => storing(() => readOpenRoom(db)),

  putOpenRoom: (open) =>
    storing(() => db.transaction().execute((transaction) => writeOpenRoom(transaction, open))),

  closeRoom: (room) =>
    storing(() =>
      db.transaction().execute(async (transaction) => {
        const ended = await transaction
          .deleteFrom('open_room')
          .where('room', '=', room)
          .returning('id')
          .executeTakeFirst()
        if (ended) await transaction.deleteFrom('open_room_askers').execute()
      }),
    ),

  askedMs: (account, sinceMs) =>
    storing(async () => {
      const row = await db
        .selectFrom('open_room_askers')
        .select('asked_ms')
        .where('account', '=', account)
        .where('asked_ms', '>=', sinceMs)
        .executeTakeFirst()
      return row?.asked_ms
    }),

  ask: (account, { nowMs, sinceMs, askersMax }) =>
    storing(() =>
      db.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('open_room_askers').where('asked_ms', '<', sinceMs).execute()
        const known = await transaction
          .selectFrom('open_room_askers')
          .select('account')
          .where('account', '=', account)
          .executeTakeFirst()
        if (known) return 'kept'
        const { count } = await transaction
          .selectFrom('open_room_askers')
          .select((e) => e.fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow()
        if (count >= askersMax) return 'full'
        await transaction.insertInto('open_room_askers').values({ account, asked_ms: nowMs }).execute()
        return 'kept'
      }),
    ),

  withdraw: (account) =>
    storing(async () => {
      await db.deleteFrom('open_room_askers').where('account', '=', account).execute()
    }),

  askers: (room, countMax, sinceMs) =>
    storing(async () => {
      const oldest = await askersOf(db, room, 'asc', countMax, sinceMs)
      if (oldest.length < countMax) return oldest
      const half = Math.ceil(countMax / 2)
      const first = oldest.slice(0, half)
      const known = new Set(first.map(({ account }) => Buffer.from(account).toString('latin1')))
      const newest = await askersOf(db, room, 'desc', countMax - half, sinceMs)
      return [
        ...first,
        ...newest.filter(({ account }) => !known.has(Buffer.from(account).toString('latin1'))),
      ]
    }),

  memberSeenMs: (room) =>
    storing(async () => {
      const row = await db
        .selectFrom('members')
        .innerJoin('seen', 'seen.account', 'members.account')
        .select((e) => e.fn.max<number | null>('seen_ms').as('ms'))
        .where('room', '=', room)
        .where('until_seq', 'is', null)
        .executeTakeFirst()
      return row?.ms ?? undefined
    }),

  people: (account, countMax) =>
    storing(() =>
      db
        .selectFrom('accounts')
        .leftJoin('standings', 'standings.account', 'accounts.account')
        .leftJoin('blocks', (join) =>
          join.onRef('blocks.account', '=', 'accounts.account').on('blocks.blocked', '=', account),
        )
        .select(['accounts.account', 'accounts.name'])
        .where('accounts.account', '!=', account)
        .where('standing', 'is', null)
        .where('blocks.blocked', 'is', null)
        .orderBy('created_ms', 'desc')
        .limit(countMax)
        .execute(),
    ),
})

/** Whoever is in the room does not ask any more; whoever leaves it later has not asked since. */
export const endRequests = async (
  db: Transaction<Schema>,
  room: Uint8Array,
  accounts: readonly Uint8Array[],
): Promise<void> => {
  if (accounts.length === 0) return
  const open = await readOpenRoom(db)
  if (!open || Buffer.compare(open.room, room) !== 0) return
  await db.deleteFrom('open_room_askers').where('account', 'in', accounts).execute()
}
