import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { operations, SottoError } from '@sotto/protocol'
import type { ServerConfig } from '@sotto/server'
import { Kysely } from 'kysely'
import { judgeParts } from '../src/data/belonging.ts'
import { writeMark } from '../src/data/marker.ts'
import { secretsPrint } from '../src/data/parts.ts'
import { secretBytes } from '../src/secrets.ts'

import { sqliteDialect } from '../src/store/sqliteDialect.ts'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { refusal } from './client/calling.ts'
import { register } from './client/device.ts'
import { createRoom, say } from './client/room.ts'
import { temporaryDirectory, testServer } from './client/testServer.ts'
import { earlierDatabase } from './earlierData.ts'

const secretsOf = (directory: string): readonly string[] => readdirSync(join(directory, 'secrets'))

/** A copy as an operator makes it: of all, or of some. */
const copyOf = (directory: string, names: readonly string[] = readdirSync(directory)): string => {
  const copy = temporaryDirectory()
  for (const name of names)
    if (existsSync(join(directory, name)) && !name.endsWith('.sock'))
      cpSync(join(directory, name), join(copy, name), { recursive: true })
  return copy
}

const all = ['sotto.db', 'sotto.db-wal', 'secrets', 'marker'] as const
const allBut = (...names: readonly string[]): string[] => all.filter((name) => !names.includes(name))

const never = 1_000_000_000
/** The log is never brought into the file while the server runs. */
const busy = { limits: { dataLookMs: 10, dataIdleMs: never, dataMarkMs: 20 } }
/** The log is brought into the file as soon as nothing is written. */
const idle = { limits: { dataLookMs: 10, dataIdleMs: 30, dataMarkMs: 20 } }

const markOf = (directory: string): { generation: number; fileGeneration: number } =>
  JSON.parse(readFileSync(join(directory, 'marker'), 'utf8')) as ReturnType<typeof markOf>

const eventually = (holds: () => boolean | Promise<boolean>): Promise<void> =>
  vi.waitFor(
    async () => {
      if (!(await holds())) throw new Error('not yet')
    },
    { timeout: 20_000, interval: 20 },
  )

/** The directory of a server: as it was first closed, as it is while it runs, and as it is closed at last. */
interface Origin {
  readonly older: string
  readonly running: string
  readonly closed: string
}

const live = async (): Promise<Origin> => {
  const server = await testServer(busy)
  const alice = await register(server.url, 'alice')
  const room = await createRoom(alice)
  await say(room, 'one')
  await server.close()
  const older = copyOf(server.dataDirectory)
  await server.restart(busy)
  alice.url = server.url
  const before = markOf(server.dataDirectory).generation
  await say(room, 'two')
  await register(server.url, 'bob')
  await eventually(() => markOf(server.dataDirectory).generation > before)
  const running = copyOf(server.dataDirectory)
  await server.close()
  return { older, running, closed: copyOf(server.dataDirectory) }
}

let ours: Origin
let theirs: Origin
beforeAll(async () => {
  ours = await live()
  theirs = await live()
}, 60_000)

const start = (directory: string, changes: Partial<ServerConfig> = {}) =>
  testServer({ dataDirectory: directory, ...changes })

/** Whether a server on it knows both people. */
const namesKnown = async (directory: string, changes: Partial<ServerConfig> = {}): Promise<string[]> => {
  const server = await start(directory, changes)
  const names: string[] = []
  for (const name of ['alice', 'bob']) {
    const { code } = await refusal(register(server.url, name).then(() => {}))
    if (code === 'name_taken') names.push(name)
  }
  await server.close()
  return names
}

/** Why a server does not start on it. */
const refusedStart = async (
  directory: string,
  changes: Partial<ServerConfig> = {},
): Promise<{ code: string; message: string }> => {
  try {
    await (await start(directory, changes)).close()
  } catch (error) {
    if (error instanceof SottoError) return error
    throw error
  }
  return { code: 'accepted', message: '' }
}

