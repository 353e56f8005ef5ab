import {
  anchorHashBytes,
  entryKinds,
  limits,
  type LogPage,
  operations,
  SottoError,
  toHex,
} from '@sotto/protocol'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Call } from '../../src/account/contacts.ts'
import { memoryDisk, openMemoryStore } from '../../src/memory/store.ts'
import type { Store } from '../../src/ports/store.ts'
import { cellOf } from '../../src/cell.ts'
import { type LogRestorer, makeLogRestorer } from '../../src/room/restoreLog.ts'
import type { Restored, RestoreProgress } from '../../src/room/restoreProgress.ts'
import type { JudgedEntry } from '../../src/room/judge.ts'
import { roomKeys } from '../../src/room/keys.ts'
import { rawChanges } from '../../src/room/rawLog.ts'
import { firstKept, makeRawKeeper, rawBytesOfRoom } from '../../src/room/rawKeeper.ts'
import { frozen } from '../../src/room/freeze.ts'
import { emptyRoom, type RoomState } from '../../src/room/state.ts'
import { encodeLogRecord } from '../../src/timeline/record.ts'
import { decodeEntry } from '@sotto/protocol'
import { Ledger, provider, somebody, toolsOf } from './people.ts'

const room = new Uint8Array(16).fill(9)
const id = toHex(room)

const longLog = async (count: number): Promise<Ledger> => {
  const ledger = await Ledger.open(room)
  for (let seq = 0; seq <= count; seq++) ledger.append(entryKinds.app, 0, provider.random(64))
  return ledger
}

const judged = (ledger: Ledger, seq: number): JudgedEntry => {
  const { entry, payload } = ledger.entries[seq] as (typeof ledger.entries)[number]
  return { entry: decodeEntry(entry), bytes: entry, hash: ledger.hashes[seq] as Uint8Array, payload }
}

/** Entries come in pushes of a few; so often there is a signature. */
const pushed = 60

/** What a device has kept of the entries from `from` to `to`. */
const keep = async (store: Store, ledger: Ledger, from: number, to: number): Promise<void> => {
  for (let seq = from; seq <= to; seq += pushed) {
    const last = Math.min(to, seq + pushed - 1)
    const entries = Array.from({ length: last - seq + 1 }, (_, at) => judged(ledger, seq + at))
    await store.commit(rawChanges(id, entries as never, await ledger.ackOf(last)))
  }
}

/** Notes that a device has read the entries from `from` on, whether it has kept them or not. */
const remember = async (store: Store, ledger: Ledger, from: number): Promise<void> =>
  store.commit(
    ledger.hashes.slice(from).map((hash, at) => ({
      kind: 'put',
      key: roomKeys.logEntry(id, from + at),
      value: encodeLogRecord({ anchor: hash.slice(0, anchorHashBytes), timeMs: 0, items: [] }),
    })),
  )

/** A server that has lost everything behind `head`, and takes back what follows it. */
const restored = (ledger: Ledger, head: number, healsEach = Number.MAX_SAFE_INTEGER) => {
  const server = { head, heals: 0, wasted: 0 }
  const callOf = (): Call => {
    let left = healsEach
    const call = async (operation: { name: string }, input: { messages?: { entry: Uint8Array }[] }) => {
      if (operation.name === operations.readLog.name) {
        const at = await ledger.ackOf(server.head)
        return { messages: [], ack: at, head: at } satisfies LogPage
      }
      if (left-- <= 0) throw new SottoError('rate', undefined, { retryAfterMs: 1234 })
      const seqs = (input.messages ?? []).map(({ entry }) => decodeEntry(entry).seq)
      server.heals += 1
      expect(seqs.length).toBeLessThanOrEqual(limits.logPageEntriesMax)
      expect(seqs[0]).toBeLessThanOrEqual(server.head + 1)
      const last = seqs.at(-1) as number
      if (last <= server.head) server.wasted += 1
      server.head = Math.max(server.head, last)
      return { head: await ledger.ackOf(server.head) }
    }
    return call as unknown as Call
  }
  return { server, callOf }
}

interface Device {
  readonly restorer: LogRestorer
  state(): RoomState
}

