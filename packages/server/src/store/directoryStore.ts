import { toHex } from '@sotto/protocol'
import type { Kysely, Transaction } from 'kysely'
import type {
  ChainExtension,
  DirectoryStore,
  PublishTerms,
  StoredAccount,
  StoredKeyPackage,
} from '../directory/store.ts'
import { takeAccountName } from './accountNames.ts'
import { blockStore, claimQueries } from './claimStore.ts'
import { isConflict, storing } from './failure.ts'
import { decodeSignatures, encodeSignatures } from './linkRow.ts'
import { releaseLook } from './looks.ts'
import { standingOf } from './standing.ts'
import type { Schema } from './schema.ts'

const accountColumns = ['account', 'name', 'seq', 'state'] as const
const packageColumns = ['ref', 'bytes', 'last_resort', 'not_after_s'] as const

type PackageRow = Pick<Schema['key_packages'], (typeof packageColumns)[number]>

const keyPackageOf = (row: PackageRow): StoredKeyPackage => ({
  ref: row.ref,
  bytes: row.bytes,
  lastResort: row.last_resort === 1,
  notAfterS: row.not_after_s,
})

const handOut = async (
  db: Transaction<Schema>,
  owner: Uint8Array,
  claimant: Uint8Array,
  row: PackageRow,
): Promise<StoredKeyPackage> => {
  const keyPackage = keyPackageOf(row)
  await claimQueries.note(db, owner, claimant, keyPackage)
  return keyPackage
}

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
  const before = await account(db, 'account', id)
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

const account = async (
  db: Kysely<Schema>,
  column: 'account' | 'name',
  value: Uint8Array | string,
): Promise<StoredAccount | undefined> =>
  db.selectFrom('accounts').select(accountColumns).where(column, '=', value).executeTakeFirst()

const putKeyPackages = async (
  db: Transaction<Schema>,
  id: Uint8Array,
  device: Uint8Array,
  packages: readonly StoredKeyPackage[],
  { storedMax, nowMs, replace, mayExpire }: PublishTerms,
): Promise<void> => {
  const nowS = Math.floor(nowMs / 1000)
  const ofDevice = db.deleteFrom('key_packages').where('account', '=', id).where('device', '=', device)
  if (replace) await ofDevice.execute()
  else if (mayExpire) await ofDevice.where('not_after_s', '<=', nowS).execute()
  if (mayExpire) await db.deleteFrom('spent_key_packages').where('not_after_s', '<=', nowS).execute()
  if (mayExpire) await claimQueries.expire(db, nowS)
  if (packages.some((one) => one.lastResort)) await ofDevice.where('last_resort', '=', 1).execute()
  const { count } = await db
    .selectFrom('key_packages')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('account', '=', id)
    .where('device', '=', device)
    .where('last_resort', '=', 0)
    .where('not_after_s', '>', nowS)
    .executeTakeFirstOrThrow()
  const spent = await db
    .selectFrom('spent_key_packages')
    .select('ref')
    .where(
      'ref',
      'in',
      packages.map((one) => one.ref),
    )
    .execute()
  const spentRefs = new Set(spent.map((row) => toHex(row.ref)))
  const oneTime = packages.filter((one) => !one.lastResort && !spentRefs.has(toHex(one.ref)))
  const rows = [
    ...oneTime.slice(0, Math.max(0, storedMax - count)),
    ...packages.filter((one) => one.lastResort),
  ].map((one) => ({
    ref: one.ref,
    account: id,
    device,
    last_resort: one.lastResort ? 1 : 0,
    bytes: one.bytes,
    not_after_s: one.notAfterS,
    created_ms: nowMs,
  }))
  if (rows.length === 0) return
  await db
    .insertInto('key_packages')
    .values(rows)
    .onConflict((c) => c.column('ref').doNothing())
    .execute()
}

export const directoryStore = (db: Kysely<Schema>): DirectoryStore => ({
  account: (id) => storing(() => account(db, 'account', id)),
  accountNamed: (name) => storing(() => account(db, 'name', name)),

  links: (id, from, linksMax) =>
    storing(async () => {
      const rows = await db
        .selectFrom('links')
        .select(['bytes', 'signatures'])
        .where('account', '=', id)
        .where('seq', '>=', from)
        .orderBy('seq')
        .limit(linksMax)
        .execute()
      return rows.map((row) => ({ bytes: row.bytes, signatures: decodeSignatures(row.signatures) }))
    }),

  extendChain: (extension) =>
    storing(async () => {
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
    }),

  putKeyPackages: (id, device, packages, bounds) =>
    storing(() =>
      db.transaction().execute((transaction) => putKeyPackages(transaction, id, device, packages, bounds)),
    ),

  countKeyPackages: (id, device, nowS) =>
    storing(async () => {
      const rows = await db
        .selectFrom('key_packages')
        .select(['last_resort', (e) => e.fn.countAll<number>().as('count')])
        .where('account', '=', id)
        .where('device', '=', device)
        .where('not_after_s', '>', nowS)
        .groupBy('last_resort')
        .execute()
      const of = (lastResort: number): number =>
        rows.find((row) => row.last_resort === lastResort)?.count ?? 0
      return { oneTime: of(0), lastResort: of(1) > 0 }
    }),

  takeKeyPackage: ({ account: id, device, claimant, nowS }) =>
    storing(() =>
      db.transaction().execute(async (transaction) => {
        const oldest = transaction
          .selectFrom('key_packages')
          .where('account', '=', id)
          .where('device', '=', device)
          .where('not_after_s', '>', nowS)
          .orderBy('created_ms')
          .orderBy('ref')
          .limit(1)
        const taken = await transaction
          .deleteFrom('key_packages')
          .where('ref', '=', oldest.select('ref').where('last_resort', '=', 0))
          .returning(packageColumns)
          .executeTakeFirst()
        if (taken)
          await transaction
            .insertInto('spent_key_packages')
            .values({ ref: taken.ref, not_after_s: taken.not_after_s })
            .execute()
        const row =
          taken ?? (await oldest.select(packageColumns).where('last_resort', '=', 1).executeTakeFirst())
        return row && handOut(transaction, id, claimant, row)
      }),
    ),

  takeLastResort: ({ account: id, device, claimant, nowS }) =>
    storing(() =>
      db.transaction().execute(async (transaction) => {
        const row = await transaction
          .selectFrom('key_packages')
          .select(packageColumns)
          .where('account', '=', id)
          .where('device', '=', device)
          .where('last_resort', '=', 1)
          .where('not_after_s', '>', nowS)
          .executeTakeFirst()
        return row && handOut(transaction, id, claimant, row)
      }),
    ),

  ...blockStore(db),

  slot: (id, slot) =>
    storing(() =>
      db
        .selectFrom('vault_slots')
        .select(['counter', 'sealed'])
        .where('account', '=', id)
        .where('slot', '=', slot)
        .executeTakeFirst(),
    ),

  putSlot: (id, slot, { counter, sealed }) =>
    storing(async () => {
      const kept = await db
        .insertInto('vault_slots')
        .values({ account: id, slot, counter, sealed })
        .onConflict((c) =>
          c
            .columns(['account', 'slot'])
            .doUpdateSet({ counter, sealed })
            .where('vault_slots.counter', '<', counter),
        )
        .returning('counter')
        .executeTakeFirst()
      if (kept) return { kind: 'kept' }
      const { counter: known } = await db
        .selectFrom('vault_slots')
        .select('counter')
        .where('account', '=', id)
        .where('slot', '=', slot)
        .executeTakeFirstOrThrow()
      return { kind: 'behind', counter: known }
    }),
})
