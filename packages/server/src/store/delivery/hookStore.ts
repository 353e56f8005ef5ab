import type { Kysely, Transaction } from 'kysely'
import type { HandedOut, HookStore, OutBounds, StoredHook } from '../../delivery/store.ts'
import type { Schema } from '../schema.ts'

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
  hook: async (hook) => {
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
  },
  putHook: async (hook) => {
    await db
      .insertInto('hooks')
      .values({ hook: hook.hook, ...rowOf(hook), out_seq: 0 })
      .onConflict((c) => c.column('hook').doUpdateSet(rowOf(hook)))
      .execute()
  },
  handOut: (hook, seq, jwe, bounds) =>
    db.transaction().execute((transaction) => handOut(transaction, hook, seq, jwe, bounds)),
  handedOut: async (hook, after, bytesMax) => {
    const rows = await db
      .selectFrom('hook_out')
      .select(['id', 'jwe'])
      .where('hook', '=', hook)
      .where('id', '>', after)
      .orderBy('id')
      .limit(rowsPerAnswerMax)
      .execute()
    const found: HandedOut[] = []
    let bytes = 0
    for (const { id: cursor, jwe } of rows) {
      bytes += jwe.length
      if (found.length > 0 && bytes > bytesMax) return found
      found.push({ cursor, jwe })
    }
    return found
  },
  settleOut: (hook, upto) => db.transaction().execute((transaction) => settleOut(transaction, hook, upto)),
})

const rowsPerAnswerMax = 50

const handOut = async (
  db: Transaction<Schema>,
  hook: Uint8Array,
  seq: number,
  jwe: string,
  { countMax, bytesMax }: OutBounds,
): Promise<'kept' | 'known' | 'full'> => {
  const before = await db
    .selectFrom('hooks')
    .select(['out_seq', 'out_count', 'out_bytes'])
    .where('hook', '=', hook)
    .executeTakeFirstOrThrow()
  if (seq <= before.out_seq) return 'known'
  if (before.out_count >= countMax || before.out_bytes + jwe.length > bytesMax) return 'full'
  await db.insertInto('hook_out').values({ hook, jwe }).execute()
  await db
    .updateTable('hooks')
    .set((e) => ({
      out_seq: seq,
      out_count: e('out_count', '+', 1),
      out_bytes: e('out_bytes', '+', jwe.length),
    }))
    .where('hook', '=', hook)
    .execute()
  return 'kept'
}

const settleOut = async (db: Transaction<Schema>, hook: Uint8Array, upto: number): Promise<void> => {
  const gone = await db
    .deleteFrom('hook_out')
    .where('hook', '=', hook)
    .where('id', '<=', upto)
    .returning((e) => e.fn<number>('length', ['jwe']).as('bytes'))
    .execute()
  if (gone.length === 0) return
  const bytes = gone.reduce((sum, row) => sum + row.bytes, 0)
  await db
    .updateTable('hooks')
    .set((e) => ({ out_count: e('out_count', '-', gone.length), out_bytes: e('out_bytes', '-', bytes) }))
    .where('hook', '=', hook)
    .execute()
}