const device = async (ledger: Ledger, call: Call, store: Store): Promise<Device> => {
  const alice = await somebody('alice')
  const last = ledger.entries.length - 1
  const empty = emptyRoom(room, { kind: 'active' })
  const place = { ...empty.place, cursor: last, confirmed: last, hash: ledger.hashes[last] as Uint8Array }
  let state = frozen({ ...empty, place }, 'server_rollback')
  const restorer = makeLogRestorer(
    {
      id,
      state: () => state,
      take: async (step) => {
        const taken = await step(state, new Set())
        if (taken.kind === 'stepped') state = taken.room
      },
    },
    {
      store,
      tools: toolsOf(alice, [alice]),
      line: {
        isOnline: () => true,
        isSynced: () => true,
        submit: () => Promise.reject(new SottoError('offline')),
        call,
        witness: () => ledger.witness,
      },
      contacts: { handBack: async () => false },
      session: cellOf<RestoreProgress | null>(null),
      isWhole: () => {},
    },
  )
  return { restorer, state: () => state }
}

/** All of them look in turn, until none has anything more to do than to wait. */
const together = async (devices: readonly Device[]): Promise<readonly Restored['kind'][]> => {
  for (;;) {
    const kinds: Restored['kind'][] = []
    for (const { restorer } of devices) kinds.push((await restorer.restore()).kind)
    if (kinds.every((kind) => kind === 'restored' || kind === 'waiting' || kind === 'later')) return kinds
  }
}

const longest = 30_000
let ledger: Ledger
beforeAll(async () => {
  ledger = await longLog(longest)
}, 60_000)

/** @param since the device has read the log from there */
const storeWith = async (from: number, to: number, since = from - 1): Promise<Store> => {
  const store = await openMemoryStore(memoryDisk())
  await remember(store, ledger, since)
  await keep(store, ledger, from, to)
  return store
}

describe('REC-5: what a server has lost', () => {
  it.each([7_900, longest])('of %i entries is handed back in pages until it is whole', async (lost) => {
    const { server, callOf } = restored(ledger, longest - lost)
    const one = await device(ledger, callOf(), await storeWith(longest - lost + 1, longest))
    const counts: number[] = []
    for (;;) {
      const { kind } = await one.restorer.restore()
      if (kind === 'restored') break
      const told = one.restorer.handedBack()
      expect(told).toMatchObject({ lost, next: 'here' })
      counts.push(told?.count ?? 0)
    }
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
    expect(counts.length).toBeGreaterThanOrEqual(lost / limits.logPageEntriesMax)
    // A page may end a push early, for the sake of its signature.
    expect(server.heals).toBeLessThanOrEqual(Math.ceil(lost / (limits.logPageEntriesMax - pushed)))
    expect(one.state().phase.kind).toBe('active')
    expect(one.restorer.handedBack()).toBeNull()
  })

  it('is handed back by one device at a time, and by the next where one may not go on', async () => {
    const lost = 7_900
    const { server, callOf } = restored(ledger, longest - lost, 7)
    const stores = [
      await storeWith(longest - lost + 1, longest),
      await storeWith(longest - lost + 1, longest),
    ]
    const devices = await Promise.all(
      [...stores, await storeWith(longest - lost + 1, longest)].map((store) =>
        device(ledger, callOf(), store),
      ),
    )
    expect(await together(devices)).toEqual(['restored', 'restored', 'restored'])
    expect(server.head).toBe(longest)
    expect(server.wasted).toBe(0)
  })

  it('says when the server takes more from this device', async () => {
    const { callOf } = restored(ledger, longest - 100, 0)
    const one = await device(ledger, callOf(), await storeWith(longest - 99, longest))
    expect(await one.restorer.restore()).toEqual({ kind: 'later', delayMs: 1234 })
  })

  it('is put together from what different devices have kept', async () => {
    const { server, callOf } = restored(ledger, longest - 2_000)
    const since = longest - 2_000
    const older = await device(ledger, callOf(), await storeWith(longest - 1_999, longest - 500, since))
    const newer = await device(ledger, callOf(), await storeWith(longest - 1_000, longest, since))
    expect(await together([newer, older])).toEqual(['restored', 'restored'])
    expect(server.head).toBe(longest)
  })

  it('and nobody has kept is not waited for in silence: it is said how far it went, and that others may have it', async () => {
    const { callOf } = restored(ledger, longest - 5_000)
    const since = longest - 5_000
    const one = await device(ledger, callOf(), await storeWith(longest - 4_999, longest - 3_000, since))
    const other = await device(ledger, callOf(), await storeWith(longest - 1_000, longest, since))
    for (const { restorer } of [one, other]) restorer.endsAt(since)
    expect(await together([one, other])).toEqual(['waiting', 'waiting'])
    for (const { restorer } of [one, other])
      expect(restorer.handedBack()).toEqual({ lost: 5_000, count: 2_000, next: 'elsewhere' })
    // Each time longer apart, so that a room of thousands asks seldom.
    const [first, second] = [await one.restorer.restore(), await one.restorer.restore()]
    expect(first.kind === 'waiting' && second.kind === 'waiting' && second.looks - first.looks).toBe(1)
  })
})

