import type { OpenUser } from '../store.ts'

/** The name of a user in the ledger of budgets: a person has one budget on both lanes. */
export const ownerOf = ({ id, account }: Pick<OpenUser, 'id' | 'account'>): string =>
  account === null ? `program ${id}` : Buffer.from(account).toString('hex')

/** By what it is counted for whoever hosts the server: a person as on the other lane. */
export const countedAs = ({ id, account }: Pick<OpenUser, 'id' | 'account'>): Uint8Array =>
  account ?? Buffer.from(`open/${id}`)
