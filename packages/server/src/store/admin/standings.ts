import type { Kysely, Transaction } from 'kysely'
import type { Ended, Holder } from '../../control/store.ts'
import type { Schema } from '../schema.ts'
import type { Standing } from '../standing.ts'

export const hashesOf = (rows: readonly { readonly token_hash: Uint8Array }[]): readonly Uint8Array[] =>
  rows.map(({ token_hash }) => token_hash)

export const endSessions = async (
  db: Transaction<Schema>,
  holder: Holder,
): Promise<readonly Uint8Array[]> => {
  if (holder.kind === 'program') return []
  const ended = await db
    .deleteFrom('sessions')
    .where('account', '=', holder.account)
    .returning('token_hash')
    .execute()
  return hashesOf(ended)
}

export const setStanding = async (
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

export const suspend = async (db: Transaction<Schema>, holder: Holder, nowMs: number): Promise<Ended> => {
  await setStanding(db, holder, 'suspended', nowMs)
  const sessions = await endSessions(db, holder)
  const { user } = holder
  if (user === null) return { sessions, openTokens: [] }
  const tokens = await db.selectFrom('open_tokens').select('token_hash').where('user_id', '=', user).execute()
  // What a person has made for scripts is refused while this lasts, and good again afterwards.
  await db.deleteFrom('open_tokens').where('user_id', '=', user).where('kind', '=', 'session').execute()
  return { sessions, openTokens: hashesOf(tokens) }
}

/** Whether it was suspended. */
export const resume = async (db: Kysely<Schema>, holder: Holder): Promise<boolean> => {
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
}