describe('what is kept of a log as it came', () => {
  const rows = async (store: Store): Promise<readonly number[]> =>
    (
      await store.range(roomKeys.rawEntry(id, 0), roomKeys.rawEntry(id, longest * 2), { limit: longest * 2 })
    ).map(({ key }) => roomKeys.logSeq(key))

  const receivedAll = async (bytesMax: number, count: number) => {
    const store = await openMemoryStore(memoryDisk())
    const keeper = makeRawKeeper(store, id, () => bytesMax)
    for (let seq = 1; seq <= count; seq += pushed) {
      const last = Math.min(count, seq + pushed - 1)
      await keep(store, ledger, seq, last)
      await keeper.received(last)
    }
    return store
  }

  it('is the newest, without a gap, within its bytes and a block', async () => {
    const one = 340
    const store = await receivedAll(one * 1_000, 5_000)
    const kept = await rows(store)
    expect(kept.at(-1)).toBe(5_000)
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, at) => 5_000 - kept.length + 1 + at))
    expect(kept.length).toBeGreaterThan(512)
    expect(kept.length).toBeLessThan(2_000)
  })

  it('is all of 7,900 entries where there is room', async () => {
    expect(await rows(await receivedAll(limits.rawBytesPerRoomMax, 7_900))).toHaveLength(7_900)
  })

  it('makes room when the store is full: the last thousand stay', async () => {
    const store = await receivedAll(limits.rawBytesPerRoomMax, 3_000)
    await makeRawKeeper(store, id, () => limits.rawBytesPerRoomMax).makeRoom(3_000)
    const kept = await rows(store)
    expect(kept.at(-1)).toBe(3_000)
    expect(kept.length).toBeGreaterThan(700)
    expect(kept.length).toBeLessThanOrEqual(1_024)
  })

  it('is an even share of what a device has for it, and neither more nor less than a room may have', () => {
    const { rawBytesPerRoomMax, rawBytesPerRoomMin, rawBytesPerDeviceMax } = limits
    const most = rawBytesPerDeviceMax / rawBytesPerRoomMax
    const least = rawBytesPerDeviceMax / rawBytesPerRoomMin
    expect([0, 1, most].map(rawBytesOfRoom)).toEqual([1, 1, 1].map(() => rawBytesPerRoomMax))
    expect((most + 1) * rawBytesOfRoom(most + 1)).toBeLessThanOrEqual(rawBytesPerDeviceMax)
    expect(rawBytesOfRoom(least - 1)).toBeGreaterThan(rawBytesPerRoomMin)
    expect([least, least + 1, 10 * least].map(rawBytesOfRoom)).toEqual(
      [1, 1, 1].map(() => rawBytesPerRoomMin),
    )
  })

  it('is the newest block, however large, and at most so many blocks', () => {
    const blocks = Array.from({ length: 10 }, (_, block) => ({ block, bytes: 10 }))
    expect(firstKept(blocks, 1, 100)).toBe(9)
    expect(firstKept(blocks, 30, 100)).toBe(7)
    expect(firstKept(blocks, 29, 100)).toBe(8)
    expect(firstKept(blocks, 1_000, 4)).toBe(6)
    expect(firstKept(blocks, 1_000, 100)).toBe(0)
    expect(firstKept([], 1_000, 100)).toBe(0)
  })
})