/** Every file with a hash of its bytes; what SQLite derives from them, and empty files, do not count. */
const contents = (directory: string): string =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && !/^(?:lock|\.sotto-probe|sotto\.db-shm)/.test(file.name))
    .map((file) => join(file.parentPath, file.name))
    .filter((path) => statSync(path).size > 0 || path.endsWith('sotto.db'))
    .toSorted()
    .map((path) => `${path} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`)
    .join('\n')

const replaced = (directory: string, name: string, from: string): string => {
  rmSync(join(directory, name), { recursive: true, force: true })
  cpSync(join(from, name), join(directory, name), { recursive: true })
  return directory
}

const changed = (directory: string, change: (directory: string) => void): string => {
  change(directory)
  return directory
}

const half = (path: string): void => truncateSync(path, Math.floor(statSync(path).size / 8192) * 4096)

describe('DATA-1, DATA-2: a copy of the data of a server', () => {
  it.each<readonly [string, () => string]>([
    ['whole, made while it ran', () => copyOf(ours.running)],
    ['whole, made after it had stopped', () => copyOf(ours.closed)],
    [
      'of the database and the secrets alone, made after it had stopped',
      () => copyOf(ours.closed, ['sotto.db', 'secrets']),
    ],
    [
      'whole, with a log that is empty',
      () => changed(copyOf(ours.closed), (copy) => writeFileSync(join(copy, 'sotto.db-wal'), '')),
    ],
    [
      'whole, with the -shm of somewhere',
      () =>
        changed(copyOf(ours.running), (copy) =>
          writeFileSync(join(copy, 'sotto.db-shm'), Buffer.alloc(32_768)),
        ),
    ],
  ])('%s: is restored', async (_what, copy) => {
    expect(await namesKnown(copy())).toEqual(['alice', 'bob'])
  })

  it('whole and older: is restored as it was then; devices hand back what came after', async () => {
    expect(await namesKnown(copyOf(ours.older))).toEqual(['alice'])
  })

  it.each<readonly [string, () => string, RegExp]>([
    ['without the log', () => copyOf(ours.running, allBut('sotto.db-wal')), /sotto\.db-wal was not copied/],
    [
      'of the database and the secrets alone, made while it ran',
      () => copyOf(ours.running, ['sotto.db', 'secrets']),
      /marker is missing/,
    ],
    [
      'of the database, its log and the secrets, made while it ran',
      () => copyOf(ours.running, allBut('marker')),
      /marker is missing/,
    ],
    [
      'with an older database',
      () => replaced(copyOf(ours.closed), 'sotto.db', ours.older),
      /its marker has seen it/,
    ],
    [
      'with a newer marker',
      () => replaced(copyOf(ours.older), 'marker', ours.closed),
      /its marker has seen it/,
    ],
    ['without the database', () => copyOf(ours.closed, ['secrets', 'marker']), /sotto\.db is missing/],
    ['of the secrets alone', () => copyOf(ours.closed, ['secrets']), /sotto\.db is missing/],
    [
      'that lies one folder too deep',
      () =>
        changed(copyOf(ours.closed, []), (outer) =>
          cpSync(ours.closed, join(outer, 'copy'), { recursive: true }),
        ),
      /no database in it, but one in its folder copy/,
    ],
    [
      'that lies some folders too deep, as an archive unpacks it',
      () =>
        changed(copyOf(ours.closed, []), (outer) => {
          mkdirSync(join(outer, 'empty'))
          cpSync(ours.closed, join(outer, 'srv', 'lib', 'sotto'), { recursive: true })
        }),
      /no database in it, but one in its folder srv\/lib\/sotto/,
    ],
    ['of the marker alone', () => copyOf(ours.closed, ['marker']), /sotto\.db is missing/],
    [
      'with an empty database',
      () => changed(copyOf(ours.closed), (copy) => truncateSync(join(copy, 'sotto.db'), 0)),
      /sotto\.db is empty/,
    ],
    [
      'with the marker of another server',
      () => replaced(copyOf(ours.running), 'marker', theirs.closed),
      /marker is of another|sotto\.db-wal is of another/,
    ],
    [
      'with a marker that says nothing',
      () => changed(copyOf(ours.running), (copy) => writeFileSync(join(copy, 'marker'), '{"version":')),
      /marker is damaged/,
    ],
  ])('%s: is refused in words, with what to do', async (_what, copy, why) => {
    const directory = copy()
    const before = contents(directory)
    const failure = await refusedStart(directory)
    expect(failure.code).toBe('unavailable')
    expect(failure.message).toMatch(why)
    expect(failure.message).toMatch(/Put back the whole copy|Name that folder/)
    // Nothing is changed, so that the rest can be added.
    expect(contents(directory)).toBe(before)
  })

  it.each<readonly [string, () => string, RegExp]>([
    [
      'without the secrets',
      () => copyOf(ours.closed, allBut('secrets')),
      /secrets\/ lacks opaque-setup, log-key/,
    ],
    [
      'with one secret missing',
      () => changed(copyOf(ours.closed), (copy) => rmSync(join(copy, 'secrets', 'log-key'))),
      /secrets\/ lacks log-key/,
    ],
    [
      'with the secrets of another server',
      () => replaced(copyOf(ours.closed), 'secrets', theirs.closed),
      /secrets\/ is of another server/,
    ],
    [
      'with the database of another server',
      () => replaced(copyOf(ours.closed), 'sotto.db', theirs.closed),
      /sotto\.db is the database of another server/,
    ],
    [
      'with the log of another server',
      () => replaced(copyOf(ours.running), 'sotto.db-wal', theirs.running),
      /sotto\.db-wal is of another database/,
    ],
    [
      'closed, with the log of another server',
      () => replaced(copyOf(ours.closed), 'sotto.db-wal', theirs.running),
      /sotto\.db-wal is of another database/,
    ],
    [
      'closed and without marker, with its log of before',
      () => replaced(copyOf(ours.closed, ['sotto.db', 'secrets']), 'sotto.db-wal', ours.running),
      /sotto\.db-wal is of another database/,
    ],
    ['cut off', () => changed(copyOf(ours.closed), (copy) => half(join(copy, 'sotto.db'))), /cut off/],
    [
      'cut off within its header',
      () => changed(copyOf(ours.closed), (copy) => truncateSync(join(copy, 'sotto.db'), 60)),
      /no database/,
    ],
    [
      'with another file in the place of the database',
      () => changed(copyOf(ours.closed), (copy) => writeFileSync(join(copy, 'sotto.db'), 'x'.repeat(9000))),
      /no database/,
    ],
    [
      'with pages of noise',
      () =>
        changed(copyOf(ours.closed), (copy) => {
          const path = join(copy, 'sotto.db')
          const bytes = readFileSync(path)
          bytes.fill(0xa5, 8 * 4096, 20 * 4096)
          writeFileSync(path, bytes)
        }),
      /damaged/,
    ],
    [
      'of the log alone',
      () => copyOf(ours.running, ['sotto.db-wal']),
      /sotto\.db-wal says that there was one/,
    ],
    [
      'of the log and the secrets',
      () => copyOf(ours.running, ['sotto.db-wal', 'secrets']),
      /sotto\.db-wal says that there was one/,
    ],
    [
      'of the -shm alone',
      () =>
        changed(temporaryDirectory(), (copy) =>
          writeFileSync(join(copy, 'sotto.db-shm'), Buffer.alloc(32_768)),
        ),
      /sotto\.db-shm says that there was one/,
    ],
  ])('%s: is refused in words, and no saying that it is right helps', async (_what, copy, why) => {
    const directory = copy()
    const before = contents(directory)
    for (const dataIsRight of [false, true]) {
      const failure = await refusedStart(directory, { dataIsRight })
      expect(failure.code).toBe('unavailable')
      expect(failure.message).toMatch(why)
    }
    expect(contents(directory)).toBe(before)
  })

  it('with less than its marker has seen: goes on where the operator says so, and needs no saying again', async () => {
    const directory = copyOf(ours.running, allBut('sotto.db-wal'))
    expect(await namesKnown(directory, { dataIsRight: true })).toEqual(['alice'])
    expect(await namesKnown(directory)).toEqual(['alice', 'bob'])
  })

  it('without its database: begins anew with the same secrets where the operator says so', async () => {
    const directory = copyOf(ours.closed, ['secrets', 'marker'])
    expect(await namesKnown(directory, { dataIsRight: true })).toEqual([])
    for (const name of secretsOf(directory))
      expect(readFileSync(join(directory, 'secrets', name))).toEqual(
        readFileSync(join(ours.closed, 'secrets', name)),
      )
  })
})

