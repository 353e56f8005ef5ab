import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeReact } from '../../src/content/react/react.ts'
import { migrate } from '../../src/database/migrate.ts'
import { migrations } from '../../src/database/migrations/index.ts'
import { readVersion, settledAt, versionKey } from '../../src/database/version.ts'
import { type MemoryDisk, memoryDisk, openMemoryStore } from '../../src/memory/store.ts'
import { decodeUses, encodeUses } from '../../src/room/uses.ts'
import type { PlacedRecord } from '../../src/timeline/project.ts'
import { targetOf } from '../../src/timeline/target.ts'
import { append, logOf, referenceOf, said } from '../timeline/talk.ts'
import { dyingAfter, type Rows } from './firstVersion.ts'

interface Word {
  readonly who: number
  /** The place of a message that this reacts to; null for words of its own. */
  readonly of: number | null
}

const talk: fc.Arbitrary<readonly Word[]> = fc.array(
  fc.record({ who: fc.nat({ max: 2 }), of: fc.option(fc.nat({ max: 9 })) }),
  { maxLength: 10 },
)

const reaction = (seq: number, reference: Uint8Array): Uint8Array =>
  encodeReact({ reference, emoji: '👍', isOn: true }, new Uint8Array(16).fill(seq), seq)

const recordsOf = (words: readonly Word[]): readonly PlacedRecord[] => {
  const texts = logOf(words.map(({ who }) => ({ kind: 'text', who })))
  return words.map(({ who, of }, seq) =>
    of === null
      ? (texts[seq] as PlacedRecord)
      : said(seq, who, reaction(seq, referenceOf(words[of]?.who ?? 9, of))),
  )
}

/** As this version has it from reading the log. */
const folded = async (records: readonly PlacedRecord[]): Promise<MemoryDisk> => {
  const disk = memoryDisk()
  await append(await openMemoryStore(disk), records, targetOf)
  return disk
}

/** As the second version had it: without an index, and who has used an id without where. */
const before = ({ rows }: MemoryDisk): MemoryDisk => {
  const kept: Rows = new Map(
    [...rows]
      .filter(([key]) => !/^(refs|marks|markwait)\//.test(key))
      .map(([key, value]) =>
        key.startsWith('known/')
          ? [key, encodeUses(decodeUses(value).map((use) => ({ ...use, seq: null })))]
          : [key, value],
      ),
  )
  return { ...memoryDisk(), rows: new Map(kept) }
}

const indexing = migrations.filter(({ to }) => to === 3)

const migrated = async (disk: MemoryDisk, rowsPerPage: number): Promise<Rows> => {
  const store = await openMemoryStore(disk)
  const version = (await readVersion(store)) ?? settledAt(2)
  await migrate(store, version.reached < 2 ? settledAt(2) : version, indexing, rowsPerPage)
  return new Map([...disk.rows].filter(([key]) => key !== versionKey))
}

describe('the index of a log that was read before there was one', () => {
  it('is the one that reading makes, in pages of any length', () =>
    fc.assert(
      fc.asyncProperty(talk, fc.integer({ min: 1, max: 12 }), async (words, rowsPerPage) => {
        const disk = await folded(recordsOf(words))
        expect(await migrated(before(disk), rowsPerPage)).toEqual(disk.rows)
      }),
    ))

  it('is the same after a kill at any commit, and when it is made once more', () =>
    fc.assert(
      fc.asyncProperty(talk, async (words) => {
        const whole = await folded(recordsOf(words))
        for (let commits = 1; ; commits++) {
          const disk = before(whole)
          const dying = dyingAfter(await openMemoryStore(disk), commits)
          const outcome = await migrate(dying, settledAt(2), indexing, 2).then(
            () => 'done',
            () => 'killed',
          )
          expect(await migrated(disk, 2)).toEqual(whole.rows)
          if (outcome === 'done') break
        }
        const again = { ...memoryDisk(), rows: new Map(whole.rows) }
        expect(await migrated(again, 2)).toEqual(whole.rows)
      }),
      { numRuns: 30 },
    ))
})
