import type { Kysely, Transaction } from 'kysely'
import type { AdminStore } from '../../control/store.ts'
import { translated } from '../failure.ts'
import type { Schema } from '../schema.ts'
import { holderStore } from './holderStore.ts'
import { remove } from './removal.ts'
import { resume, suspend } from './standings.ts'
import { usageStore } from './usageStore.ts'

export const adminStore = (db: Kysely<Schema>): AdminStore => {
  const inOne = <T>(work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T> =>
    db.transaction().execute(work)
  return translated({
    ...usageStore(db),
    ...holderStore(db),
    suspend: (holder, nowMs) => inOne((transaction) => suspend(transaction, holder, nowMs)),
    resume: (holder) => resume(db, holder),
    remove: (holder, terms) => inOne((transaction) => remove(transaction, holder, terms)),
  })
}
