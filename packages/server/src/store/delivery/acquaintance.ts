import type { Kysely } from 'kysely'
import type { Schema } from '../schema.ts'

/** Whoever invites is in the room from then on with the invited: one that waits or is declined makes nobody an acquaintance. */
export const shareRoom = async (
  db: Kysely<Schema>,
  invited: Uint8Array,
  inviter: Uint8Array,
): Promise<boolean> => {
  const row = await db
    .selectFrom('members as theirs')
    .innerJoin('members as own', 'own.room', 'theirs.room')
    .select('own.room')
    .where('theirs.account', '=', invited)
    .where('theirs.until_seq', 'is', null)
    .where('theirs.leaving', '=', 0)
    .where('own.account', '=', inviter)
    .where('own.until_seq', 'is', null)
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('invitations')
            .select('seq')
            .whereRef('invitations.device', '=', 'theirs.device')
            .whereRef('invitations.room', '=', 'theirs.room'),
        ),
      ),
    )
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
