import type { OpenUser } from '../store.ts'

/** The name of a user in the ledger of budgets: a person has one budget on both lanes. */
export const ownerOf = ({ id, account }: Pick<OpenUser, 'id' | 'account'>): string =>
  account === null ? `program ${id}` : Buffer.from(account).toString('hex')
