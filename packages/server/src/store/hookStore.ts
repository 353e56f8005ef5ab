import type { Kysely } from 'kysely'
import type { HookStore, StoredHook } from '../delivery/store.ts'
import { storing } from './failure.ts'
import type { Schema } from './schema.ts'

const rowOf = (hook: StoredHook) => ({
  room: hook.room,
  account: hook.account,
  token_hash: hook.tokenHash,
  generation: hook.generation,
  key_ids: hook.keyIds.join(' '),
  statement: hook.statement,
})

/** What the server keeps of hooks: hashes of tokens, and what scripts are told, which anybody may know. */
export const hookStore = (db: Kysely<Schema>): HookStore => ({
  hook: (hook) =>
    storing(async () => {
      const row = await db.selectFrom('hooks').selectAll().where('hook', '=', hook).executeTakeFirst()
      return (
        row && {
          hook: row.hook,
          room: row.room,
          account: row.account,
          tokenHash: row.token_hash,
          generation: row.generation,
          keyIds: row.key_ids.split(' '),
          statement: row.statement,
        }
      )
    }),
  putHook: (hook) =>
    storing(async () => {
      await db
        .insertInto('hooks')
        .values({ hook: hook.hook, ...rowOf(hook) })
        .onConflict((c) => c.column('hook').doUpdateSet(rowOf(hook)))
        .execute()
    }),
})
