import type { Kysely, Transaction } from 'kysely'
import type { Append, DeliveryStore, Membership, RoomChange, StoredEntry } from '../delivery/store.ts'
import { storing } from './failure.ts'
import type { Schema } from './schema.ts'
import { welcomeQueries } from './welcomeStore.ts'

/** Rows of one statement: many enough to be cheap, few enough that the kinds of statement can be kept compiled. */
const rowsPerStatementMax = 32

const chunked = <T>(rows: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(rows.length / rowsPerStatementMax) }, (_, i) =>
    rows.slice(i * rowsPerStatementMax, (i + 1) * rowsPerStatementMax),
  )

/** The last of the rows with the same key, in the order of first appearance. */
const lastPerKey = <T>(rows: readonly T[], keyOf: (row: T) => string): readonly T[] => [
  ...new Map(rows.map((row) => [keyOf(row), row])).values(),
]

const keyOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

const memberRow = (room: Uint8Array, { device, account, leaf }: Membership) => ({
  room,
  device,
  account,
  leaf,
  until_seq: null,
})

const joinMembers = async (
  db: Transaction<Schema>,
  room: Uint8Array,
  members: readonly Membership[],
): Promise<void> => {
  for (const rows of chunked(members.map((member) => memberRow(room, member))))
    await db
      .insertInto('members')
      .values(rows)
      .onConflict((c) =>
        c.columns(['room', 'device']).doUpdateSet((e) => ({
          account: e.ref('excluded.account'),
          leaf: e.ref('excluded.leaf'),
          until_seq: null,
        })),
      )
      .execute()
}

const writeChange = async (
  db: Transaction<Schema>,
  { room, entry }: Append,
  change: RoomChange,
): Promise<void> => {
  switch (change.kind) {
    case 'created':
      await db
        .insertInto('rooms')
        .values({
          room,
          epoch: change.epoch,
          policy: change.policy,
          group_info: change.groupInfo,
          meta: change.meta?.sealed ?? null,
          meta_epoch: change.meta?.epoch ?? null,
        })
        .execute()
      await db.insertInto('groups').values({ room, state: change.group }).execute()
      return joinMembers(db, room, change.members)
    case 'proposed':
      await db.updateTable('groups').set({ state: change.group }).where('room', '=', room).execute()
      return
    case 'committed':
      await db.updateTable('groups').set({ state: change.group }).where('room', '=', room).execute()
      await db
        .updateTable('rooms')
        .set({
          epoch: change.epoch,
          policy: change.policy,
          group_info: change.groupInfo,
          ...(change.meta ? { meta: change.meta.sealed, meta_epoch: change.meta.epoch } : {}),
        })
        .where('room', '=', room)
        .execute()
      for (const device of change.left)
        await db
          .updateTable('members')
          .set({ until_seq: entry.seq })
          .where('room', '=', room)
          .where('device', '=', device)
          .execute()
      await joinMembers(db, room, change.joined)
      return welcomeQueries.keep(db, { room, entry, change })
  }
}

const entryRow = ({ room, entry, senderTag, messageId }: Append) => ({
  room,
  seq: entry.seq,
  entry: entry.entry,
  hash: entry.hash,
  payload: entry.payload,
  aux: entry.aux,
  sender_tag: senderTag,
  message_id: messageId,
  time_ms: entry.timeMs,
})

const headRow = ({ room, entry }: Append) => ({
  room,
  seq: entry.seq,
  hash: entry.hash,
  time_ms: entry.timeMs,
})

const writeBatch = async (db: Transaction<Schema>, batch: readonly Append[]): Promise<void> => {
  // A room is created before anything refers to it; other changes do not depend on the rows below.
  for (const append of batch) if (append.change) await writeChange(db, append, append.change)
  for (const rows of chunked(batch.map(entryRow))) await db.insertInto('entries').values(rows).execute()
  for (const rows of chunked(lastPerKey(batch.map(headRow), (row) => keyOf(row.room))))
    await db
      .insertInto('heads')
      .values(rows)
      .onConflict((c) =>
        c.column('room').doUpdateSet((e) => ({
          seq: e.ref('excluded.seq'),
          hash: e.ref('excluded.hash'),
          time_ms: e.ref('excluded.time_ms'),
        })),
      )
      .execute()
  const counters = batch.flatMap(({ room, senderTag, sendCounter }) =>
    sendCounter === null ? [] : [{ room, sender_tag: senderTag, counter: sendCounter }],
  )
  for (const rows of chunked(lastPerKey(counters, (row) => keyOf(row.room) + keyOf(row.sender_tag))))
    await db
      .insertInto('counters')
      .values(rows)
      .onConflict((c) =>
        c.columns(['room', 'sender_tag']).doUpdateSet((e) => ({ counter: e.ref('excluded.counter') })),
      )
      .execute()
}

const entryColumns = ['seq', 'entry', 'hash', 'payload', 'aux', 'time_ms'] as const

const entryOf = (row: Pick<Schema['entries'], (typeof entryColumns)[number]>): StoredEntry => ({
  seq: row.seq,
  hash: row.hash,
  entry: row.entry,
  payload: row.payload,
  aux: row.aux,
  timeMs: row.time_ms,
})

const storedBytes = (entry: StoredEntry): number =>
  entry.entry.length + (entry.payload?.length ?? 0) + (entry.aux?.length ?? 0)

/** How many entries are looked at before the next are fetched: what is read and not sent is wasted. */
const entriesPerRead = 64

export const deliveryStore = (db: Kysely<Schema>): DeliveryStore => {
  const entriesOf = (room: Uint8Array) =>
    db.selectFrom('entries').select(entryColumns).where('room', '=', room)

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
      .innerJoin('heads', 'heads.room', 'rooms.room')
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
    append: (batch) =>
      storing(() => db.transaction().execute((transaction) => writeBatch(transaction, batch))),
    room: (room) => storing(() => readRoom(room)),
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
    message: (room, senderTag, messageId) =>
      storing(async () => {
        const row = await entriesOf(room)
          .where('sender_tag', '=', senderTag)
          .where('message_id', '=', messageId)
          .executeTakeFirst()
        return row && entryOf(row)
      }),
    lastCounter: (room, senderTag) =>
      storing(async () => {
        const row = await db
          .selectFrom('counters')
          .select('counter')
          .where('room', '=', room)
          .where('sender_tag', '=', senderTag)
          .executeTakeFirst()
        return row?.counter
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
          .innerJoin('heads', 'heads.room', 'members.room')
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
    welcomes: (device, bytesMax) => storing(() => welcomeQueries.waiting(db, device, bytesMax)),
    countWelcomes: (device) => storing(() => welcomeQueries.count(db, device)),
    settleWelcome: (room, seq, device) =>
      storing(() =>
        db.transaction().execute((transaction) => welcomeQueries.settle(transaction, room, seq, device)),
      ),
    welcomeTree: (room, treeHash, device) => storing(() => welcomeQueries.tree(db, room, treeHash, device)),
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
  const others = await db
    .selectFrom('fork_tags')
    .select('tag')
    .where('room', '=', room)
    .where('epoch', '=', epoch)
    .where('tag', '<>', tag)
    .execute()
  return others.map((row) => row.tag)
}
