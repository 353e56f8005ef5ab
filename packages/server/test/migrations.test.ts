import { fork } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type DatabaseSync, StatementSync } from 'node:sqlite'
import fc from 'fast-check'
import type { Kysely } from 'kysely'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { migrate, type MigrationStep } from '../src/store/migrate.ts'
import { migrations } from '../src/store/migrations/index.ts'
import { openSqlite } from '../src/store/sqliteDatabase.ts'
import { temporaryDirectory } from './client/testServer.ts'
import { earlierDatabase } from './earlierData.ts'
import { fillWithRows } from './earlierRows.ts'

afterEach(() => void vi.restoreAllMocks())

/** Everything in a database but when its migrations came, and in which order SQLite keeps it. */
const contentOf = (database: DatabaseSync, isNoteLeftOut = false): object => {
  const schema = database
    .prepare(`SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name`)
    .all()
  const isNote = (name: unknown): boolean => /^(?:kysely_|schema_version$)/.test(String(name))
  const shown = schema.filter(({ name }) => !(isNoteLeftOut && isNote(name)))
  const tables = shown.filter(({ type }) => type === 'table').map(({ name }) => String(name))
  const rowsOf = (table: string): readonly string[] =>
    database
      .prepare(
        table === 'kysely_migration' ? 'SELECT name FROM kysely_migration' : `SELECT * FROM "${table}"`,
      )
      .all()
      .map((row) => JSON.stringify(row))
      .toSorted()
  return { shown, rows: Object.fromEntries(tables.map((table) => [table, rowsOf(table)])) }
}

const faultsIn = (database: DatabaseSync): readonly unknown[] => [
  ...database
    .prepare('PRAGMA integrity_check')
    .all()
    .filter((row) => row['integrity_check'] !== 'ok'),
  ...database.prepare('PRAGMA foreign_key_check').all(),
]

/** A copy of a database that is closed. */
const copied = (path: string): string => {
  const copy = join(temporaryDirectory(), 'test.db')
  copyFileSync(path, copy)
  return copy
}

const withDatabase = async <T>(
  path: string,
  work: (database: DatabaseSync) => T | Promise<T>,
): Promise<T> => {
  const database = openSqlite({ path })
  // No power is cut off here: what a process leaves is there without.
  database.exec('PRAGMA synchronous = OFF')
  try {
    return await work(database)
  } finally {
    database.close()
  }
}

class PowerCut extends Error {}

/** Nothing is done any more after so many statements, as with a process that is gone. @returns how many were done */
const cutAfter = async (statements: number, work: () => Promise<void>): Promise<number> => {
  const { all, run } = StatementSync.prototype
  let done = 0
  const counted = <A extends unknown[], R>(real: (...given: A) => R) =>
    function (this: StatementSync, ...given: A): R {
      if (done >= statements) throw new PowerCut()
      done++
      return real.apply(this, given)
    }
  vi.spyOn(StatementSync.prototype, 'all').mockImplementation(counted(all))
  vi.spyOn(StatementSync.prototype, 'run').mockImplementation(counted(run))
  try {
    await work()
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error
  } finally {
    vi.restoreAllMocks()
  }
  return done
}

const earlierFile = async (number: number, seed: number, rowsMax?: number): Promise<string> => {
  const path = join(temporaryDirectory(), 'test.db')
  const database = await earlierDatabase(path, number)
  fillWithRows(database, seed, rowsMax)
  database.close()
  return path
}

/** Cut off after so many statements, data are as they were or updated; and the next start brings them where it would have. */
const survivesCut = async (earlier: string, wanted: object, statements: number): Promise<number> => {
  const path = copied(earlier)
  const before = await withDatabase(path, (database) => contentOf(database, true))
  const done = await withDatabase(path, (database) => cutAfter(statements, () => migrate(database)))
  const between = await withDatabase(path, (database) => contentOf(database, true))
  const isWhole = await withDatabase(path, async (database) => {
    await migrate(database)
    expect(contentOf(database)).toEqual(wanted)
    expect(faultsIn(database)).toEqual([])
    return contentOf(database, true)
  })
  expect([before, isWhole]).toContainEqual(between)
  return done
}

const updated = (earlier: string): Promise<object> =>
  withDatabase(copied(earlier), async (database) => {
    await migrate(database)
    return contentOf(database)
  })

