import type { Kysely } from 'kysely'
import type { InvitationStore, StoredWelcome } from '../../delivery/store.ts'
import { claimQueries } from '../claims.ts'
import type { Schema } from '../schema.ts'
import { shareRoom } from './acquaintance.ts'
import type { TreeStore } from './treeStore.ts'
import { settleWelcome } from './welcomes.ts'

const columns = [
  'welcomes.room',
  'welcomes.seq',
  'hash',
  'epoch',
  'inviter',
  'welcome',
  'tree_hash',
  'meta',
  'time_ms',
] as const

/** The Welcomes that devices were sent and have not answered. */
const unanswered = (db: Kysely<Schema>) =>
  db
    .selectFrom('invitations')
    .innerJoin('welcomes', (join) =>
      join.onRef('invitations.room', '=', 'welcomes.room').onRef('invitations.seq', '=', 'welcomes.seq'),
    )

const waiting = async (
  db: Kysely<Schema>,
  device: Uint8Array,
  bytesMax: number,
): Promise<readonly StoredWelcome[]> => {
  const places = await unanswered(db)
    .select(['welcomes.room', 'welcomes.seq'])
    .where('device', '=', device)
    .orderBy('time_ms')
    .orderBy('welcomes.room')
    .execute()
  const found: StoredWelcome[] = []
  let bytes = 0
  for (const place of places) {
    const row = await db
      .selectFrom('welcomes')
      .select(columns)
      .where('room', '=', place.room)
      .where('seq', '=', place.seq)
      .executeTakeFirst()
    if (!row) continue
    bytes += row.welcome.length + (row.meta?.length ?? 0)
    if (found.length > 0 && bytes > bytesMax) return found
    found.push({
      room: row.room,
      seq: row.seq,
      hash: row.hash,
      epoch: row.epoch,
      inviter: row.inviter,
      welcome: row.welcome,
      treeHash: row.tree_hash,
      meta: row.meta,
      timeMs: row.time_ms,
    })
  }
  return found
}

export const invitationStore = (db: Kysely<Schema>, trees: TreeStore): InvitationStore => ({
  welcomes: (device, bytesMax) => waiting(db, device, bytesMax),

  countWelcomes: async (device, countMax) => {
    const some = await db
      .selectFrom('invitations')
      .select('seq')
      .where('device', '=', device)
      .limit(countMax)
      .execute()
    return some.length
  },

  // No device twice: whoever adds a device again withdraws what it was invited with before.
  invited: async (room, countMax) => {
    const rows = await db
      .selectFrom('invitations')
      .select('device')
      .where('room', '=', room)
      .limit(countMax)
      .execute()
    return rows.map(({ device }) => device)
  },

  countWelcomesBy: async (device, inviter) => {
    const { count } = await unanswered(db)
      .select((e) => e.fn.countAll<number>().as('count'))
      .where('device', '=', device)
      .where('inviter', '=', inviter)
      .executeTakeFirstOrThrow()
    return count
  },

  shareRoom: (invited, inviter) => shareRoom(db, invited, inviter),

  countClaims: (spending) => claimQueries.count(db, spending),

  settleWelcome: (room, seq, device, outcome) =>
    db
      .transaction()
      .execute((transaction) => settleWelcome(transaction, trees, { room, seq, device }, outcome)),

  welcomeTree: async (room, treeHash, device) => {
    const row = await unanswered(db)
      .select('tree_id')
      .where('device', '=', device)
      .where('welcomes.room', '=', room)
      .where('tree_hash', '=', treeHash)
      .executeTakeFirst()
    return row && trees.read(row.tree_id)
  },
})