describe('a copy that was made while the server wrote', () => {
  it('of an older file and the log that was begun over a newer one: is refused, for together they are neither', async () => {
    const server = await testServer(idle)
    const settled = (above: number) =>
      eventually(() => (markOf(server.dataDirectory).fileGeneration ?? 0) > above)
    await register(server.url, 'alice')
    await settled(0)
    const file = copyOf(server.dataDirectory, ['sotto.db'])
    const then = markOf(server.dataDirectory).fileGeneration
    await register(server.url, 'bob')
    await settled(then)
    const { generation } = markOf(server.dataDirectory)
    await register(server.url, 'carol')
    await eventually(() => markOf(server.dataDirectory).generation > generation)
    const torn = replaced(copyOf(server.dataDirectory), 'sotto.db', file)
    expect((await refusedStart(torn)).message).toMatch(/sotto\.db-wal is of another/)
  })

  const salts = (first: number, second = 7): Uint8Array => {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setUint32(0, first)
    new DataView(bytes.buffer).setUint32(4, second)
    return bytes
  }
  it.each([
    ['the same', salts(100), true],
    ['begun anew once', salts(101, 9), true],
    ['begun anew many times under load', salts(150, 9), true],
    ['an earlier one', salts(99, 9), false],
    ['with the same beginning by chance', salts(100, 9), false],
    ['any other', salts(3_000_000, 9), false],
  ])('with a log that is %s', (_what, wal, isOwn) => {
    const parts = {
      database: { kind: 'database' },
      wal,
      inside: [],
      besides: [],
      secretsThere: ['log-key'],
      secretsMissing: [],
    } as const
    const mark = {
      store: new Uint8Array(16),
      secrets: new Uint8Array(32),
      generation: 3,
      timeMs: 0,
      fileGeneration: 2,
      log: { kind: 'one', salts: salts(100) },
    } as const
    const judging = () => judgeParts({ directory: 'there', isAccepted: false }, parts, { kind: 'mark', mark })
    if (isOwn) expect(judging()).toBe('open')
    else expect(judging).toThrow(/is of another database/)
  })
})

