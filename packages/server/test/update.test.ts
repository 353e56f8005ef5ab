import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ServerConfig } from '@sotto/server'
import { administer } from '@sotto/server/control'
import { describe, expect, it } from 'vitest'
import { copyBefore, planCopy } from '../src/data/copyBefore.ts'
import type { UpdateNews } from '../src/data/update.ts'
import { migrations } from '../src/store/migrations/index.ts'
import { refusal } from './client/calling.ts'
import { register } from './client/device.ts'
import { temporaryDirectory, testServer } from './client/testServer.ts'

const golden = join(import.meta.dirname, '../../../tests/golden')

/** A copy of the data that a server of release 1 has left, with accounts, rooms, mail and everything else. */
const earlierData = (): string => {
  const directory = join(temporaryDirectory(), 'data')
  cpSync(join(golden, 'v1', 'server'), directory, { recursive: true })
  return directory
}

const start = (dataDirectory: string, config: Partial<ServerConfig> = {}) =>
  testServer({ dataDirectory, ...config })

/** Every file that has anything in it, with a hash of its bytes; what SQLite derives from others does not count. */
const contentsOf = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && !/^(?:lock|\.sotto-probe|sotto\.db-shm)/.test(file.name))
    .map((file) => join(file.parentPath, file.name))
    .map((path) => [path.slice(directory.length + 1), readFileSync(path)] as const)
    .filter(([, bytes]) => bytes.length > 0)
    .map(([path, bytes]) => `${path} ${createHash('sha256').update(bytes).digest('hex')}`)
    .toSorted()

const changed = (directory: string, sql: string): string => {
  const database = new DatabaseSync(join(directory, 'sotto.db'))
  database.exec(sql)
  database.close()
  return directory
}

const newest = String(migrations.at(-1)?.name)
/** Those that the first release did not have. */
const since = migrations.slice(22)

const hasAlice = async (directory: string): Promise<boolean> => {
  const server = await start(directory)
  const { code } = await refusal(register(server.url, 'alice'))
  await server.close()
  return code === 'name_taken'
}

describe('data of an earlier version', () => {
  it('DATA-7: are copied, and the copy is a whole one', async () => {
    const directory = earlierData()
    const before = contentsOf(directory)
    const news: UpdateNews[] = []
    const lines: string[] = []
    const server = await start(directory, {
      tellUpdate: (one) => void news.push(one),
      logLevel: 'info',
      logDestination: { write: (line) => void lines.push(line) },
    })
    await server.close()
    const copy = join(directory, 'before-update')
    expect(contentsOf(copy)).toEqual(before)
    expect(statSync(join(copy, 'secrets', 'log-key')).mode & 0o077).toBe(0)
    const steps = since.map(({ name }, at) => ({ kind: 'step', name, number: at + 1, count: since.length }))
    expect(news).toEqual([
      {
        kind: 'begun',
        migrations: since.length,
        copy: { folder: 'before-update', bytes: expect.any(Number) as number },
      },
      ...steps,
      { kind: 'ended' },
    ])
    expect(lines.filter((line) => line.includes('"data_updated"'))).toHaveLength(1)
    expect(await hasAlice(copy)).toBe(true)
  })

  it('are copied with their log, where the server of before was killed', async () => {
    const directory = earlierData()
    const database = new DatabaseSync(join(directory, 'sotto.db'))
    database.exec(`UPDATE invites SET uses = 2`)
    // As a process leaves it that is gone: the copy is taken of open files.
    const killed = join(temporaryDirectory(), 'data')
    cpSync(directory, killed, { recursive: true })
    database.close()
    const marker = JSON.parse(readFileSync(join(killed, 'marker'), 'utf8')) as object
    writeFileSync(join(killed, 'marker'), JSON.stringify({ ...marker, log: 'any' }))
    expect(readdirSync(killed)).toContain('sotto.db-wal')
    await (await start(killed)).close()
    const copied = new DatabaseSync(join(killed, 'before-update', 'sotto.db'))
    expect(copied.prepare('SELECT uses FROM invites').get()).toEqual({ uses: 2 })
    expect(copied.prepare('SELECT max(version) AS version FROM schema_version').get()).toEqual({
      version: 22,
    })
    copied.close()
  })

  it('leave the copy of the last update alone, until they are updated again', async () => {
    const directory = earlierData()
    const news: UpdateNews[] = []
    const tellUpdate = (one: UpdateNews) => void news.push(one)
    await (await start(directory)).close()
    const before = contentsOf(join(directory, 'before-update'))
    await (await start(directory, { tellUpdate })).close()
    expect(news).toEqual([])
    expect(contentsOf(join(directory, 'before-update'))).toEqual(before)
  })

  it('that are new are neither copied nor told of', async () => {
    const directory = join(temporaryDirectory(), 'data')
    const news: UpdateNews[] = []
    await (await start(directory, { tellUpdate: (one) => void news.push(one) })).close()
    expect(news).toEqual([])
    expect(readdirSync(directory)).not.toContain('before-update')
  })

  it('are not copied where the disk has no room for them and for the update itself', () => {
    const directory = earlierData()
    expect(planCopy(directory, 1_000_000)).toMatchObject({ kind: 'no_room', freeBytes: 1_000_000 })
    expect(planCopy(directory, 1_000_000_000)).toMatchObject({ kind: 'copied' })
  })

  it('are copied anew where the copy was cut off', async () => {
    const directory = earlierData()
    const before = contentsOf(directory)
    for (const folder of ['before-update', 'before-update.new']) {
      mkdirSync(join(directory, folder))
      writeFileSync(join(directory, folder, 'sotto.db'), 'half of one')
    }
    await copyBefore(directory)
    expect(readdirSync(directory)).not.toContain('before-update.new')
    expect(contentsOf(join(directory, 'before-update'))).toEqual(before)
  })
})

