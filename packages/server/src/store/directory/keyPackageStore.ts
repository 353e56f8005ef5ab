import type { Kysely, Transaction } from 'kysely'
import type { KeyPackageClaim, KeyPackageStore, StoredKeyPackage } from '../../directory/store.ts'
import { claimQueries } from '../claims.ts'
import type { Schema } from '../schema.ts'
import { publish } from './publishing.ts'

const packageColumns = ['ref', 'bytes', 'last_resort', 'not_after_s'] as const

type PackageRow = Pick<Schema['key_packages'], (typeof packageColumns)[number]>

const keyPackageOf = (row: PackageRow): StoredKeyPackage => ({
  ref: row.ref,
  bytes: row.bytes,
  lastResort: row.last_resort === 1,
  notAfterS: row.not_after_s,
})

/** That the claimant has got it is kept. */
const handOut = async (
  db: Transaction<Schema>,
  { account: owner, claimant }: KeyPackageClaim,
  row: PackageRow,
): Promise<StoredKeyPackage> => {
  const keyPackage = keyPackageOf(row)
  await claimQueries.note(db, owner, claimant, keyPackage)
  return keyPackage
}

const oldestOf = (
  db: Transaction<Schema>,
  { account, device, nowS }: KeyPackageClaim,
  kind: 'one_time' | 'last_resort',
) =>
  db
    .selectFrom('key_packages')
    .where('account', '=', account)
    .where('device', '=', device)
    .where('last_resort', '=', kind === 'last_resort' ? 1 : 0)
    .where('not_after_s', '>', nowS)
    .orderBy('created_ms')
    .orderBy('ref')
    .limit(1)

const lastResort = (db: Transaction<Schema>, claim: KeyPackageClaim): Promise<PackageRow | undefined> =>
  oldestOf(db, claim, 'last_resort').select(packageColumns).executeTakeFirst()

/** Nobody gets it again. */
const spendOldest = async (
  db: Transaction<Schema>,
  claim: KeyPackageClaim,
): Promise<PackageRow | undefined> => {
  const taken = await db
    .deleteFrom('key_packages')
    .where('ref', '=', oldestOf(db, claim, 'one_time').select('ref'))
    .returning(packageColumns)
    .executeTakeFirst()
  if (taken)
    await db
      .insertInto('spent_key_packages')
      .values({ ref: taken.ref, not_after_s: taken.not_after_s })
      .execute()
  return taken
}

export const keyPackageStore = (db: Kysely<Schema>): KeyPackageStore => ({
  putKeyPackages: (account, device, packages, terms) =>
    db.transaction().execute((transaction) => publish(transaction, { account, device }, packages, terms)),

  countKeyPackages: async (id, device, nowS) => {
    const rows = await db
      .selectFrom('key_packages')
      .select(['last_resort', (e) => e.fn.countAll<number>().as('count')])
      .where('account', '=', id)
      .where('device', '=', device)
      .where('not_after_s', '>', nowS)
      .groupBy('last_resort')
      .execute()
    const of = (isLastResort: number): number =>
      rows.find((row) => row.last_resort === isLastResort)?.count ?? 0
    return { oneTime: of(0), lastResort: of(1) > 0 }
  },

  takeKeyPackage: (claim) =>
    db.transaction().execute(async (transaction) => {
      const row = (await spendOldest(transaction, claim)) ?? (await lastResort(transaction, claim))
      return row && handOut(transaction, claim, row)
    }),

  takeLastResort: (claim) =>
    db.transaction().execute(async (transaction) => {
      const row = await lastResort(transaction, claim)
      return row && handOut(transaction, claim, row)
    }),
})
