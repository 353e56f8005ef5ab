import type { Kysely } from 'kysely'
import type { LogStore, PageBounds, StoredEntry } from '../../delivery/store.ts'
import { prepared } from '../prepared.ts'
import type { Schema } from '../schema.ts'
import type { LogWriter } from './logWriter.ts'

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

const entriesOf = (db: Kysely<Schema>, room: Uint8Array) =>
  db
    .selectFrom('entries')
    .select(entryColumns)
    .where('room_id', '=', db.selectFrom('rooms').select('id').where('room', '=', room))

const readPage = async (
  db: Kysely<Schema>,
  room: Uint8Array,
  { from, to, entriesMax, bytesMax }: PageBounds,
): Promise<readonly StoredEntry[]> => {
  const found: StoredEntry[] = []
  let bytes = 0
  for (let next = from; next <= to && found.length < entriesMax;) {
    const rows = await entriesOf(db, room)
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

export const logStore = (db: Kysely<Schema>, write: LogWriter): LogStore => {
  // Asked with every message.
  const findMessage = prepared(
    db
      .selectFrom('entries')
      .select(entryColumns)
      .where('sender_id', '=', db.selectFrom('senders').select('id').where('tag', '=', noBytes))
      .where('message_id', '=', noBytes),
  )
  return {
    append: (batch) => db.transaction().execute((transaction) => write(transaction, batch)),
    message: async (senderTag, messageId) => {
      const [row] = await findMessage(db, [senderTag, messageId])
      return row && entryOf(row)
    },
    lastCounter: async (senderTag) => {
      const row = await db
        .selectFrom('senders')
        .select('counter')
        .where('tag', '=', senderTag)
        .executeTakeFirst()
      return row?.counter ?? undefined
    },
    entry: async (room, seq) => {
      const row = await entriesOf(db, room).where('seq', '=', seq).executeTakeFirst()
      return row && entryOf(row)
    },
    page: (room, bounds) => readPage(db, room, bounds),
  }
}
