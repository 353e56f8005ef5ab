import { limits, toHex } from '@sotto/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type MemoryDisk, memoryDisk, openMemoryStore } from '../../src/memory/store.ts'
import { roomKeys, within } from '../../src/room/keys.ts'
import { lookUp, withMarks } from '../../src/timeline/lookUp.ts'
import { placeOfItem, placeOfReference } from '../../src/timeline/places.ts'
import type { PlacedRecord, ShownRecord } from '../../src/timeline/project.ts'
import { standsAlone } from '../../src/timeline/target.ts'
import {
  append,
  cheerContent,
  cheersFor,
  isOn,
  itemIdOf,
  logOf,
  referenceOf,
  room,
  said,
  type Word,
} from './talk.ts'

const word = (length: number): fc.Arbitrary<Word> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('text' as const), who: fc.nat(2) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('cheer' as const),
        who: fc.nat(2),
        // Some are for what stands before, some for what comes later, and some for what never comes.
        of: fc.nat(length + 3),
        cheer: fc.constantFrom('+1', 'heart'),
        isOn: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'silence' } as const) },
  )
const talk = fc.nat(30).chain((length) => fc.array(word(length), { minLength: length, maxLength: length }))

/** The log in pieces, each of which is folded by a store that has just been opened. */
const foldedIn = async (log: readonly PlacedRecord[], cuts: readonly number[]): Promise<MemoryDisk> => {
  const disk = memoryDisk()
  const ends = [...new Set(cuts.map((cut) => cut % (log.length + 1)))].toSorted((a, b) => a - b)
  let from = 0
  for (const to of [...ends, log.length]) {
    if (to > from) await append(await openMemoryStore(disk), log.slice(from, to))
    from = to
  }
  return disk
}

const rowsOf = ({ rows }: MemoryDisk): ReadonlyMap<string, string> =>
  new Map([...rows].map(([key, value]) => [key, toHex(value)]))

/** Who cheers a message, by what the log says and nothing else. */
const cheersIn = (words: readonly Word[], at: number): readonly string[] => {
  const newest = new Map<string, boolean>()
  if (words[at]?.kind === 'text')
    for (const one of words)
      if (one.kind === 'cheer' && one.of === at) newest.set(`${one.who} ${one.cheer}`, one.isOn)
  return [...newest].flatMap(([cheer, on]) => (on ? [cheer] : [])).toSorted()
}

const shownCheers = ({ marks }: ShownRecord): readonly string[] =>
  marks.flatMap((mark) => (isOn(mark.said) ? [`${(mark.account[3] ?? 0) - 1} ${mark.key}`] : [])).toSorted()

describe('the timeline folded out of the log', () => {
  it('is the same in one go and in any pieces, with the program started anew between them', async () => {
    await fc.assert(
      fc.asyncProperty(talk, fc.array(fc.nat(40), { maxLength: 6 }), async (words, cuts) => {
        const log = logOf(words)
        expect(rowsOf(await foldedIn(log, cuts))).toEqual(rowsOf(await foldedIn(log, [])))
      }),
    )
  })

  it('shows with each message what the newest word of each says about it, and nothing of it elsewhere', async () => {
    await fc.assert(
      fc.asyncProperty(talk, fc.array(fc.nat(40), { maxLength: 4 }), async (words, cuts) => {
        const log = logOf(words)
        const store = await openMemoryStore(await foldedIn(log, cuts))
        const shown = await withMarks(store, room, log)
        for (const record of shown) {
          expect(shownCheers(record)).toEqual(cheersIn(words, record.seq))
          expect(record.record.items.some((item) => standsAlone(item, cheersFor))).toBe(
            words[record.seq]?.kind === 'text',
          )
        }
      }),
    )
  })

  it('tells each entry that is new and each that is another now', async () => {
    await fc.assert(
      fc.asyncProperty(talk, fc.array(fc.nat(40), { maxLength: 6 }), async (words, cuts) => {
        const store = await openMemoryStore(memoryDisk())
        const log = logOf(words)
        const told = new Map<number, ShownRecord>()
        const ends = [...new Set(cuts.map((cut) => cut % (log.length + 1)))].toSorted((a, b) => a - b)
        let from = 0
        for (const to of [...ends, log.length]) {
          const { fresh, changed } = await append(store, log.slice(from, to))
          for (const record of [...changed, ...fresh]) told.set(record.seq, record)
          from = to
        }
        const there = (await withMarks(store, room, log)).filter(({ seq }) => words[seq]?.kind === 'text')
        expect([...told.values()].toSorted((a, b) => a.seq - b.seq)).toEqual(there)
      }),
    )
  })

  it('finds each message by its id and by its reference, whatever transaction was the last before a crash', async () => {
    await fc.assert(
      fc.asyncProperty(
        talk,
        fc.array(fc.nat(40), { maxLength: 6 }),
        fc.nat(40),
        async (words, cuts, crash) => {
          const log = logOf(words).slice(0, crash)
          const store = await openMemoryStore(await foldedIn(log, cuts))
          for (const { seq } of log) {
            const spoken = words[seq]
            if (spoken?.kind !== 'text') continue
            expect(await placeOfItem(store, room, itemIdOf(spoken.who, seq))).toBe(seq)
            expect(await placeOfReference(store, room, toHex(referenceOf(spoken.who, seq)))).toBe(seq)
          }
          const { from, to } = within(roomKeys.references(room))
          const indexed = await store.range(from, to, { limit: 1000 })
          expect(indexed).toHaveLength(log.filter(({ seq }) => words[seq]?.kind === 'text').length)
        },
      ),
    )
  })
})

