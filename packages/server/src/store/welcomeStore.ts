import type { Kysely, Transaction } from 'kysely'
import type { Append, Moves, RoomChange, StoredWelcome } from '../delivery/store.ts'
import type { Schema } from './schema.ts'

interface Committed {
  readonly room: Uint8Array
  readonly entry: Append['entry']
  readonly change: RoomChange & { readonly kind: 'committed' }
}

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

/** A Welcome that nobody waits for any more goes, and its tree with it. */
const dropUnwanted = async (db: Transaction<Schema>, room: Uint8Array): Promise<void> => {
  await db
    .deleteFrom('welcomes')
    .where('room', '=', room)
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('invitations')
            .select('device')
            .whereRef('invitations.room', '=', 'welcomes.room')
            .whereRef('invitations.seq', '=', 'welcomes.seq'),
        ),
      ),
    )
    .execute()
}

/** Welcomes of devices that are no longer at the leaf for which they were made lead nowhere. */
const withdraw = async (
  db: Transaction<Schema>,
  room: Uint8Array,
  { joined, left }: Pick<Moves, 'joined' | 'left'>,
): Promise<void> => {
  const devices = [...left, ...joined.map((member) => member.device)]
  if (devices.length === 0) return
  await db.deleteFrom('invitations').where('room', '=', room).where('device', 'in', devices).execute()
  await dropUnwanted(db, room)
}

const invite = async (
  db: Transaction<Schema>,
  { room, entry, change }: Committed,
  { inviter, welcome, treeHash, tree, devices }: NonNullable<Committed['change']['welcome']>,
): Promise<void> => {
  await db
    .insertInto('welcomes')
    .values({
      room,
      seq: entry.seq,
      hash: entry.hash,
      epoch: change.epoch,
      inviter,
      welcome,
      tree_hash: treeHash,
      tree,
      meta: change.meta?.sealed ?? null,
      time_ms: entry.timeMs,
    })
    .execute()
  await db
    .insertInto('invitations')
    .values(devices.map((device) => ({ room, seq: entry.seq, device })))
    .execute()
}

const waiting = async (
  db: Kysely<Schema>,
  device: Uint8Array,
  bytesMax: number,
): Promise<readonly StoredWelcome[]> => {
  const places = await db
    .selectFrom('invitations')
    .innerJoin('welcomes', (join) =>
      join.onRef('invitations.room', '=', 'welcomes.room').onRef('invitations.seq', '=', 'welcomes.seq'),
    )
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

export const welcomeQueries = {
  /** What a commit changes: invitations of the devices it moves lapse, those of the devices it adds begin. */
  keep: async (db: Transaction<Schema>, committed: Committed): Promise<void> => {
    const { room, change } = committed
    await withdraw(db, room, change)
    if (change.welcome) await invite(db, committed, change.welcome)
  },

  withdraw,

  waiting,

  count: async (db: Kysely<Schema>, device: Uint8Array): Promise<number> => {
    const { count } = await db
      .selectFrom('invitations')
      .select((e) => e.fn.countAll<number>().as('count'))
      .where('device', '=', device)
      .executeTakeFirstOrThrow()
    return count
  },

  settle: async (
    db: Transaction<Schema>,
    room: Uint8Array,
    seq: number,
    device: Uint8Array,
  ): Promise<void> => {
    await db
      .deleteFrom('invitations')
      .where('room', '=', room)
      .where('seq', '=', seq)
      .where('device', '=', device)
      .execute()
    await dropUnwanted(db, room)
  },

  tree: async (
    db: Kysely<Schema>,
    room: Uint8Array,
    treeHash: Uint8Array,
    device: Uint8Array,
  ): Promise<Uint8Array | undefined> => {
    const row = await db
      .selectFrom('welcomes')
      .innerJoin('invitations', (join) =>
        join.onRef('invitations.room', '=', 'welcomes.room').onRef('invitations.seq', '=', 'welcomes.seq'),
      )
      .select('tree')
      .where('welcomes.room', '=', room)
      .where('tree_hash', '=', treeHash)
      .where('device', '=', device)
      .executeTakeFirst()
    return row?.tree
  },
}
