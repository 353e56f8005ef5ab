import type { Kysely } from 'kysely'
import type { MailStore, NewLetter } from '../../open/store.ts'
import type { Schema } from '../schema.ts'

/** What each recipient would have more of. */
const addedTo = (letters: readonly NewLetter[]): ReadonlyMap<number, { count: number; bytes: number }> => {
  const added = new Map<number, { count: number; bytes: number }>()
  for (const { recipient, payload } of letters) {
    const { count, bytes } = added.get(recipient) ?? { count: 0, bytes: 0 }
    added.set(recipient, { count: count + 1, bytes: bytes + payload.length })
  }
  return added
}

export const mailStore = (db: Kysely<Schema>): MailStore => ({
  deposit: (letters, { lettersMax, bytesMax }, nowMs) =>
    db.transaction().execute(async (transaction) => {
      for (const [recipient, { count, bytes }] of addedTo(letters)) {
        const waiting = await transaction
          .selectFrom('open_mail')
          .select((e) => [
            e.fn.countAll<number>().as('count'),
            e.fn.coalesce(e.fn.sum<number>(e.fn<number>('length', ['payload'])), e.val(0)).as('bytes'),
          ])
          .where('user_id', '=', recipient)
          .executeTakeFirstOrThrow()
        if (waiting.count + count > lettersMax || waiting.bytes + bytes > bytesMax) return 'full'
      }
      for (const { recipient, event, payload } of letters)
        await transaction
          .insertInto('open_mail')
          .values({ user_id: recipient, event, payload, created_ms: nowMs })
          .execute()
      return 'kept'
    }),

  waiting: async (recipient, afterId, countMax) => {
    const rows = await db
      .selectFrom('open_mail')
      .select(['id', 'event', 'payload'])
      .where('user_id', '=', recipient)
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(countMax)
      .execute()
    return rows.map((row) => ({ ...row, recipient }))
  },

  arrived: async (recipient, uptoId) => {
    await db.deleteFrom('open_mail').where('user_id', '=', recipient).where('id', '<=', uptoId).execute()
  },
})
