import type { Kysely, Selectable, Transaction } from 'kysely'
import type { InviteStore, StoredInvite } from '../authentication/invites.ts'
import { storing } from './failure.ts'
import type { Schema } from './schema.ts'

const inviteOf = (row: Selectable<Schema['invites']>): StoredInvite => ({
  id: row.id,
  keyHash: row.key_hash,
  usesMax: row.uses_max,
  uses: row.uses,
  createdMs: row.created_ms,
  expiresMs: row.expires_ms,
})

const inviteColumns = ['id', 'key_hash', 'uses_max', 'uses', 'created_ms', 'expires_ms'] as const

/** Says that an invite key did not hold, and takes back the transaction in which it was to be used. */
export class InviteSpent extends Error {}

/**
 * Uses an invite once, in the transaction that makes the account: whatever undoes the one undoes the other.
 *
 * @throws InviteSpent where it was used up, revoked or over meanwhile
 */
export const spendInvite = async (
  db: Transaction<Schema>,
  keyHash: Uint8Array,
  nowMs: number,
): Promise<void> => {
  const spent = await db
    .updateTable('invites')
    .set((e) => ({ uses: e('uses', '+', 1) }))
    .where('key_hash', '=', keyHash)
    .where('expires_ms', '>', nowMs)
    .whereRef('uses', '<', 'uses_max')
    .returning('id')
    .executeTakeFirst()
  if (!spent) throw new InviteSpent()
}

export const inviteStore = (db: Kysely<Schema>): InviteStore => ({
  invite: (keyHash) =>
    storing(async () => {
      const row = await db
        .selectFrom('invites')
        .select(inviteColumns)
        .where('key_hash', '=', keyHash)
        .executeTakeFirst()
      return row && inviteOf(row)
    }),

  createInvite: ({ keyHash, usesMax, createdMs, expiresMs }, invitesMax) =>
    storing(() =>
      db.transaction().execute(async (transaction) => {
        await transaction
          .deleteFrom('invites')
          .where((e) => e.or([e('expires_ms', '<=', createdMs), e('uses', '>=', e.ref('uses_max'))]))
          .execute()
        const { count } = await transaction
          .selectFrom('invites')
          .select((e) => e.fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow()
        if (count >= invitesMax) return undefined
        const values = { key_hash: keyHash, uses_max: usesMax, uses: 0, created_ms: createdMs }
        const { id } = await transaction
          .insertInto('invites')
          .values({ ...values, expires_ms: expiresMs })
          .returning('id')
          .executeTakeFirstOrThrow()
        return id
      }),
    ),

  invites: () =>
    storing(async () => {
      const rows = await db.selectFrom('invites').select(inviteColumns).orderBy('id').execute()
      return rows.map(inviteOf)
    }),

  revokeInvite: (id) =>
    storing(async () => {
      const row = await db.deleteFrom('invites').where('id', '=', id).returning('id').executeTakeFirst()
      return row !== undefined
    }),
})
