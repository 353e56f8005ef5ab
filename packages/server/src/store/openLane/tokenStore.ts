import type { Kysely, Transaction } from 'kysely'
import { readScopes, writeScopes } from '../../open/accounts/scope.ts'
import type { StoredToken, TokenStore } from '../../open/store.ts'
import { noteOpenSeen, openStandingOf, refuseStanding } from '../standing.ts'
import type { Schema } from '../schema.ts'
import { userColumns, userOf } from './userStore.ts'

const tokenColumns = [
  'open_tokens.id as token_id',
  'token_hash',
  'open_tokens.user_id',
  'kind',
  'label',
  'scopes',
  'open_tokens.created_ms',
  'used_ms',
  'expires_ms',
] as const

interface TokenRow {
  readonly token_id: number
  readonly token_hash: Uint8Array
  readonly user_id: number
  readonly kind: StoredToken['kind']
  readonly label: string
  readonly scopes: string
  readonly created_ms: number
  readonly used_ms: number
  readonly expires_ms: number
}

const tokenOf = (row: TokenRow): StoredToken => ({
  tokenHash: row.token_hash,
  user: row.user_id,
  kind: row.kind,
  label: row.label,
  scopes: readScopes(row.scopes),
  createdMs: row.created_ms,
  usedMs: row.used_ms,
  expiresMs: row.expires_ms,
})

const insert = async (db: Transaction<Schema>, token: StoredToken): Promise<number> => {
  const { id } = await db
    .insertInto('open_tokens')
    .values({
      token_hash: token.tokenHash,
      user_id: token.user,
      kind: token.kind,
      label: token.label,
      scopes: writeScopes(token.scopes),
      created_ms: token.createdMs,
      used_ms: token.usedMs,
      expires_ms: token.expiresMs,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export const tokenStore = (db: Kysely<Schema>): TokenStore => ({
  openSession: (session, sessionsMax) =>
    db.transaction().execute(async (transaction) => {
      refuseStanding(await openStandingOf(transaction, session.user))
      const known = await transaction
        .selectFrom('open_tokens')
        .select('token_hash')
        .where('user_id', '=', session.user)
        .where('kind', '=', 'session')
        .orderBy('used_ms', 'desc')
        .orderBy('id', 'desc')
        .execute()
      const ended = known.slice(sessionsMax - 1).map(({ token_hash }) => token_hash)
      for (const hash of ended)
        await transaction.deleteFrom('open_tokens').where('token_hash', '=', hash).execute()
      await insert(transaction, session)
      await noteOpenSeen(transaction, session.user, session.usedMs)
      return ended
    }),

  createAccess: (token, tokensMax) =>
    db.transaction().execute(async (transaction) => {
      refuseStanding(await openStandingOf(transaction, token.user))
      await transaction
        .deleteFrom('open_tokens')
        .where('user_id', '=', token.user)
        .where('kind', '=', 'access')
        .where('expires_ms', '<=', token.createdMs)
        .execute()
      const known = await transaction
        .selectFrom('open_tokens')
        .select('id')
        .where('user_id', '=', token.user)
        .where('kind', '=', 'access')
        .execute()
      return known.length >= tokensMax ? undefined : insert(transaction, token)
    }),

  token: async (tokenHash) => {
    const row = await db
      .selectFrom('open_tokens')
      .innerJoin('open_users', 'open_users.id', 'open_tokens.user_id')
      .leftJoin('open_standings', 'open_standings.user_id', 'open_users.id')
      .leftJoin('standings', 'standings.account', 'open_users.account')
      .select([
        ...tokenColumns,
        ...userColumns,
        'standings.standing as of_account',
        'open_standings.standing as of_user',
      ])
      .where('token_hash', '=', tokenHash)
      .executeTakeFirst()
    if (row) refuseStanding(row.of_account ?? row.of_user)
    return row && { ...tokenOf(row), owner: userOf(row) }
  },

  accessTokens: async (user) => {
    const rows = await db
      .selectFrom('open_tokens')
      .select(tokenColumns)
      .where('user_id', '=', user)
      .where('kind', '=', 'access')
      .orderBy('id')
      .execute()
    return rows.map((row) => ({ ...tokenOf(row), id: row.token_id }))
  },

  endAccess: async (user, id) => {
    const row = await db
      .deleteFrom('open_tokens')
      .where('id', '=', id)
      .where('user_id', '=', user)
      .where('kind', '=', 'access')
      .returning('token_hash')
      .executeTakeFirst()
    return row?.token_hash
  },

  touch: async (tokenHash, usedMs) => {
    const used = await db
      .updateTable('open_tokens')
      .set({ used_ms: usedMs })
      .where('token_hash', '=', tokenHash)
      .returning('user_id')
      .executeTakeFirst()
    if (used) await noteOpenSeen(db, used.user_id, usedMs)
  },

  end: async (tokenHash) => {
    await db.deleteFrom('open_tokens').where('token_hash', '=', tokenHash).execute()
  },
})
