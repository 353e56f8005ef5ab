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
  /** The same of consecutive entries of one room, at least one: all of them or none. Acknowledges the last. */
  appendTogether(appends: readonly Append[]): Promise<Acknowledgement>
  /** Resolves when nothing waits any more. */
  drained(): Promise<void>
}

interface Waiting {
  readonly room: Uint8Array
  readonly appends: readonly Append[]
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
  ...Map.groupBy(batch, ({ room }) => mapKey(room)).values(),
]

const entriesIn = (batch: readonly Waiting[]): number =>
  batch.reduce((sum, { appends }) => sum + appends.length, 0)

export const makeAppender = ({ store, logKey, log, onFailed, onDurable }: Dependencies): Appender => {
  let queue: Waiting[] = []
  let flushing: Promise<void> | null = null

  const takeBatch = (): readonly Waiting[] => {
    let bytes = 0
    let entries = 0
    const end = queue.findIndex(({ appends }, at) => {
      for (const append of appends) bytes += bytesOf(append)
      entries += appends.length
      return at > 0 && (entries > batchEntriesMax || bytes > batchBytesMax)
    })
    const batch = end === -1 ? queue : queue.slice(0, end)
    queue = end === -1 ? [] : queue.slice(end)
    return batch
  }

  const settle = (batch: readonly Waiting[]): void => {
    const durable = batch.flatMap(({ appends, resolve }) => {
      const acknowledged = appends.map((append): Durable => ({
        append,
        ack: logKey.acknowledge(append.room, append.entry),
      }))
      resolve((acknowledged.at(-1) as Durable).ack)
      return acknowledged
    })
    // Behind everything that the acknowledgements set off.
    process.nextTick(onDurable, durable)
  }

  const fail = (batch: readonly Waiting[], error: unknown): void => {
    const rooms = new Set(batch.map(({ room }) => mapKey(room)))
    // What was decided since stands on what was not written.
    const lost = queue.filter(({ room }) => rooms.has(mapKey(room)))
    queue = queue.filter(({ room }) => !rooms.has(mapKey(room)))
    for (const { room } of batch) onFailed(room)
    for (const { reject } of batch) reject(error)
    for (const { reject } of lost) reject(error)
    const count = entriesIn(batch) + entriesIn(lost)
    if (isOutage(error)) log.warn('append_failed', { count })
    else log.failure(error, { count })
  }

  const write = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      await store.append(batch.flatMap(({ appends }) => appends))
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

  const appendTogether: Appender['appendTogether'] = (appends) =>
    new Promise((resolve, reject) => {
      const { room } = appends[0] as Append
      queue.push({ room, appends, resolve, reject })
      flushing ??= flush()
    })

  return {
    append: (append) => appendTogether([append]),
    appendTogether,
    drained: async () => {
      while (flushing) await flushing
    },
  }
}
