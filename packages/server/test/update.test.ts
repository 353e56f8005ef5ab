import { createHash } from 'node:crypto'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ServerConfig } from '@sotto/server'
import { describe, expect, it } from 'vitest'
import { migrations } from '../src/store/migrations/index.ts'
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
