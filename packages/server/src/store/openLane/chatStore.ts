import type { Kysely, Transaction } from 'kysely'
import type { ChatStore, Deposited } from '../../open/store.ts'
import type { Schema } from '../schema.ts'
import type { Depositor } from './mailStore.ts'

/** Undoes the transaction that it is thrown in. */
class NothingKept extends Error {
  readonly outcome: Deposited

  constructor(outcome: Deposited) {
    super()
    this.outcome = outcome
  }
}

/** Runs both or neither: a deposit that keeps nothing undoes what was written before it. */
const together = async <T>(
  db: Kysely<Schema>,
  work: (transaction: Transaction<Schema>) => Promise<Deposited | T>,
): Promise<Deposited | T> => {
  try {
    return await db.transaction().execute(work)
  } catch (error) {
    if (error instanceof NothingKept) return error.outcome
    throw error
  }
}

const orUndo = (outcome: Deposited): Deposited => {
  if (outcome.kind === 'full') throw new NothingKept(outcome)
  return outcome
}

const isSame = (some: readonly number[], others: readonly number[]): boolean =>
  some.length === others.length && some.every((one) => others.includes(one))

export const chatStore = (db: Kysely<Schema>, { deposit, depositAll }: Depositor): ChatStore => ({
  create: ({ id, initiator, createdMs }, participants, post) =>
    together<never>(db, async (transaction) => {
      await transaction
        .insertInto('open_chats')
        .values({ id, initiator_id: initiator, generation: 0, state: 'open', created_ms: createdMs })
        .execute()
      await transaction
        .insertInto('open_participants')
        .values(
          participants.map((user) => ({
            chat_id: id,
            user_id: user,
            joined_ms: user === initiator ? createdMs : null,
          })),
        )
        .execute()
      return orUndo(await depositAll(transaction, post))
    }),

  chat: async (id) => {
    const row = await db
      .selectFrom('open_chats')
      .innerJoin('open_users', 'open_users.id', 'initiator_id')
      .select(['open_chats.id', 'generation', 'state', 'open_users.name as initiator'])
      .where('open_chats.id', '=', id)
      .executeTakeFirst()
    if (!row) return undefined
    const participants = await db
      .selectFrom('open_participants')
      .innerJoin('open_users', 'open_users.id', 'user_id')
      .select(['open_users.id', 'open_users.name', 'open_users.fingerprint', 'joined_ms'])
      .where('chat_id', '=', id)
      .orderBy('open_users.name')
      .execute()
    return {
      ...row,
      participants: participants.map(({ joined_ms: joinedMs, ...user }) => ({
        ...user,
        hasJoined: joinedMs !== null,
      })),
    }
  },

  join: async (id, user, joinedMs) => {
    await db
      .updateTable('open_participants')
      .set({ joined_ms: joinedMs })
      .where('chat_id', '=', id)
      .where('user_id', '=', user)
      .where('joined_ms', 'is', null)
      .execute()
  },

  leave: (id, user) =>
    db.transaction().execute(async (transaction) => {
      await transaction
        .deleteFrom('open_participants')
        .where('chat_id', '=', id)
        .where('user_id', '=', user)
        .execute()
      const left = await transaction
        .selectFrom('open_participants')
        .select('user_id')
        .where('chat_id', '=', id)
        .limit(1)
        .execute()
      if (left.length === 0) await transaction.deleteFrom('open_chats').where('id', '=', id).execute()
      else await transaction.updateTable('open_chats').set({ state: 'rekey' }).where('id', '=', id).execute()
    }),

  rekey: (id, { generation, participants }, post) =>
    together<'late'>(db, async (transaction) => {
      const now = await transaction
        .selectFrom('open_participants')
        .select('user_id')
        .where('chat_id', '=', id)
        .execute()
      const ids = now.map(({ user_id }) => user_id)
      // Somebody has left since the key was sealed, and has an entry of it.
      if (!isSame(participants, ids)) return 'late'
      const row = await transaction
        .updateTable('open_chats')
        .set((e) => ({ state: 'open', generation: e('generation', '+', 1) }))
        .where('id', '=', id)
        .where('generation', '=', generation)
        .returning('id')
        .executeTakeFirst()
      return row ? orUndo(await deposit(transaction, post)) : 'late'
    }),
})