describe('the data of a server that runs', () => {
  it('DATA-3: are in the file itself when nothing is written: without the log nothing is missing', async () => {
    const server = await testServer(idle)
    await register(server.url, 'alice')
    await register(server.url, 'bob')
    // Until it has been looked after what was stored last, a copy may be of the moment before.
    await eventually(async () => {
      const copy = copyOf(server.dataDirectory, allBut('sotto.db-wal'))
      if ((await refusedStart(copy)).code !== 'accepted') return false
      return (await namesKnown(copy)).length === 2
    })
  })

  it('DATA-3: leave no log behind when it stops', async () => {
    const server = await testServer(busy)
    await register(server.url, 'alice')
    await server.close()
    expect(readdirSync(server.dataDirectory).filter((name) => /-(?:wal|shm)$/.test(name))).toEqual([])
  })

  it('DATA-5: are files that only its user can read, those of before included', async () => {
    const server = await testServer(busy)
    await register(server.url, 'alice')
    const modes = (): string[] =>
      readdirSync(server.dataDirectory, { recursive: true, withFileTypes: true })
        .filter((file) => file.isFile())
        .map((file) => join(file.parentPath, file.name))
        .filter((path) => (statSync(path).mode & 0o777) !== 0o600)
    expect(modes()).toEqual([])
    await server.close()
    for (const name of ['sotto.db', 'marker', 'lock', 'secrets/log-key'])
      chmodSync(join(server.dataDirectory, name), 0o644)
    await server.restart(busy)
    expect(modes()).toEqual([])
  })

  it('DATA-4: cannot be locked by another program, nor had by another server when the lock file is deleted', async () => {
    const server = await testServer(busy)
    const alice = await register(server.url, 'alice')
    const other = new DatabaseSync(join(server.dataDirectory, 'sotto.db'), { timeout: 0 })
    expect(() => other.exec('BEGIN IMMEDIATE')).toThrow('locked')
    other.close()
    rmSync(join(server.dataDirectory, 'lock'))
    const rival = await refusedStart(server.dataDirectory)
    expect(rival.code).toBe('unavailable')
    expect(rival.message).toMatch(/another program has the database sotto\.db locked/)
    expect((await alice.call(operations.readSession, {})).name).toBe('alice')
  })

  it('DATA-4: that another program has locked are said to be so at the start, at once', async () => {
    const directory = copyOf(ours.closed)
    const other = new DatabaseSync(join(directory, 'sotto.db'))
    other.exec('BEGIN IMMEDIATE')
    const failure = await refusedStart(directory)
    expect(failure.message).toMatch(/another program has the database sotto\.db locked/)
    other.close()
    expect(await namesKnown(directory)).toEqual(['alice', 'bob'])
  })

  it('are missed when they are taken away: nothing more is promised', async () => {
    const lines: string[] = []
    const server = await testServer({
      ...busy,
      logLevel: 'warn',
      logDestination: { write: (line: string) => void lines.push(line) },
    })
    await register(server.url, 'alice')
    const moved = join(server.dataDirectory, 'moved')
    mkdirSync(moved)
    copyFileSync(join(server.dataDirectory, 'sotto.db'), join(moved, 'sotto.db'))
    rmSync(join(server.dataDirectory, 'sotto.db'))
    await eventually(() => lines.some((line) => line.includes('"data_moved"')))
    expect((await refusal(register(server.url, 'bob').then(() => {}))).code).toBe('unavailable')
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503)
    await server.close()
  })
})