/** A server on these data that is killed so long after their update has begun. @returns what it had told */
const killedAfter = async (directory: string, afterMs: number): Promise<readonly string[]> => {
  const child = fork(join(import.meta.dirname, 'child', 'update.ts'), [directory])
  const told: string[] = []
  child.on('message', (kind: string) => {
    told.push(kind)
    if (kind === 'begun') setTimeout(() => child.kill('SIGKILL'), afterMs)
  })
  await once(child, 'exit')
  return told
}

describe('a server that is killed while it updates its data', () => {
  it.each([0, 3, 6, 12, 25, 50, 100])(
    'DATA-7: after %i ms leaves them as they were or updated, and the next start completes it',
    async (afterMs) => {
      const directory = earlierData()
      const before = contentsOf(directory)
      expect(await killedAfter(directory, afterMs)).toContain('begun')
      expect(await hasAlice(directory)).toBe(true)
      // The copy is a whole one whenever it was made: of the data of before, by the first start or the second.
      const copy = contentsOf(join(directory, 'before-update'))
      expect(copy).toEqual(expect.arrayContaining(before.filter((line) => line.startsWith('secrets'))))
      expect(await hasAlice(join(directory, 'before-update'))).toBe(true)
      expect(readdirSync(directory)).not.toContain('before-update.new')
    },
  )
})

describe('a command of the host where no server runs', () => {
  it('updates the data as a start does, and says so', async () => {
    const directory = earlierData()
    const news: string[] = []
    const names: string[] = []
    const options = {
      dataDirectory: directory,
      publicUrl: null,
      tellUpdate: ({ kind }: UpdateNews) => void news.push(kind),
    }
    for (let round = 0; round < 2; round++)
      for await (const { name } of administer(options, { do: 'accounts' })) names.push(name)
    expect(news).toEqual(['begun', ...since.map(() => 'step'), 'ended'])
    expect(names.filter((name) => name === 'alice')).toHaveLength(2)
    expect(readdirSync(directory)).toContain('before-update')
  })
})

describe('data of a newer version', () => {
  it.each([
    [
      'as this version keeps its notes',
      async () => {
        const directory = earlierData()
        await (await start(directory)).close()
        return changed(
          directory,
          `INSERT INTO kysely_migration VALUES ('9999-later', '2999-01-01T00:00:00.000Z')`,
        )
      },
      'schema 9999-later',
    ],
    [
      'that counts on from the first versions',
      async () => changed(earlierData(), `INSERT INTO schema_version VALUES (9999, 'later')`),
      'schema 9999',
    ],
    [
      'that has another migration under a number',
      async () => {
        const directory = earlierData()
        await (await start(directory)).close()
        return changed(
          directory,
          `UPDATE kysely_migration SET name = '0023-another' WHERE name LIKE '0023-%'`,
        )
      },
      'schema 0023-another',
    ],
  ])('%s: DATA-7: are refused in words, and not changed', async (_what, newer, schema) => {
    const directory = await newer()
    const before = contentsOf(directory)
    await expect(start(directory)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(
        `newer version of Sotto \\(${schema}\\).*up to ${newest}.*Start the newer version, or put back the copy`,
      ) as unknown,
    })
    expect(contentsOf(directory)).toEqual(before)
  })
})
