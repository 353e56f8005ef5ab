import { lookOf } from '@sotto/protocol'
import type { Transaction } from 'kysely'
import type { Ended, Holder, RemovalTerms } from '../../control/store.ts'
import { releaseLook } from '../looks.ts'
import type { Schema } from '../schema.ts'
import { endSessions, hashesOf, setStanding } from './standings.ts'

/** No name has a colon (ID-2): nobody can ask for one of these. */
const nameOfRemoved = (holder: Holder): string =>
  holder.kind === 'person'
    ? `removed:${Buffer.from(holder.account).toString('hex')}`
    : `removed:${holder.user}`

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

/** Deletes what makes it an account, and keeps its name from others for a while. */
export const remove = async (
  db: Transaction<Schema>,
  holder: Holder,
  { name, nowMs, nameUntilMs }: RemovalTerms,
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
