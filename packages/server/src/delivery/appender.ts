import { type Acknowledgement, SottoError } from '@sotto/protocol'
import type { EventLog } from '../logging/eventLog.ts'
import { mapKey } from './digest.ts'
import type { LogKey } from './logKey.ts'
import type { Append, DeliveryStore } from './store.ts'

/**
 * Group commit. One sync of the disk costs more than a hundred entries: what the rooms decide in one turn of the
 * event loop becomes durable together, is then acknowledged, and only then told to anybody.
 */
export interface Appender {
  /** Resolves when the entry is durable. Rejects when it, or one of its room before it, could not be written. */
  append(append: Append): Promise<Acknowledgement>
  /** Resolves when nothing waits any more. */
  drained(): Promise<void>
}

interface Waiting {
  readonly append: Append
  resolve(ack: Acknowledgement): void
  reject(error: unknown): void
}

export interface Durable {
  readonly append: Append
  readonly ack: Acknowledgement
}

interface Dependencies {
  readonly store: Pick<DeliveryStore, 'append'>
  readonly logKey: LogKey
  readonly log: EventLog
  /** Hears of each room whose appends failed, before anything else is decided in it. */
  onFailed(room: Uint8Array): void
  /** Hears of what has become durable, after whoever sent it. */
  onDurable(batch: readonly Durable[]): void
}

/** What goes into one transaction at most. */
const batchEntriesMax = 1024
const batchBytesMax = 16 * 1024 * 1024

const bytesOf = ({ entry }: Append): number => (entry.payload?.length ?? 0) + (entry.aux?.length ?? 0) + 512

/** The disk, or the database: no fault of any one entry. */
const isOutage = (error: unknown): boolean =>
  error instanceof SottoError && (error.code === 'read_only' || error.code === 'unavailable')

const byRoom = (batch: readonly Waiting[]): readonly (readonly Waiting[])[] => [
  ...Map.groupBy(batch, ({ append }) => mapKey(append.room)).values(),
]

export const makeAppender = ({ store, logKey, log, onFailed, onDurable }: Dependencies): Appender => {
  let queue: Waiting[] = []
  let flushing: Promise<void> | null = null

  const takeBatch = (): readonly Waiting[] => {
    let bytes = 0
    const end = queue.findIndex(({ append }, at) => {
      bytes += bytesOf(append)
      return at > 0 && (at >= batchEntriesMax || bytes > batchBytesMax)
    })
    const batch = end === -1 ? queue : queue.slice(0, end)
    queue = end === -1 ? [] : queue.slice(end)
    return batch
  }

  const settle = (batch: readonly Waiting[]): void => {
    const durable = batch.map(({ append, resolve }): Durable => {
      const ack = logKey.acknowledge(append.room, append.entry)
      resolve(ack)
      return { append, ack }
    })
    // Behind everything that the acknowledgements set off.
    process.nextTick(onDurable, durable)
  }

  const fail = (batch: readonly Waiting[], error: unknown): void => {
    const rooms = new Set(batch.map(({ append }) => mapKey(append.room)))
    // What was decided since stands on what was not written.
    const lost = queue.filter(({ append }) => rooms.has(mapKey(append.room)))
    queue = queue.filter(({ append }) => !rooms.has(mapKey(append.room)))
    for (const { append } of batch) onFailed(append.room)
    for (const { reject } of batch) reject(error)
    for (const { reject } of lost) reject(error)
    if (isOutage(error)) log.warn('append_failed', { count: batch.length + lost.length })
    else log.failure(error, { count: batch.length + lost.length })
  }

  const write = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      await store.append(batch.map(({ append }) => append))
    } catch (error) {
      const rooms = byRoom(batch)
      if (isOutage(error) || rooms.length === 1) return fail(batch, error)
      // One room's trouble is not the others'.
      for (const one of rooms) await write(one)
      return
    }
    settle(batch)
  }

  const flush = async (): Promise<void> => {
    while (queue.length > 0) {
      // One turn of the event loop, so that whatever has arrived comes along.
      await new Promise<void>((resolve) => setImmediate(resolve))
      await write(takeBatch())
    }
    flushing = null
  }

  return {
    append: (append) =>
      new Promise((resolve, reject) => {
        queue.push({ append, resolve, reject })
        flushing ??= flush()
      }),
    drained: async () => {
      while (flushing) await flushing
    },
  }
}
