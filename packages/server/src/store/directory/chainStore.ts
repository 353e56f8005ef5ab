import type { Kysely, Transaction } from 'kysely'
import type { ChainExtension, ChainStore, Extended, StoredAccount } from '../../directory/store.ts'
import { takeAccountName } from '../accountNames.ts'
import { isConflict } from '../failure.ts'
import { decodeSignatures, encodeSignatures } from '../linkRow.ts'
import { releaseLook } from '../looks.ts'
import type { Schema } from '../schema.ts'
import { standingOf } from '../standing.ts'

const accountColumns = ['account', 'name', 'seq', 'state'] as const

const accountBy = async (
  db: Kysely<Schema>,
  column: 'account' | 'name',
  value: Uint8Array | string,
): Promise<StoredAccount | undefined> =>
  db.selectFrom('accounts').select(accountColumns).where(column, '=', value).executeTakeFirst()

/** Ends the sessions of devices that are revoked and drops what others could invite them with. */
const revoke = async (
  db: Transaction<Schema>,
  account: Uint8Array,
  devices: readonly Uint8Array[],
): Promise<readonly Uint8Array[]> => {
  if (devices.length === 0) return []
  await db.deleteFrom('key_packages').where('account', '=', account).where('device', 'in', devices).execute()
  const ended = await db
    .deleteFrom('sessions')
    .where('account', '=', account)
    .where('device', 'in', devices)
    .returning('token_hash')
    .execute()
  return ended.map((row) => row.token_hash)
}

const appendLink = async (
  db: Transaction<Schema>,
  { account, seq, link, name, state, added, revoked }: ChainExtension,
): Promise<readonly Uint8Array[]> => {
  await db
    .insertInto('links')
    .values({ account, seq, bytes: link.bytes, signatures: encodeSignatures(link.signatures) })
    .execute()
  for (const device of added) await db.insertInto('devices').values({ device, account }).execute()
  // The name of an account that is gone stays away.
  const named = (await standingOf(db, account)) === 'removed' ? {} : { name }
  await db
    .updateTable('accounts')
    .set({ ...named, seq, state })
    .where('account', '=', account)
    .execute()
  return revoke(db, account, revoked)
}

class NameRefused extends Error {
  readonly kind: 'name_taken' | 'name_alike'

  constructor(why: 'taken' | 'alike') {
    super(why)
    this.kind = `name_${why}`
  }
}

/** Exchanges what the account is called, where that changes: one look for the other. @throws NameRefused */
const rename = async (
  db: Transaction<Schema>,
  { account: id, name, nowMs }: ChainExtension,
): Promise<void> => {
  const before = await accountBy(db, 'account', id)
  if (!before || before.name === name) return
  await releaseLook(db, 'account', before.name)
  const outcome = await takeAccountName(db, name, nowMs, id)
  if (outcome !== 'free') throw new NameRefused(outcome)
}

const isNameFree = async (db: Kysely<Schema>, name: string, account: Uint8Array): Promise<boolean> =>
  (await db
    .selectFrom('accounts')
    .select('account')
    .where('name', '=', name)
    .where('account', '<>', account)
    .executeTakeFirst()) === undefined

const extend = async (db: Kysely<Schema>, extension: ChainExtension): Promise<Extended> => {
  try {
    return await db.transaction().execute(async (transaction) => {
      // Of an account that is gone others may hand links back, also those that name it.
      const isGone = (await standingOf(transaction, extension.account)) === 'removed'
      if (!isGone) await rename(transaction, extension)
      return { kind: 'extended', endedSessions: await appendLink(transaction, extension) }
    })
  } catch (error) {
    if (error instanceof NameRefused) return { kind: error.kind }
    if (!isConflict(error)) throw error
    return (await isNameFree(db, extension.name, extension.account))
      ? { kind: 'conflict' }
      : { kind: 'name_taken' }
  }
}

export const chainStore = (db: Kysely<Schema>): ChainStore => ({
  account: (id) => accountBy(db, 'account', id),
  accountNamed: (name) => accountBy(db, 'name', name),

  links: async (id, from, linksMax) => {
    const rows = await db
      .selectFrom('links')
      .select(['bytes', 'signatures'])
      .where('account', '=', id)
      .where('seq', '>=', from)
      .orderBy('seq')
      .limit(linksMax)
      .execute()
    return rows.map((row) => ({ bytes: row.bytes, signatures: decodeSignatures(row.signatures) }))
  },

  extendChain: (extension) => extend(db, extension),
})
