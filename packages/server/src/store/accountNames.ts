import type { Transaction } from 'kysely'
import { claimLook } from './looks.ts'
import type { Schema } from './schema.ts'
import { releasedBy } from './standing.ts'

/**
 * Gives a name to an account, in the transaction that stores it there: one name, one account, on both lanes, and none
 * that looks like another's.
 *
 * @param own the account, where it has another name and its user of the open lane may have this one from before
 */
export const takeAccountName = async (
  db: Transaction<Schema>,
  name: string,
  nowMs: number,
  own: Uint8Array | null = null,
): Promise<'free' | 'taken' | 'alike'> => {
  const person = db.selectFrom('accounts').select('account').where('name', '=', name)
  if (await person.executeTakeFirst()) return 'taken'
  const user = await db.selectFrom('open_users').select('account').where('name', '=', name).executeTakeFirst()
  if (user && !(own && user.account && Buffer.compare(own, user.account) === 0)) return 'taken'
  const released = await releasedBy(db, name, nowMs)
  if (released) return released
  return (await claimLook(db, 'account', name)) ? 'free' : 'alike'
}
