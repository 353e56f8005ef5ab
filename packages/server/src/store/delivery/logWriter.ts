import type { Kysely, Transaction } from 'kysely'
import type { Append } from '../../delivery/store.ts'
import { chargeWriter } from '../budgetStore.ts'
import { preparedRows, repeated } from '../prepared.ts'
import { claimQueries } from '../claims.ts'
import { writeChange } from './roomChange.ts'
import type { Schema } from '../schema.ts'
import type { TreeStore } from './treeStore.ts'

/** The last of the rows with the same key, in the order of first appearance. */
const lastPerKey = <T>(rows: readonly T[], keyOf: (row: T) => string): readonly T[] => [
  ...new Map(rows.map((row) => [keyOf(row), row])).values(),
]

/** Each sender once, with the last number in the batch: an entry that has none must not hide one before it. */
const countedSenders = (batch: readonly Append[]): readonly (readonly [Uint8Array, number | null])[] => {
  const senders = new Map<string, readonly [Uint8Array, number | null]>()
  for (const { senderTag, sendCounter } of batch) {
    const key = keyOf(senderTag)
    senders.set(key, [senderTag, sendCounter ?? senders.get(key)?.[1] ?? null])
  }
  return [...senders.values()]
}

const keyOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')

/** Stands where a parameter will be. */
const bytes = new Uint8Array(0)
const number = 0

export type LogWriter = (transaction: Transaction<Schema>, batch: readonly Append[]) => Promise<void>

/** Writes batches of entries: the one thing that the server does all day. */
export const logWriter = (db: Kysely<Schema>, trees: TreeStore): LogWriter => {
  const roomId = () => db.selectFrom('rooms').select('id').where('room', '=', bytes)
  const senderId = () => db.selectFrom('senders').select('id').where('tag', '=', bytes)

  const writeSenders = preparedRows((count) =>
    db
      .insertInto('senders')
      .values(repeated({ tag: bytes, counter: number }, count))
      .onConflict((c) =>
        c.column('tag').doUpdateSet((e) => ({
          counter: e.fn.coalesce('excluded.counter', 'senders.counter'),
        })),
      ),
  )

  const writeEntries = preparedRows((count) =>
    db.insertInto('entries').values(
      repeated(
        {
          room_id: roomId(),
          seq: number,
          entry: bytes,
          hash: bytes,
          payload: bytes,
          aux: bytes,
          sender_id: senderId(),
          message_id: bytes,
          time_ms: number,
        },
        count,
      ),
    ),
  )

  const writeHeads = preparedRows((count) =>
    db
      .insertInto('heads')
      .values(repeated({ room_id: roomId(), seq: number, hash: bytes, time_ms: number }, count))
      .onConflict((c) =>
        c.column('room_id').doUpdateSet((e) => ({
          seq: e.ref('excluded.seq'),
          hash: e.ref('excluded.hash'),
          time_ms: e.ref('excluded.time_ms'),
        })),
      ),
  )

  const writeCharges = chargeWriter(db)

  return async (transaction, batch) => {
    // What a room's own row says does not depend on its log, which refers to it.
    for (const append of batch)
      if (append.change) await writeChange(transaction, trees, append, append.change)
    for (const { spends } of batch) if (spends) await claimQueries.spend(transaction, spends)
    await writeSenders(transaction, countedSenders(batch))
    await writeEntries(
      transaction,
      batch.map(({ room, entry, senderTag, messageId }) => [
        room,
        entry.seq,
        entry.entry,
        entry.hash,
        entry.payload,
        entry.aux,
        senderTag,
        messageId,
        entry.timeMs,
      ]),
    )
    await writeCharges(
      transaction,
      batch.flatMap(({ charges }) => charges),
    )
    const heads = lastPerKey(batch, ({ room }) => keyOf(room))
    await writeHeads(
      transaction,
      heads.map(({ room, entry }) => [room, entry.seq, entry.hash, entry.timeMs]),
    )
  }
}
