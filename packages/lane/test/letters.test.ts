import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { laneSealer } from '../../client/adapters/node/keys/laneSealer.ts'
import { openLaneStore } from '../adapters/node/laneStore.ts'
import { timers } from '../adapters/net/timers.ts'
import { webCryptography } from '../adapters/net/webCryptography.ts'
import type { LaneEvent } from '../src/events.ts'
import { LaneError } from '../src/failure.ts'
import type { Letter } from '../src/letterRows.ts'
import { type Letters, makeLetters } from '../src/letters.ts'
import { makeOnce } from '../src/once.ts'
import { memoryLaneStore } from '../src/memory.ts'
import { makePatience } from '../src/patience.ts'
import type { Clock } from '../src/ports/clock.ts'
import type { LaneStore } from '../src/ports/store.ts'
import { laneStoreContract } from './contracts/laneStore.ts'

const directory = mkdtempSync(join(tmpdir(), 'sotto-lane-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
let files = 0
const sealer = laneSealer(new Uint8Array(32).fill(7))
const newFile = (): string => join(directory, 'made', `${files++}.sqlite`)

const stores: readonly (readonly [string, () => LaneStore])[] = [
  ['memory', memoryLaneStore],
  ['SQLite', () => openLaneStore(newFile(), sealer)],
]

describe.each(stores)('what a lane remembers, in %s', (_name, make) => {
  it.each(laneStoreContract)('$title', ({ run }) => run(make))
})

it('a file is its owner’s alone, and several programs may have it open', () => {
  const file = newFile()
  const [one, two] = [openLaneStore(file, sealer), openLaneStore(file, sealer)]
  one.write({ a: '1' })
  two.write({ b: '2' })
  expect([one.get('b'), two.get('a')]).toEqual(['2', '1'])
  expect(statSync(file).mode & 0o077).toBe(0)
  one.close()
  two.close()
})

/** Letters whose content is the id that somebody signed. */
const program = (
  store: LaneStore,
  told: LaneEvent[],
  refuse: (id: string) => LaneError | null = () => null,
  clock: Clock = timers,
) => {
  const once = makeOnce(store)
  const open = async ({ payload }: Letter) => {
    const id = String(payload['id'])
    const refusal = refuse(id)
    if (refusal) throw refusal
    const claims = {
      iss: String(payload['sender']),
      aud: 'us',
      iat: Number(payload['iat'] ?? 1),
      jti: id,
      body: '',
    }
    once.check(claims)
    const event = { kind: 'message', from: claims.iss, id, timeMs: 0, text: id } as const
    return { events: [event], claims, rows: {} }
  }
  return makeLetters({
    ports: { clock, cryptography: webCryptography },
    patience: makePatience(timers, webCryptography),
    store,
    once,
    open,
    isWanted: () => true,
    tell: async (event) => void told.push(event),
  })
}

const letter = (id: string, sender = 'alice', iat = 1): Letter => ({
  event: 'message',
  payload: { id, sender, iat },
})
const idsIn = (told: readonly LaneEvent[]): readonly string[] =>
  told.flatMap((event) => (event.kind === 'message' ? [event.id] : []))
const restOf = (store: LaneStore): number => store.rows('letter/', 100).length

describe('letters', () => {
  it('that come twice are told once, in order, whoever delivers them', async () => {
    const store = memoryLaneStore()
    const told: LaneEvent[] = []
    const letters = program(store, told)
    for (const id of ['1', '2', '1', '3', '2']) letters.arrived(letter(id))
    await letters.settled()
    const later = program(store, told)
    for (const id of ['3', '4', '1']) later.arrived(letter(id))
    await later.settled()
    expect(idsIn(told)).toEqual(['1', '2', '3', '4'])
    expect(restOf(store)).toBe(0)
  })

  it('of two senders may have the same id', async () => {
    const told: LaneEvent[] = []
    const letters = program(memoryLaneStore(), told)
    letters.arrived(letter('1', 'alice'))
    letters.arrived(letter('1', 'bob'))
    await letters.settled()
    expect(idsIn(told)).toEqual(['1', '1'])
  })

  it('are there when the call returns, and are told by the next program if this one dies', async () => {
    const store = memoryLaneStore()
    const dead: Letters = program(store, [], () => new LaneError('OFFLINE'))
    dead.arrived(letter('1'))
    dead.arrived(letter('2'))
    expect(restOf(store)).toBe(2)
    await dead.settled()
    const told: LaneEvent[] = []
    const next = program(store, told)
    next.takeUp()
    next.takeUp()
    await next.settled()
    expect(idsIn(told)).toEqual(['1', '2'])
    expect(restOf(store)).toBe(0)
  })

  it('that cannot be judged for now are kept and taken up again by themselves', async () => {
    const codes = [
      'OFFLINE',
      'TIMEOUT',
      'UNAVAILABLE',
      'RATE_LIMITED',
      'UNAUTHORIZED',
      'SESSION_EXPIRED',
      'INVALID_CREDENTIALS',
      'ACCOUNT_SUSPENDED',
      'HOST_REFUSED',
      'SCOPE_MISSING',
      'INTERNAL',
    ] as const
    const keptFor = async (code: (typeof codes)[number]): Promise<void> => {
      const store = memoryLaneStore()
      const told: LaneEvent[] = []
      let failures = 2
      const letters = program(store, told, () => (failures-- > 0 ? new LaneError(code) : null))
      letters.arrived(letter('1'))
      await letters.settled()
      expect([code, told, restOf(store)]).toEqual([code, [], 1])
      await expect.poll(() => idsIn(told), { timeout: 10_000, message: code }).toEqual(['1'])
      expect(restOf(store)).toBe(0)
      letters.rest()
    }
    await Promise.all(codes.map(keptFor))
  })

  it('of one sender are told in the order of arrival, whichever of them has to wait; another sender does not wait', async () => {
    const store = memoryLaneStore()
    const told: LaneEvent[] = []
    const opened: string[] = []
    // The key of Alice can be asked for only at the third try.
    let failures = 2
    const letters = program(store, told, (id) => {
      opened.push(id)
      return id.startsWith('alice') && failures-- > 0 ? new LaneError('OFFLINE') : null
    })
    for (const id of ['alice 1', 'alice 2', 'bob 1', 'alice 3']) letters.arrived(letter(id, id.split(' ')[0]))
    await letters.settled()
    expect([idsIn(told), opened]).toEqual([['bob 1'], ['alice 1', 'bob 1']])
    letters.takeUp()
    letters.arrived(letter('alice 4', 'alice'))
    await expect.poll(() => idsIn(told).length, { timeout: 10_000 }).toBe(5)
    expect(idsIn(told)).toEqual(['bob 1', 'alice 1', 'alice 2', 'alice 3', 'alice 4'])
    expect(restOf(store)).toBe(0)
  })

  it('law: of one sender they are told in order, however often each cannot be judged, and whenever they are taken up', async () => {
    const sending = fc.record({
      sender: fc.constantFrom('alice', 'bob'),
      failures: fc.nat(2),
      isTakenUp: fc.boolean(),
      isSettled: fc.boolean(),
    })
    const law = fc.asyncProperty(fc.array(sending, { maxLength: 12 }), async (sent) => {
      const store = memoryLaneStore()
      const told: LaneEvent[] = []
      const failures = sent.map((one) => one.failures)
      const refuse = (id: string): LaneError | null => {
        const left = failures[Number(id)] ?? 0
        failures[Number(id)] = left - 1
        return left > 0 ? new LaneError('TIMEOUT') : null
      }
      const letters = program(store, told, refuse, { ...timers, after: () => () => {} })
      for (const [at, { sender, isTakenUp, isSettled }] of sent.entries()) {
        letters.arrived(letter(`${at}`, sender))
        if (isTakenUp) letters.takeUp()
        if (isSettled) await letters.settled()
      }
      for (let tries = 0; tries < 2 * sent.length + 1 && restOf(store) > 0; tries++) {
        letters.takeUp()
        await letters.settled()
      }
      const idsOf = (name: string) => sent.flatMap(({ sender }, at) => (sender === name ? [`${at}`] : []))
      for (const name of ['alice', 'bob'])
        expect(idsIn(told.filter((event) => event.kind === 'message' && event.from === name))).toEqual(
          idsOf(name),
        )
    })
    await fc.assert(law)
  })

  it('are all taken up, however many were kept', async () => {
    const store = memoryLaneStore()
    const before: Letters = program(store, [], () => new LaneError('OFFLINE'))
    const ids = Array.from({ length: 2500 }, (_, at) => `${at}`)
    for (const id of ids) before.arrived(letter(id))
    before.rest()
    await before.settled()
    const told: LaneEvent[] = []
    const next = program(store, told)
    next.takeUp()
    await next.settled()
    expect(idsIn(told)).toEqual(ids)
    expect(store.rows('seen/alice/', 10_000).length).toBeLessThan(4096)
  })

  it('by a key that is not believed wait until it is', async () => {
    const store = memoryLaneStore()
    const told: LaneEvent[] = []
    let isBelieved = false
    const letters = program(store, told, () => (isBelieved ? null : new LaneError('KEY_CHANGED')))
    letters.arrived(letter('1'))
    await letters.settled()
    expect(told).toEqual([{ kind: 'refused', from: 'alice', place: null, code: 'KEY_CHANGED' }])
    letters.takeUp()
    await letters.settled()
    expect(told).toHaveLength(1)
    isBelieved = true
    letters.takeUpOf('alice')
    await letters.settled()
    expect(idsIn(told)).toEqual(['1'])
    expect(store.rows('held/', 10)).toEqual([])
  })

  it('that are no letters are told as refused and forgotten', async () => {
    const store = memoryLaneStore()
    const told: LaneEvent[] = []
    const letters = program(store, told, (id) => (id === '1' ? new LaneError('PROOF_INVALID') : null))
    letters.arrived(letter('1'))
    letters.arrived(letter('2'))
    await letters.settled()
    expect(told.map(({ kind }) => kind)).toEqual(['refused', 'message'])
    expect(restOf(store)).toBe(0)
  })

  it('are remembered within bounds: what is forgotten is refused as old', async () => {
    const store = memoryLaneStore()
    const told: LaneEvent[] = []
    const letters = program(store, told)
    for (let at = 1; at <= 5000; at++) letters.arrived(letter(`id${at}`, 'alice', at))
    await letters.settled()
    expect(told).toHaveLength(5000)
    expect(store.rows('seen/alice/', 10_000).length).toBeLessThanOrEqual(4096)
    for (const at of [1, 500, 3000, 5000]) letters.arrived(letter(`id${at}`, 'alice', at))
    await letters.settled()
    expect(told).toHaveLength(5000)
    letters.arrived(letter('new', 'alice', 5001))
    await letters.settled()
    expect(told).toHaveLength(5001)
  })

  it('are remembered within bounds of a sender whose clock stands, and told', async () => {
    const store = memoryLaneStore()
    const told: LaneEvent[] = []
    const letters = program(store, told)
    for (let at = 1; at <= 6000; at++) letters.arrived(letter(`id${at}`, 'alice', 7))
    await letters.settled()
    expect(told).toHaveLength(6000)
    expect(store.rows('seen/alice/', 10_000).length).toBeLessThanOrEqual(4097)
  })

  it('of a sender who counted milliseconds before are told, and once', async () => {
    const [store, told, nowS] = [memoryLaneStore(), [] as LaneEvent[], 1_764_500_000]
    const kept = Array.from({ length: 4096 }, (_, at) => [`seen/alice/kept${at}`, String(nowS * 1000 + at)])
    store.write({ ...Object.fromEntries(kept), 'floor/alice': String(nowS * 1000) })
    const letters = program(store, told)
    const ids = ['1', '2', '3']
    for (const id of ids) letters.arrived(letter(id, 'alice', nowS))
    for (const id of ids) letters.arrived(letter(id, 'alice', nowS))
    await letters.settled()
    expect(idsIn(told)).toEqual(ids)
  })
})
