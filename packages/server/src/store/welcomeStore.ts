import type { Kysely, Transaction } from 'kysely'
import type { Append, Moves, RoomChange, StoredWelcome, WelcomeOutcome } from '../delivery/store.ts'
import { noteLeaving } from './leaving.ts'
import type { Schema } from './schema.ts'
import { treeStore } from './treeStore.ts'

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

/** The Welcomes that wait for devices, and the trees that belong to them. */
export interface WelcomeStore {
  /** What a commit changes: invitations of the devices it moves lapse, those of the devices it adds begin. */
  keep(db: Transaction<Schema>, committed: Committed): Promise<void>
  /** Drops Welcomes of devices that have left the leaf for which they were made: such a Welcome leads nowhere. */
  withdraw(db: Transaction<Schema>, room: Uint8Array, moves: Pick<Moves, 'joined' | 'left'>): Promise<void>
  waiting(device: Uint8Array, bytesMax: number): Promise<readonly StoredWelcome[]>
  /** How many wait, `countMax` where they are more. */
  count(device: Uint8Array, countMax: number): Promise<number>
  settle(
    db: Transaction<Schema>,
    room: Uint8Array,
    seq: number,
    device: Uint8Array,
    outcome: WelcomeOutcome,
  ): Promise<void>
  /** Devices whose Welcome into the room waits; `countMax` of them at most. */
  invited(room: Uint8Array, countMax: number): Promise<readonly Uint8Array[]>
  /** The tree of a Welcome that waits for the device. */
  tree(room: Uint8Array, treeHash: Uint8Array, device: Uint8Array): Promise<Uint8Array | undefined>
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

export const welcomeStore = (db: Kysely<Schema>): WelcomeStore => {
  const trees = treeStore(db)

  /** A Welcome that nobody waits for any more goes, and its tree with it. */
  const dropUnwanted = async (
    transaction: Transaction<Schema>,
    room: Uint8Array,
    seqs: readonly number[],
  ): Promise<void> => {
    if (seqs.length === 0) return
    const dropped = await transaction
      .deleteFrom('welcomes')
      .where('room', '=', room)
      .where('seq', 'in', seqs)
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
      .returning('tree_id')
      .execute()
    for (const { tree_id: tree } of dropped) await trees.release(transaction, tree)
  }

  const withdraw: WelcomeStore['withdraw'] = async (transaction, room, { joined, left }) => {
    const devices = [...left, ...joined.map((member) => member.device)]
    if (devices.length === 0) return
    const lapsed = await transaction
      .deleteFrom('invitations')
      .where('room', '=', room)
      .where('device', 'in', devices)
      .returning('seq')
      .execute()
    await dropUnwanted(transaction, room, [...new Set(lapsed.map(({ seq }) => seq))])
  }

  const invite = async (
    transaction: Transaction<Schema>,
    { room, entry, change }: Committed,
    { inviter, welcome, tree, devices }: NonNullable<Committed['change']['welcome']>,
  ): Promise<void> => {
    await transaction
      .insertInto('welcomes')
      .values({
        room,
        seq: entry.seq,
        hash: entry.hash,
        epoch: change.epoch,
        inviter,
        welcome,
        tree_hash: tree.hash,
        tree_id: await trees.keep(transaction, tree),
        meta: change.meta?.sealed ?? null,
        time_ms: entry.timeMs,
      })
      .execute()
    await transaction
      .insertInto('invitations')
      .values(devices.map((device) => ({ room, seq: entry.seq, device })))
      .execute()
  }

  return {
    keep: async (transaction, committed) => {
      const { room, change } = committed
      await withdraw(transaction, room, change)
      if (change.welcome) await invite(transaction, committed, change.welcome)
    },

    withdraw,

    waiting: (device, bytesMax) => waiting(db, device, bytesMax),

    count: async (device, countMax) => {
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

    settle: async (transaction, room, seq, device, outcome) => {
      await transaction
        .deleteFrom('invitations')
        .where('room', '=', room)
        .where('seq', '=', seq)
        .where('device', '=', device)
        .execute()
      await dropUnwanted(transaction, room, [seq])
      if (outcome === 'declined') await noteLeaving(transaction, room, device)
    },

    tree: async (room, treeHash, device) => {
      const row = await db
        .selectFrom('invitations')
        .innerJoin('welcomes', (join) =>
          join.onRef('invitations.room', '=', 'welcomes.room').onRef('invitations.seq', '=', 'welcomes.seq'),
        )
        .select('tree_id')
        .where('device', '=', device)
        .where('welcomes.room', '=', room)
        .where('tree_hash', '=', treeHash)
        .executeTakeFirst()
      return row && trees.read(row.tree_id)
    },
  }
}
