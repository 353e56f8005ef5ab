import { type CborValue, encodeCanonical } from '@sotto/protocol'
import fc from 'fast-check'
import type { Change, Store } from '../../src/ports/store.ts'

/** Stores as programs of the first version have left them, and what those read in them. */
export type Rows = ReadonlyMap<string, Uint8Array>

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const count = fc.nat({ max: 1_000_000 })
const before = fc.constantFrom<CborValue>([5], [6], [9])
const entry = fc.option(fc.tuple(count, bytesOf(32)))

/** `[1, inviter, time]`, to which later programs have added what was before and where the invitation stands. */
const invited = fc
  .record({ inviter: fc.option(bytesOf(32)), time: count, before, entry, written: fc.constantFrom(3, 4, 5) })
  .map((one): CborValue => [1, one.inviter, one.time, one.before, one.entry].slice(0, one.written))
const phase = fc.oneof(invited, fc.constantFrom<CborValue>([2], [5], [6], [9]))

const face = fc
  .tuple(fc.constantFrom('', 'General'), fc.nat({ max: 3 }))
  .map(([name, members]): CborValue => [name, members, 0, 0, 0, null])

const intents = fc.oneof(
  fc.constant(null),
  fc.constant('one'),
  fc.constant<CborValue>(['one', 'two']),
  fc.constant<CborValue>(['one', 'two', 'three']),
)
const meta = fc.tuple(bytesOf(16), bytesOf(4))
const pending = fc
  .record({ counter: count, intents, meta: fc.option(meta) })
  .map(({ counter, intents: ids, meta: changed }): CborValue => [
    'commit',
    counter,
    Uint8Array.of(1),
    new Uint8Array(32),
    null,
    3,
    ids,
    [],
    ...(changed ? [changed] : []),
  ])

const rowsOfRoom = fc
  .record({
    room: bytesOf(16),
    phase,
    face: fc.option(face),
    pending: fc.option(pending),
    draft: fc.option(fc.string({ unit: 'grapheme', maxLength: 8 })),
    // What does not read as anything stays as it is.
    broken: fc.option(fc.constantFrom<CborValue>('broken', [], [1])),
  })
  .map(({ room, broken, ...rows }) => {
    const id = Buffer.from(room).toString('hex')
    return Object.entries({ ...rows, ...(broken === null ? {} : { phase: broken }) }).flatMap(
      ([name, value]): [string, Uint8Array][] =>
        value === null ? [] : [[`rooms/${id}/${name}`, encodeCanonical(value)]],
    )
  })

const others: readonly [string, Uint8Array][] = [
  ['account', Uint8Array.of(1)],
  ['group/00/member', Uint8Array.of(2)],
  ['log/00/0000000000000001', Uint8Array.of(3)],
  ['rooms0', Uint8Array.of(4)],
]

export const firstStores: fc.Arbitrary<Rows> = fc
  .array(rowsOfRoom, { maxLength: 6 })
  .map((rooms) => new Map([...rooms.flat(), ...others]))

/** What a program of the first version took a row of a phase for. */
export const phaseAsRead = (stored: readonly CborValue[], memberCount: number): readonly CborValue[] => {
  if (stored[0] !== 1) return stored
  const withBefore = stored.length === 3 ? [...stored, [6]] : stored
  const whole = withBefore.length === 4 ? [...withBefore, null] : withBefore
  const isAbsent = (whole[3] as readonly CborValue[])[0] === 6
  return isAbsent && memberCount > 0 ? whole.with(3, [5]) : whole
}

/** What it took a row of a commit under way for, as its fields. */
export const pendingAsRead = (stored: readonly CborValue[]): readonly CborValue[] => {
  const said = stored[6] ?? null
  const ids = said === null ? [] : Array.isArray(said) ? said : [said]
  return [...stored.slice(0, 6), ids, stored[7] as CborValue, stored[8] ?? null]
}

export const put = (key: string, value: Uint8Array): Change => ({ kind: 'put', key, value })

/** A store that stops for good after so many commits, the last of which has taken effect. */
export const dyingAfter = (store: Store, commits: number): Store => {
  let left = commits
  return {
    ...store,
    commit: async (changes) => {
      if (left === 0) throw new Error('killed')
      left -= 1
      await store.commit(changes)
      if (left === 0) throw new Error('killed')
    },
  }
}
