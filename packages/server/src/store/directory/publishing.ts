import { toHex } from '@sotto/protocol'
import type { Transaction } from 'kysely'
import type { PublishTerms, StoredKeyPackage } from '../../directory/store.ts'
import { claimQueries } from '../claims.ts'
import type { Schema } from '../schema.ts'

/** Whose packages. */
interface PackagesOf {
  readonly account: Uint8Array
  readonly device: Uint8Array
}

/** Drops what has expired, and what the new packages replace. */
const makeRoom = async (
  db: Transaction<Schema>,
  { account, device }: PackagesOf,
  packages: readonly StoredKeyPackage[],
  { nowS, replace, mayExpire }: Pick<PublishTerms, 'replace' | 'mayExpire'> & { readonly nowS: number },
): Promise<void> => {
  const ofDevice = db.deleteFrom('key_packages').where('account', '=', account).where('device', '=', device)
  if (replace) await ofDevice.execute()
  else if (mayExpire) await ofDevice.where('not_after_s', '<=', nowS).execute()
  if (mayExpire) await db.deleteFrom('spent_key_packages').where('not_after_s', '<=', nowS).execute()
  if (mayExpire) await claimQueries.expire(db, nowS)
  if (packages.some((one) => one.lastResort)) await ofDevice.where('last_resort', '=', 1).execute()
}

/** The refs, in hex, of those that were handed out before. */
const spentOf = async (
  db: Transaction<Schema>,
  packages: readonly StoredKeyPackage[],
): Promise<ReadonlySet<string>> => {
  const refs = packages.map((one) => one.ref)
  const spent = await db.selectFrom('spent_key_packages').select('ref').where('ref', 'in', refs).execute()
  return new Set(spent.map(({ ref }) => toHex(ref)))
}

const countOneTime = async (
  db: Transaction<Schema>,
  { account, device }: PackagesOf,
  nowS: number,
): Promise<number> => {
  const { count } = await db
    .selectFrom('key_packages')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('account', '=', account)
    .where('device', '=', device)
    .where('last_resort', '=', 0)
    .where('not_after_s', '>', nowS)
    .executeTakeFirstOrThrow()
  return count
}

/** Keeps what a device can be invited with from now on, within the bound of what is stored for it. */
export const publish = async (
  db: Transaction<Schema>,
  of: PackagesOf,
  packages: readonly StoredKeyPackage[],
  { storedMax, nowMs, replace, mayExpire }: PublishTerms,
): Promise<void> => {
  const nowS = Math.floor(nowMs / 1000)
  await makeRoom(db, of, packages, { nowS, replace, mayExpire })
  const count = await countOneTime(db, of, nowS)
  const spent = await spentOf(db, packages)
  const oneTime = packages.filter((one) => !one.lastResort && !spent.has(toHex(one.ref)))
  const rows = [
    ...oneTime.slice(0, Math.max(0, storedMax - count)),
    ...packages.filter((one) => one.lastResort),
  ].map((one) => ({
    ...of,
    ref: one.ref,
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
