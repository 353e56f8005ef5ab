import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { type Durable, makeAppender } from '../src/delivery/appender.ts'
import { makeLogKey } from '../src/delivery/logKey.ts'
import type { Append } from '../src/delivery/store.ts'
import { makeEventLog } from '../src/logging/eventLog.ts'
import { openStore, type Store } from '../src/store/openStore.ts'
import { append, entryAt, firstOf } from './contracts/appends.ts'

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

let opened: Store | undefined
afterEach(() => opened?.close())

const start = async (roomCount: number, beforeWriting?: (batch: readonly Append[]) => Promise<void>) => {
  opened = await openStore({ path: ':memory:' })
  const { delivery } = opened
  const failed: Uint8Array[] = []
  const batches: (readonly Durable[])[] = []
  const appender = makeAppender({
    store: {
      append: async (batch) => {
        await beforeWriting?.(batch)
        await delivery.append(batch)
      },
    },
    logKey: makeLogKey(random(32)),
    log: makeEventLog({ level: 'silent', destination: { write: () => undefined }, idKey: random(32) }),
    onFailed: (room) => failed.push(room),
    onDurable: (batch) => batches.push(batch),
  })
  const rooms = Array.from({ length: roomCount }, () => random(16))
  await Promise.all(rooms.map((room) => appender.append(firstOf(room))))
  await new Promise((resolve) => setImmediate(resolve))
  batches.length = 0
  return { appender, rooms, failed, batches, store: delivery }
}

const entry = (room: Uint8Array, seq: number): Append => append(room, entryAt(seq), { sendCounter: seq })

describe('the appender', () => {
  it('DEL-7: makes what many rooms decide at once durable in one transaction, and tells it after the acknowledgements', async () => {
    const { appender, rooms, batches } = await start(20)
    const order: string[] = []
    const acks = rooms.map(async (room) => {
      const ack = await appender.append(entry(room, 1))
      order.push('acknowledged')
      expect(batches).toEqual([])
      return ack
    })
    expect((await Promise.all(acks)).map(({ seq }) => seq)).toEqual(rooms.map(() => 1))
    await new Promise((resolve) => setImmediate(resolve))
    expect(batches).toHaveLength(1)
    expect(batches[0]).toHaveLength(20)
    expect(order).toHaveLength(20)
  })

  it('does not let the trouble of one room be that of others', async () => {
    const { appender, rooms, failed, store } = await start(3)
    const [one, other, third] = rooms as [Uint8Array, Uint8Array, Uint8Array]
    const outcomes = await Promise.allSettled([
      appender.append(entry(one, 1)),
      // A place that is taken.
      appender.append(entry(other, 0)),
      appender.append(entry(other, 1)),
      appender.append(entry(third, 1)),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(failed).toEqual([other, other])
    expect((await store.room(one))?.head.seq).toBe(1)
    expect((await store.room(other))?.head.seq).toBe(0)
    expect((await store.room(third))?.head.seq).toBe(1)
  })

  it('drops what was decided on top of what could not be written', async () => {
    const later: Promise<PromiseSettledResult<unknown>[]>[] = []
    const { appender, rooms, store } = await start(2, async (batch) => {
      // While the disk is busy with an entry whose place is taken, more is decided behind it.
      if (batch[0]?.change || later.length > 0) return
      later.push(Promise.allSettled([1, 2].map((seq) => appender.append(entry(room, seq)))))
      later.push(Promise.allSettled([appender.append(entry(other, 1))]))
    })
    const [room, other] = rooms as [Uint8Array, Uint8Array]
    const [doomed] = await Promise.allSettled([appender.append(entry(room, 0))])
    expect(doomed.status).toBe('rejected')
    const outcomes = (await Promise.all(later)).flat()
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
    expect((await store.room(room))?.head.seq).toBe(0)
    expect((await store.room(other))?.head.seq).toBe(1)
  })

  it('writes entries that belong together all or none, and acknowledges the last', async () => {
    const { appender, rooms, batches, store, failed } = await start(2)
    const [room, other] = rooms as [Uint8Array, Uint8Array]
    const ack = await appender.appendTogether([1, 2, 3].map((seq) => entry(room, seq)))
    expect(ack.seq).toBe(3)
    await new Promise((resolve) => setImmediate(resolve))
    expect(batches[0]?.map(({ ack: { seq } }) => seq)).toEqual([1, 2, 3])
    const outcomes = await Promise.allSettled([
      appender.appendTogether([entry(room, 4), entry(room, 5), entry(room, 4)]),
      appender.append(entry(room, 6)),
      appender.append(entry(other, 1)),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
    expect((await store.room(room))?.head.seq).toBe(3)
    expect(failed).toEqual([room, room])
  })

  it('has nothing waiting when it is drained', async () => {
    const { appender, rooms, store } = await start(1)
    const [room] = rooms as [Uint8Array]
    const acks = Array.from({ length: 50 }, (_, i) => appender.append(entry(room, i + 1)))
    await appender.drained()
    expect((await store.room(room))?.head.seq).toBe(50)
    expect((await Promise.all(acks)).at(-1)?.seq).toBe(50)
    await appender.drained()
  })
})
