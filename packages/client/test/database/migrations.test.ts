import { type CborValue, decodeAs, decodeCanonical } from '@sotto/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { migrate } from '../../src/database/migrate.ts'
import { migrations } from '../../src/database/migrations/index.ts'
import { firstVersion, newestVersion, readVersion, versionKey } from '../../src/database/version.ts'
import { textOf } from '../../src/draft/draft.ts'
import { draftForm } from '../../src/draft/form.ts'
import { type MemoryDisk, memoryDisk, openMemoryStore } from '../../src/memory/store.ts'
import { dyingAfter, firstStores, pendingAsRead, phaseAsRead, put, type Rows } from './firstVersion.ts'

/** A few rows: even a small store takes several transactions. */
const rowsPerPage = 3

const diskOf = (rows: Rows): MemoryDisk => ({ ...memoryDisk(), rows: new Map(rows) })

const migrated = async (disk: MemoryDisk): Promise<MemoryDisk> => {
  const store = await openMemoryStore(disk)
  await migrate(store, (await readVersion(store)) ?? firstVersion, migrations, rowsPerPage)
  return disk
}

const arrayIn = (stored: Uint8Array | undefined): readonly CborValue[] =>
  decodeCanonical(stored as Uint8Array) as readonly CborValue[]

/** What this program reads in the draft of a room. */
const textIn = (stored: Uint8Array): string => textOf(decodeAs(draftForm.shape, stored))

const withoutVersion = ({ rows }: MemoryDisk): Rows =>
  new Map([...rows].filter(([key]) => key !== versionKey))

describe('the migrations', () => {
  it('lead, one after the other, to the newest version', () => {
    expect(migrations.map(({ to }) => to)).toEqual(
      Array.from({ length: newestVersion - 1 }, (_, at) => at + 2),
    )
  })

  it('change nothing of what the rows of a room say', () =>
    fc.assert(
      fc.asyncProperty(firstStores, async (rows) => {
        const after = await migrated(diskOf(rows))
        expect([...withoutVersion(after).keys()].toSorted()).toEqual([...rows.keys()].toSorted())
        for (const [key, stored] of rows) {
          const now = after.rows.get(key) as Uint8Array
          const before = key.startsWith('rooms/') ? decodeCanonical(stored) : null
          const isInvited = Array.isArray(before) && before[0] === 1 && before.length >= 3
          if (key.endsWith('/phase') && isInvited) {
            const summary = rows.get(key.replace(/phase$/, 'face'))
            const memberCount = summary ? Number(arrayIn(summary)[1]) : 0
            expect(arrayIn(now)).toEqual(phaseAsRead(before, memberCount))
          } else if (key.endsWith('/draft')) expect(textIn(now)).toBe(decodeCanonical(stored))
          else if (key.endsWith('/pending')) expect(arrayIn(now)).toEqual(pendingAsRead(arrayIn(stored)))
          else expect(now).toEqual(stored)
        }
      }),
    ))

  it('go on after a kill at any commit, and end where they would have ended', () =>
    fc.assert(
      fc.asyncProperty(firstStores, async (rows) => {
        const whole = await migrated(diskOf(rows))
        for (let commits = 1; ; commits++) {
          const disk = diskOf(rows)
          const dying = dyingAfter(await openMemoryStore(disk), commits)
          const outcome = await migrate(dying, firstVersion, migrations, rowsPerPage).then(
            () => 'done',
            () => 'killed',
          )
          expect((await migrated(disk)).rows).toEqual(whole.rows)
          if (outcome === 'done') break
        }
      }),
      { numRuns: 40 },
    ))

  it('do nothing to rows that they have been through, should somebody take the version away', () =>
    fc.assert(
      fc.asyncProperty(firstStores, async (rows) => {
        const once = await migrated(diskOf(rows))
        const again = await migrated(diskOf(withoutVersion(once)))
        expect(again.rows).toEqual(once.rows)
      }),
    ))

  it('leave rows alone that do not open', async () => {
    const disk = diskOf(new Map([['rooms/00/phase', Uint8Array.of(0xff)]]))
    await migrated(disk)
    expect(disk.rows.get('rooms/00/phase')).toEqual(Uint8Array.of(0xff))
    const store = await openMemoryStore(disk)
    await store.commit([put('rooms/00/phase', Uint8Array.of(0xfe))])
    expect(await readVersion(store)).toMatchObject({ reached: newestVersion })
  })
})
