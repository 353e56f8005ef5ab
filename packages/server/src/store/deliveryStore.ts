import type { Kysely, Transaction } from 'kysely'
import type { DeliveryStore, StoredEntry } from '../delivery/store.ts'
import { claimQueries, countWelcomesBy, shareRoom } from './claimStore.ts'
import { storing } from './failure.ts'
import { hookStore } from './hookStore.ts'
import { logWriter } from './logWriter.ts'
import { prepared } from './prepared.ts'
import type { Schema } from './schema.ts'
import { welcomeStore } from './welcomeStore.ts'

const entryColumns = ['seq', 'entry', 'hash', 'payload', 'aux', 'time_ms'] as const

const entryOf = (row: Pick<Schema['entries'], (typeof entryColumns)[number]>): StoredEntry => ({
  seq: row.seq,
  hash: row.hash,
  entry: row.entry,
  payload: row.payload,
  aux: row.aux,
  timeMs: row.time_ms,
})

const noBytes = new Uint8Array(0)

const storedBytes = (entry: StoredEntry): number =>
  entry.entry.length + (entry.payload?.length ?? 0) + (entry.aux?.length ?? 0)

/** How many entries are looked at before the next are fetched: what is read and not sent is wasted. */
const entriesPerRead = 64

export const deliveryStore = (db: Kysely<Schema>): DeliveryStore => {
  const write = logWriter(db)
  const welcomes = welcomeStore(db)
  const entriesOf = (room: Uint8Array) =>
    db
      .selectFrom('entries')
      .select(entryColumns)
      .where('room_id', '=', db.selectFrom('rooms').select('id').where('room', '=', room))
  // Asked with every message.
  const findMessage = prepared(
    db
      .selectFrom('entries')
      .select(entryColumns)
      .where('sender_id', '=', db.selectFrom('senders').select('id').where('tag', '=', noBytes))
      .where('message_id', '=', noBytes),
  )

  const readPage: DeliveryStore['page'] = async (room, { from, to, entriesMax, bytesMax }) => {
    const found: StoredEntry[] = []
    let bytes = 0
    for (let next = from; next <= to && found.length < entriesMax;) {
      const rows = await entriesOf(room)
        .where('seq', '>=', next)
        .where('seq', '<=', to)
        .orderBy('seq')
        .limit(Math.min(entriesPerRead, entriesMax - found.length))
        .execute()
      for (const row of rows) {
        const entry = entryOf(row)
        bytes += storedBytes(entry)
        if (found.length > 0 && bytes > bytesMax) return found
        found.push(entry)
      }
      if (rows.length === 0) return found
      next += rows.length
    }
    return found
  }

  const readRoom: DeliveryStore['room'] = async (room) => {
    const row = await db
      .selectFrom('rooms')
      .innerJoin('heads', 'heads.room_id', 'rooms.id')
      .select(['epoch', 'policy', 'seq', 'hash', 'time_ms'])
      .where('rooms.room', '=', room)
      .executeTakeFirst()
    if (!row) return undefined
    const members = await db
      .selectFrom('members')
      .select(['account', 'device', 'leaf'])
      .where('room', '=', room)
      .where('until_seq', 'is', null)
      .execute()
    return {
      room,
      epoch: row.epoch,
      policy: row.policy,
      head: { seq: row.seq, hash: row.hash, timeMs: row.time_ms },
      members,
    }
  }

  return {
    append: (batch) => storing(() => db.transaction().execute((transaction) => write(transaction, batch))),
    room: (room) => storing(() => readRoom(room)),
    placesAfter: (after, roomsMax) =>
      storing(async () => {
        const rows = await db
          .selectFrom('rooms')
          .leftJoin('heads', 'heads.room_id', 'rooms.id')
          .select(['rooms.room', 'epoch', 'seq', 'hash', 'time_ms'])
          .where('rooms.room', '>', after ?? noBytes)
          .orderBy('rooms.room')
          .limit(roomsMax)
          .execute()
        return rows.map((row) => ({
          room: row.room,
          epoch: row.epoch,
          head: { seq: row.seq ?? -1, hash: row.hash ?? noBytes, timeMs: row.time_ms ?? 0 },
        }))
      }),
    group: (room) =>
      storing(async () => {
        const row = await db.selectFrom('groups').select('state').where('room', '=', room).executeTakeFirst()
        return row?.state
      }),
    groupInfo: (room) =>
      storing(async () => {
        const row = await db
          .selectFrom('rooms')
          .select('group_info')
          .where('room', '=', room)
          .executeTakeFirst()
        return row?.group_info
      }),
    meta: (room) =>
      storing(async () => {
        const row = await db
          .selectFrom('rooms')
          .select(['meta', 'meta_epoch'])
          .where('room', '=', room)
          .executeTakeFirst()
        return row && row.meta !== null && row.meta_epoch !== null
          ? { epoch: row.meta_epoch, sealed: row.meta }
          : undefined
      }),
    message: (senderTag, messageId) =>
      storing(async () => {
        const [row] = await findMessage(db, [senderTag, messageId])
        return row && entryOf(row)
      }),
    lastCounter: (senderTag) =>
      storing(async () => {
        const row = await db
          .selectFrom('senders')
          .select('counter')
          .where('tag', '=', senderTag)
          .executeTakeFirst()
        return row?.counter ?? undefined
      }),
    entry: (room, seq) =>
      storing(async () => {
        const row = await entriesOf(room).where('seq', '=', seq).executeTakeFirst()
        return row && entryOf(row)
      }),
    page: (room, bounds) => storing(() => readPage(room, bounds)),
    roomsOf: (device, roomsMax) =>
      storing(async () => {
        const rows = await db
          .selectFrom('members')
          .innerJoin('rooms', 'rooms.room', 'members.room')
          .innerJoin('heads', 'heads.room_id', 'rooms.id')
          .select(['members.room', 'epoch', 'seq', 'hash', 'time_ms'])
          .where('device', '=', device)
          .where('until_seq', 'is', null)
          .limit(roomsMax)
          .execute()
        return rows.map((row) => ({
          room: row.room,
          epoch: row.epoch,
          head: { seq: row.seq, hash: row.hash, timeMs: row.time_ms },
        }))
      }),
    leftAt: (room, device) =>
      storing(async () => {
        const row = await db
          .selectFrom('members')
          .select('until_seq')
          .where('room', '=', room)
          .where('device', '=', device)
          .executeTakeFirst()
        return row?.until_seq ?? undefined
      }),
    welcomes: (device, bytesMax) => storing(() => welcomes.waiting(device, bytesMax)),
    countWelcomes: (device, countMax) => storing(() => welcomes.count(device, countMax)),
    invited: (room, countMax) => storing(() => welcomes.invited(room, countMax)),
    countWelcomesBy: (device, inviter) => storing(() => countWelcomesBy(db, device, inviter)),
    shareRoom: (invited, inviter) => storing(() => shareRoom(db, invited, inviter)),
    countClaims: (spending) => storing(() => claimQueries.count(db, spending)),
    settleWelcome: (room, seq, device, outcome) =>
      storing(() =>
        db.transaction().execute((transaction) => welcomes.settle(transaction, room, seq, device, outcome)),
      ),
    welcomeTree: (room, treeHash, device) => storing(() => welcomes.tree(room, treeHash, device)),
    ...hookStore(db),
    putForkTag: (room, epoch, device, tag) =>
      storing(() =>
        db.transaction().execute((transaction) => putForkTag(transaction, room, epoch, device, tag)),
      ),
  }
}

const putForkTag = async (
  db: Transaction<Schema>,
  room: Uint8Array,
  epoch: number,
  device: Uint8Array,
  tag: Uint8Array,
): Promise<readonly Uint8Array[]> => {
  await db.deleteFrom('fork_tags').where('room', '=', room).where('epoch', '<', epoch).execute()
  await db
    .insertInto('fork_tags')
    .values({ room, epoch, device, tag })
    .onConflict((c) => c.columns(['room', 'epoch', 'device']).doUpdateSet({ tag }))
    .execute()
  const ofEpoch = db
    .selectFrom('fork_tags')
    .select('tag')
    .where('room', '=', room)
    .where('epoch', '=', epoch)
    .limit(1)
  // The neighbours on both sides: all members of a sound room have the same tag, and none of those is looked at.
  const before = await ofEpoch.where('tag', '<', tag).orderBy('tag', 'desc').execute()
  const after = await ofEpoch.where('tag', '>', tag).orderBy('tag').execute()
  return [...before, ...after].map((row) => row.tag)
}
