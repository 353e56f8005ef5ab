import { lookOf, SottoError } from '@sotto/protocol'
import type { Kysely, Transaction } from 'kysely'
import type { Schema } from './schema.ts'

/** What an account is that is not as others: it may come back, or is there for its chain alone. */
export type Standing = 'suspended' | 'removed'

/** @throws SottoError `account_suspended`; `unauthorized` for one that was removed */
export const refuseStanding = (standing: Standing | null | undefined): void => {
  switch (standing) {
    case 'suspended':
      throw new SottoError('account_suspended')
    case 'removed':
      throw new SottoError('unauthorized')
    case null:
    case undefined:
  }
}

export const standingOf = async (db: Kysely<Schema>, account: Uint8Array): Promise<Standing | undefined> =>
  (await db.selectFrom('standings').select('standing').where('account', '=', account).executeTakeFirst())
    ?.standing

/** Of a program its own, of a person that of the account. */
export const openStandingOf = async (db: Kysely<Schema>, user: number): Promise<Standing | null> => {
  const row = await db
    .selectFrom('open_users')
    .leftJoin('open_standings', 'open_standings.user_id', 'open_users.id')
    .leftJoin('standings', 'standings.account', 'open_users.account')
    .select(['standings.standing as of_account', 'open_standings.standing as of_user'])
    .where('open_users.id', '=', user)
    .executeTakeFirst()
  return row?.of_account ?? row?.of_user ?? null
}

export const noteSeen = async (db: Kysely<Schema>, account: Uint8Array, seenMs: number): Promise<void> => {
  await db
    .insertInto('seen')
    .values({ account, seen_ms: seenMs })
    .onConflict((c) => c.column('account').doUpdateSet({ seen_ms: seenMs }))
    .execute()
}

export const noteOpenSeen = async (db: Kysely<Schema>, user: number, seenMs: number): Promise<void> => {
  await db
    .insertInto('open_seen')
    .values({ user_id: user, seen_ms: seenMs })
    .onConflict((c) => c.column('user_id').doUpdateSet({ seen_ms: seenMs }))
    .execute()
}

/** Whether a name, or one that looks like it, was an account's that is gone, and is not to be another's yet. */
export const releasedBy = async (
  db: Transaction<Schema>,
  name: string,
  nowMs: number,
): Promise<'taken' | 'alike' | undefined> => {
  await db.deleteFrom('released_names').where('until_ms', '<=', nowMs).execute()
  const alike = db.selectFrom('released_names').select('name').where('look', '=', lookOf(name))
  const names = (await alike.execute()).map((row) => row.name)
  if (names.length === 0) return undefined
  return names.includes(name) ? 'taken' : 'alike'
}
