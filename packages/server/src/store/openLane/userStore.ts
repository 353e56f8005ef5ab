import type { Kysely, Transaction } from 'kysely'
import type { OpenUser, UserStore } from '../../open/store.ts'
import { takeAccountName } from '../accountNames.ts'
import { InviteSpent, spendInvite } from '../inviteStore.ts'
import { isConflict } from '../failure.ts'
import type { Schema } from '../schema.ts'

export const userColumns = [
  'open_users.id',
  'open_users.name',
  'open_users.account',
  'open_users.public_key',
  'open_users.fingerprint',
  'open_users.hidden',
] as const

interface UserRow {
  readonly id: number
  readonly name: string
  readonly account: Uint8Array | null
  readonly public_key: string | null
  readonly fingerprint: string | null
  readonly hidden: number
}

export const userOf = (row: UserRow): OpenUser => ({
  id: row.id,
  name: row.name,
  kind: row.account === null ? 'program' : 'person',
  account: row.account,
  publicKey: row.public_key,
  fingerprint: row.fingerprint,
  presence: row.hidden === 0 ? 'visible' : 'hidden',
})

const insert = async (
  db: Transaction<Schema>,
  user: {
    readonly name: string
    readonly account: Uint8Array | null
    readonly password: string | null
    readonly public_key: string | null
    readonly fingerprint: string | null
    readonly created_ms: number
  },
): Promise<OpenUser> => {
  const row = await db
    .insertInto('open_users')
    .values({ ...user, hidden: 0 })
    .returning(userColumns)
    .executeTakeFirstOrThrow()
  return userOf(row)
}

export const userStore = (db: Kysely<Schema>): UserStore => ({
  createProgram: async ({ name, password, publicKey, fingerprint, createdMs, invite }) => {
    try {
      return await db.transaction().execute(async (transaction) => {
        const taken = await takeAccountName(transaction, name, createdMs)
        if (taken !== 'free') return taken
        const user = { name, account: null, password, public_key: publicKey, fingerprint }
        const made = await insert(transaction, { ...user, created_ms: createdMs })
        if (invite) await spendInvite(transaction, invite, createdMs)
        return made
      })
    } catch (error) {
      if (error instanceof InviteSpent) return 'invite_spent'
      if (isConflict(error)) return 'taken'
      throw error
    }
  },

  person: (account, name, createdMs) =>
    db.transaction().execute(async (transaction) => {
      const known = await transaction
        .selectFrom('open_users')
        .select(userColumns)
        .where('account', '=', account)
        .executeTakeFirst()
      if (known) return userOf(known)
      const nothing = { password: null, public_key: null, fingerprint: null }
      return insert(transaction, { name, account, ...nothing, created_ms: createdMs })
    }),

  named: async (name) => {
    const row = await db
      .selectFrom('open_users')
      .select(userColumns)
      .where('name', '=', name)
      .executeTakeFirst()
    return row && userOf(row)
  },

  isPerson: async (name) => {
    const row = await db.selectFrom('accounts').select('account').where('name', '=', name).executeTakeFirst()
    return row !== undefined
  },

  password: async (name) => {
    const row = await db
      .selectFrom('open_users')
      .select([...userColumns, 'password'])
      .where('name', '=', name)
      .executeTakeFirst()
    return row && row.password !== null ? { user: userOf(row), password: row.password } : undefined
  },

  withIds: async (ids) => {
    const rows = await db.selectFrom('open_users').select(userColumns).where('id', 'in', ids).execute()
    return rows.map(userOf)
  },

  page: async (after, countMax) => {
    const rows = await db
      .selectFrom('open_users')
      .select(userColumns)
      .where('name', '>', after)
      .orderBy('name')
      .limit(countMax)
      .execute()
    return rows.map(userOf)
  },

  setKey: async (user, publicKey, fingerprint) => {
    await db
      .updateTable('open_users')
      .set({ public_key: publicKey, fingerprint })
      .where('id', '=', user)
      .execute()
  },

  setPresence: async (user, presence) => {
    await db
      .updateTable('open_users')
      .set({ hidden: presence === 'hidden' ? 1 : 0 })
      .where('id', '=', user)
      .execute()
  },
})