describe('migrations', () => {
  it('are numbered without a gap, and called as their files', () => {
    const files = readdirSync(join(import.meta.dirname, '../src/store/migrations'))
      .filter((name) => /^\d/.test(name))
      .map((name) => name.replace(/\.ts$/, ''))
    expect(migrations.map(({ name }) => name)).toEqual(files.toSorted())
    expect(files.map((name) => Number(name.slice(0, 4))).toSorted((a, b) => a - b)).toEqual(
      files.map((_, at) => at + 1),
    )
  })

  it('are noted by name, and run once', async () => {
    const database = openSqlite({ path: ':memory:' })
    await migrate(database)
    const names = migrations.map(({ name }) => ({ name }))
    expect(database.prepare('SELECT name FROM kysely_migration ORDER BY name').all()).toEqual(names)
    const before = contentOf(database)
    await migrate(database)
    expect(contentOf(database)).toEqual(before)
    database.close()
  })

  it('are told of where data are brought up, and not where they are new', async () => {
    const steps: MigrationStep[] = []
    const fresh = openSqlite({ path: ':memory:' })
    await migrate(fresh, migrations, (step) => void steps.push(step))
    expect(steps).toEqual([])
    fresh.close()
    const path = await earlierFile(migrations.length - 1, 1)
    await withDatabase(path, (database) => migrate(database, migrations, (step) => void steps.push(step)))
    expect(steps).toEqual(migrations.slice(-2).map(({ name }, at) => ({ name, number: at + 1, count: 2 })))
  })

  it('that were counted by an earlier version are not run again', async () => {
    const path = await earlierFile(23, 7)
    const rows = await withDatabase(path, (database) => contentOf(database, true))
    await withDatabase(path, (database) => migrate(database, migrations.slice(0, 22)))
    // Nothing but the notes has changed, and the earlier version can go on with it.
    const taken = await withDatabase(path, (database) => {
      const { version } = database.prepare('SELECT max(version) AS version FROM schema_version').get() ?? {}
      return { content: contentOf(database, true), version }
    })
    expect(taken).toEqual({ content: rows, version: 22 })
  })

  it('are all there, or none of them', async () => {
    const path = await earlierFile(20, 3)
    const before = await withDatabase(path, (database) => contentOf(database, true))
    const broken = {
      name: '9999-broken',
      up: async (transaction: Kysely<unknown>) => {
        await transaction.schema.createTable('half').addColumn('id', 'integer').execute()
        throw new Error('the disk has failed')
      },
    }
    await withDatabase(path, async (database) => {
      await expect(migrate(database, [...migrations, broken])).rejects.toThrow('the disk has failed')
      expect(contentOf(database, true)).toEqual(before)
      await migrate(database)
    })
    expect(await withDatabase(path, contentOf)).toEqual(await updated(await earlierFile(20, 3)))
  })

  it('that are cut off after any statement are completed by the next start', async () => {
    const earlier = await earlierFile(2, 11)
    const wanted = await updated(earlier)
    let statements = 0
    while ((await survivesCut(earlier, wanted, statements)) === statements) statements++
    expect(statements).toBeGreaterThan(100)
  })

  it('that are cut off are completed, whatever earlier version has written whatever', async () => {
    const number = fc.integer({ min: 2, max: migrations.length })
    await fc.assert(
      fc.asyncProperty(number, fc.nat(), fc.nat({ max: 200 }), async (from, seed, statements) => {
        const earlier = await earlierFile(from, seed)
        await survivesCut(earlier, await updated(earlier), statements)
      }),
      { numRuns: 25 },
    )
  })

  it('of a new database that are cut off are completed by the next start', async () => {
    const wanted = await updated(await emptyFile())
    for (const statements of [0, 1, 4, 9, 40, 120]) await survivesCut(await emptyFile(), wanted, statements)
  })
})

/** Of a process that brings a database up: from when to when it did, unless it was killed before its end. */
const migrateElsewhere = async (path: string, killAfterMs: number): Promise<number> => {
  const child = fork(join(import.meta.dirname, 'child', 'migrate.ts'), [path])
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  child.once('exit', () => end())
  let begunMs = 0
  let tookMs = Number.POSITIVE_INFINITY
  child.on('message', (message) => {
    if (message === 'ended') tookMs = performance.now() - begunMs
    else begunMs = performance.now()
    if (message === 'begun' && Number.isFinite(killAfterMs))
      setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  })
  await ended
  return tookMs
}

describe('a process that is killed', () => {
  it('in the middle of migrations leaves what the next start completes', async () => {
    const earlier = await earlierFile(2, 5, 200)
    const wanted = await updated(earlier)
    const tookMs = await migrateElsewhere(copied(earlier), Number.POSITIVE_INFINITY)
    const moments = 8
    for (let moment = 0; moment < moments; moment++) {
      const path = copied(earlier)
      await migrateElsewhere(path, (tookMs * moment) / moments)
      await withDatabase(path, async (database) => {
        await migrate(database)
        expect(contentOf(database)).toEqual(wanted)
        expect(faultsIn(database)).toEqual([])
      })
    }
  })
})

const emptyFile = async (): Promise<string> => {
  const path = join(temporaryDirectory(), 'test.db')
  await withDatabase(path, () => {})
  expect(existsSync(path)).toBe(true)
  return path
}
