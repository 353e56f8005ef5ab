import { lookOf } from '@sotto/protocol'
import type { Kysely } from 'kysely'
import { lookKey } from '../looks.ts'

const rowsPerStatement = 500

/** Whoever has a name keeps it, also where two look alike; nobody else gets one that does. */
// oxlint-disable-next-line typescript/no-explicit-any -- a migration sees the tables as they were, not as they are
export const countLooks = async (db: Kysely<any>): Promise<void> => {
  const persons = db.selectFrom('accounts').select('name').where('name', 'not like', 'removed:%')
  const programs = db.selectFrom('open_users').select('name').where('account', 'is', null)
  const rooms = db.selectFrom('open_rooms').select('name').where('private', '=', 0)
  const keys = [
    ...(await persons.execute()).map(({ name }) => lookKey('account', name)),
    ...(await programs.where('name', 'not like', 'removed:%').execute()).map(({ name }) =>
      lookKey('account', name),
    ),
    ...(await rooms.execute()).map(({ name }) => lookKey('room', name)),
  ]
  const counts = new Map<string, number>()
  for (const look of keys) counts.set(look, (counts.get(look) ?? 0) + 1)
  const rows = [...counts].map(([look, names]) => ({ look, names }))
  for (let at = 0; at < rows.length; at += rowsPerStatement)
    await db
      .insertInto('looks')
      .values(rows.slice(at, at + rowsPerStatement))
      .execute()
  for (const { name } of await db.selectFrom('released_names').select('name').execute())
    await db
      .updateTable('released_names')
      .set({ look: lookOf(name) })
      .where('name', '=', name)
      .execute()
}
