import type { Kysely, Transaction } from 'kysely'
import type { AuthenticationStore, NewAccount, StoredSession } from '../authentication/store.ts'
import { takeAccountName } from './accountNames.ts'
import { isConflict, storing } from './failure.ts'
import { InviteSpent, spendInvite } from './inviteStore.ts'
import { encodeSignatures } from './linkRow.ts'
import { noteSeen, refuseStanding, standingOf } from './standing.ts'
import type { Schema } from './schema.ts'

const sessionRow = (session: StoredSession) => ({
  token_hash: session.tokenHash,
  account: session.account,
  device: session.device,
  created_ms: session.createdMs,
  used_ms: session.usedMs,
})

const insertAccount = async (db: Transaction<Schema>, account: NewAccount): Promise<void> => {
  await db
    .insertInto('accounts')
    .values({
      account: account.account,
      name: account.name,
      credential: account.credential,
      opaque_record: account.opaqueRecord,
      seq: 0,
      state: account.state,
      created_ms: account.session.createdMs,
    })
    .execute()
  const { device } = account.session
  if (device) await db.insertInto('devices').values({ device, account: account.account }).execute()
  await db
    .insertInto('links')
    .values({
      account: account.account,
      seq: 0,
      bytes: account.genesis.bytes,
      signatures: encodeSignatures(account.genesis.signatures),
    })
    .execute()
  await db
    .insertInto('vault_slots')
    .values({ account: account.account, slot: 'root', counter: 1, sealed: account.rootSlot })
    .execute()
  await db.insertInto('sessions').values(sessionRow(account.session)).execute()
  await noteSeen(db, account.account, account.session.usedMs)
}

/** Sessions beyond the newest `keep`, none of which is of `device`: that device's are all replaced. */
const endOthers = async (
  db: Transaction<Schema>,
  { account, device }: StoredSession,
  keep: number,
): Promise<readonly Uint8Array[]> => {
  const sessions = await db
    .selectFrom('sessions')
    .select(['token_hash', 'device'])
    .where('account', '=', account)
    .orderBy('used_ms', 'desc')
    .execute()
  const isReplaced = (of: Uint8Array | null): boolean =>
    device !== null && of !== null && Buffer.compare(of, device) === 0
  const others = sessions.filter((session) => !isReplaced(session.device))
  const ended = [...sessions.filter((session) => isReplaced(session.device)), ...others.slice(keep)]
  for (const { token_hash } of ended)
    await db.deleteFrom('sessions').where('token_hash', '=', token_hash).execute()
  return ended.map((session) => session.token_hash)
}

export const authenticationStore = (db: Kysely<Schema>): AuthenticationStore => ({
  isEmpty: () =>
    storing(async () => {
      const one = (table: 'accounts' | 'open_users') => db.selectFrom(table).select('name').limit(1)
      return (
        (await one('accounts').executeTakeFirst()) === undefined &&
        (await one('open_users').executeTakeFirst()) === undefined
      )
    }),

  login: (name) =>
    storing(async () => {
      const row = await db
        .selectFrom('accounts')
        .select(['account', 'credential', 'opaque_record'])
        .where('name', '=', name)
        .executeTakeFirst()
      return row && { account: row.account, credential: row.credential, opaqueRecord: row.opaque_record }
    }),

  createAccount: (account) =>
    storing(async () => {
      try {
        return await db.transaction().execute(async (transaction) => {
          const taken = await takeAccountName(transaction, account.name, account.session.createdMs)
          if (taken !== 'free') return taken
          await insertAccount(transaction, account)
          if (account.invite) await spendInvite(transaction, account.invite, account.session.createdMs)
          return 'created'
        })
      } catch (error) {
        if (error instanceof InviteSpent) return 'invite_spent'
        if (isConflict(error)) return 'taken'
        throw error
      }
    }),

  openSession: (session, sessionsMax) =>
    storing(() =>
      db.transaction().execute(async (transaction) => {
        refuseStanding(await standingOf(transaction, session.account))
        const ended = await endOthers(transaction, session, sessionsMax - 1)
        await transaction.insertInto('sessions').values(sessionRow(session)).execute()
        await noteSeen(transaction, session.account, session.usedMs)
        return ended
      }),
    ),

  refuseSuspended: (account) => storing(async () => refuseStanding(await standingOf(db, account))),

  session: (tokenHash) =>
    storing(async () => {
      const row = await db
        .selectFrom('sessions')
        .innerJoin('accounts', 'accounts.account', 'sessions.account')
        .select(['sessions.account', 'device', 'sessions.created_ms', 'used_ms', 'name'])
        .where('token_hash', '=', tokenHash)
        .executeTakeFirst()
      return (
        row && {
          tokenHash,
          account: row.account,
          device: row.device,
          createdMs: row.created_ms,
          usedMs: row.used_ms,
          name: row.name,
        }
      )
    }),

  touchSession: (tokenHash, usedMs) =>
    storing(async () => {
      const used = await db
        .updateTable('sessions')
        .set({ used_ms: usedMs })
        .where('token_hash', '=', tokenHash)
        .returning('account')
        .executeTakeFirst()
      if (used) await noteSeen(db, used.account, usedMs)
    }),

  endSession: (tokenHash) =>
    storing(async () => {
      await db.deleteFrom('sessions').where('token_hash', '=', tokenHash).execute()
    }),
})