describe('marks', () => {
  it('of another room, and of another author, are on nothing here', async () => {
    const store = await openMemoryStore(memoryDisk())
    const elsewhere = referenceOf(0, 0, new Uint8Array(16).fill(1))
    await append(store, [
      ...logOf([{ kind: 'text', who: 0 }]),
      said(1, 1, cheerContent(1, elsewhere, '+1')),
      said(2, 1, cheerContent(2, referenceOf(1, 0), '+1')),
    ])
    const [message] = await withMarks(store, room, logOf([{ kind: 'text', who: 0 }]))
    expect(message?.marks).toEqual([])
  })

  it('are so many on one message and no more; who has one may change it', async () => {
    const store = await openMemoryStore(memoryDisk())
    const target = referenceOf(0, 0)
    const log = Array.from({ length: limits.marksPerMessageMax + 1 }, (_, at) =>
      said(at + 1, at, cheerContent(at + 1, target, '+1')),
    )
    await append(store, logOf([{ kind: 'text', who: 0 }]))
    await append(store, log)
    const last = limits.marksPerMessageMax + 2
    await append(store, [said(last, 0, cheerContent(last, target, '+1', false))])
    const [message] = await withMarks(store, room, logOf([{ kind: 'text', who: 0 }]))
    expect(message?.marks).toHaveLength(limits.marksPerMessageMax)
    expect(message?.marks[0]).toMatchObject({ seq: last })
  })

  it('are so long and no longer', async () => {
    const store = await openMemoryStore(memoryDisk())
    const target = referenceOf(0, 0)
    const besides = cheerContent(1, target, '').length
    const longest = 'x'.repeat(limits.markBytesMax - besides - 2)
    const { markKeyCharactersMax } = limits
    const about = (key: (cheer: string) => string) => (one: Parameters<typeof cheersFor>[0]) => {
      const found = cheersFor(one)
      return found && { ...found, key: key(found.key) }
    }
    const short = about((cheer) => `${cheer.length}`)
    await append(store, logOf([{ kind: 'text', who: 0 }]))
    await append(store, [said(1, 1, cheerContent(1, target, longest))], short)
    await append(store, [said(2, 2, cheerContent(2, target, `${longest}x`))], short)
    await append(store, [said(3, 3, cheerContent(3, target, 'x'.repeat(markKeyCharactersMax)))])
    await append(store, [said(4, 4, cheerContent(4, target, 'x'.repeat(markKeyCharactersMax + 1)))])
    const [message] = await withMarks(store, room, logOf([{ kind: 'text', who: 0 }]))
    expect(message?.marks.map(({ seq }) => seq)).toEqual([1, 3])
    expect(message?.marks[0]?.said.bytes).toHaveLength(limits.markBytesMax)
  })

  it('wait so many and no more: of those that never find their message the oldest go', async () => {
    const store = await openMemoryStore(memoryDisk())
    const log = Array.from({ length: limits.marksWaitingPerRoomMax + 3 }, (_, at) =>
      said(at, 1, cheerContent(at, referenceOf(0, 100_000 + at), '+1')),
    )
    for (let at = 0; at < log.length; at += 50) await append(store, log.slice(at, at + 50))
    const { waiting } = await lookUp(store, room, { targets: [], isAwaited: true })
    expect(waiting.map(({ mark }) => mark.seq)).toEqual(log.slice(3).map(({ seq }) => seq))
  })
})