/** A database as the last version left it that knew of no marker. */
const unmarkedDatabase = async (path: string): Promise<void> => {
  const db = new Kysely<{ accounts: object }>({ dialect: sqliteDialect(await earlierDatabase(path, 8)) })
  const account = new Uint8Array(32).fill(1)
  await db
    .insertInto('accounts')
    .values({ account, name: 'alice', opaque_record: account, seq: 0, state: account, created_ms: 1 })
    .execute()
  await db.destroy()
}

describe('a server of before', () => {
  it('has no marker, and its database does not say who it is: both are made once', async () => {
    const directory = copyOf(ours.closed, ['secrets'])
    await unmarkedDatabase(join(directory, 'sotto.db'))
    expect(await namesKnown(directory)).toEqual(['alice'])
    expect(markOf(directory).generation).toBeGreaterThan(0)
    rmSync(join(directory, 'sotto.db'))
    expect((await refusedStart(directory)).message).toMatch(/sotto\.db is missing/)
  })

  it('is marked at its next start where the one that was to mark it was cut off', async () => {
    const directory = copyOf(ours.closed, ['secrets'])
    await unmarkedDatabase(join(directory, 'sotto.db'))
    const print = secretsPrint(secretBytes(join(directory, 'secrets')))
    const store = new Uint8Array(16).fill(7)
    await writeMark(directory, {
      store,
      secrets: print,
      generation: 0,
      timeMs: 1,
      fileGeneration: 0,
      log: { kind: 'any' },
    })
    expect(await namesKnown(directory)).toEqual(['alice'])
    expect(readFileSync(join(directory, 'marker'), 'utf8')).toContain('07'.repeat(16))
  })

  it('is begun again where its first start was cut off', async () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'marker'), '{"version":1,"state":"founding"}')
    mkdirSync(join(directory, 'secrets'))
    writeFileSync(join(directory, 'secrets', 'log-key'), Buffer.alloc(32, 7))
    writeFileSync(join(directory, 'sotto.db'), '')
    expect(await namesKnown(directory)).toEqual([])
    expect(readFileSync(join(directory, 'secrets', 'log-key'))).toEqual(Buffer.alloc(32, 7))
  })
})
