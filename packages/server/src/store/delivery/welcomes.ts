import type { Transaction } from 'kysely'
import type { Append, Moves, RoomChange, WelcomeOutcome } from '../../delivery/store.ts'
import type { Schema } from '../schema.ts'
import { noteLeaving } from './leaving.ts'
import type { TreeStore } from './treeStore.ts'

interface Committed {
  readonly room: Uint8Array
  readonly entry: Append['entry']
  readonly change: RoomChange & { readonly kind: 'committed' }
}

/** The Welcome of one entry, for one of the devices that it adds. */
interface Invitation {
  readonly room: Uint8Array
  readonly seq: number
  readonly device: Uint8Array
}

/** A Welcome that nobody waits for any more goes, and its tree with it. */
const dropUnwanted = async (
  db: Transaction<Schema>,
  trees: TreeStore,
  room: Uint8Array,
  seqs: readonly number[],
): Promise<void> => {
  if (seqs.length === 0) return
  const dropped = await db
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
  for (const { tree_id: tree } of dropped) await trees.release(db, tree)
}

const invite = async (
  db: Transaction<Schema>,
  trees: TreeStore,
  { room, entry, change }: Committed,
  { inviter, welcome, tree, devices }: NonNullable<Committed['change']['welcome']>,
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
      tree_hash: tree.hash,
      tree_id: await trees.keep(db, tree),
      meta: change.meta?.sealed ?? null,
      time_ms: entry.timeMs,
    })
    .execute()
  await db
    .insertInto('invitations')
    .values(devices.map((device) => ({ room, seq: entry.seq, device })))
    .execute()
}

/** Drops Welcomes of devices that have left the leaf for which they were made: such a Welcome leads nowhere. */
export const withdrawWelcomes = async (
  db: Transaction<Schema>,
  trees: TreeStore,
  room: Uint8Array,
  { joined, left }: Pick<Moves, 'joined' | 'left'>,
): Promise<void> => {
  const devices = [...left, ...joined.map((member) => member.device)]
  if (devices.length === 0) return
  const lapsed = await db
    .deleteFrom('invitations')
    .where('room', '=', room)
    .where('device', 'in', devices)
    .returning('seq')
    .execute()
  await dropUnwanted(db, trees, room, [...new Set(lapsed.map(({ seq }) => seq))])
}

/** What a commit changes: invitations of the devices it moves lapse, those of the devices it adds begin. */
export const keepWelcomes = async (
  db: Transaction<Schema>,
  trees: TreeStore,
  committed: Committed,
): Promise<void> => {
  const { room, change } = committed
  await withdrawWelcomes(db, trees, room, change)
  if (change.welcome) await invite(db, trees, committed, change.welcome)
}

/** The device has answered. */
export const settleWelcome = async (
  db: Transaction<Schema>,
  trees: TreeStore,
  { room, seq, device }: Invitation,
  outcome: WelcomeOutcome,
): Promise<void> => {
  await db
    .deleteFrom('invitations')
    .where('room', '=', room)
    .where('seq', '=', seq)
    .where('device', '=', device)
    .execute()
  await dropUnwanted(db, trees, room, [seq])
  if (outcome === 'declined') await noteLeaving(db, room, device)
}
