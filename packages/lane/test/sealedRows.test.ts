import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { SottoError } from '@sotto/protocol'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { laneSealer, openLaneSealer } from '../../client/adapters/node/keys/laneSealer.ts'
import { openLaneStore } from '../adapters/node/laneStore.ts'

const root = mkdtempSync(join(tmpdir(), 'sotto-lane-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let made = 0
let directory = ''
beforeEach(() => {
  directory = join(root, `${made++}`, 'profile')
  mkdirSync(directory, { recursive: true })
})

/** What lies in the files of a directory, as it is. */
const rawOf = (where: string): string =>
  readdirSync(where, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')

const child = (program: string, ...args: readonly string[]) => {
  const path = fileURLToPath(new URL(program, import.meta.url))
  return spawnSync(process.execPath, [path, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  })
}

const canary = 'canary-of-the-lane'

/** A store of a program as the versions before this one wrote it. */
const formerLaneStore = (file: string, rows: Readonly<Record<string, string>>): void => {
  mkdirSync(join(file, '..'), { recursive: true })
  const database = new DatabaseSync(file)
  database.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE lane (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `)
  const put = database.prepare('INSERT INTO lane (key, value) VALUES (?, ?)')
  for (const [key, value] of Object.entries(rows)) put.run(key, value)
  // What was deleted stays in a file until it is written over.
  put.run('letter/gone', `${canary} deleted`)
  database.exec("DELETE FROM lane WHERE key = 'letter/gone'")
  database.close()
}

const laneRows = {
  account: JSON.stringify({ credentials: { password: canary } }),
  [`pin/${canary}`]: 'a key',
  'letter/1': `${canary} says`,
  'letter/2': 'é🙂\u0000',
  [`held/${canary}/letter/0`]: 'held',
}

describe('CL-19 what a program on the open lane remembers', () => {
  it('holds no word, name or key of it as it is', async () => {
    const sealer = await openLaneSealer(directory, {
      place: 'passphrase',
      passphrase: 'one of the passphrases',
    })
    const store = openLaneStore(join(directory, 'lane', 'p.lane'), sealer)
    store.write(laneRows)
    expect(rawOf(directory)).not.toContain(canary)
    expect(store.rows('letter/', 9)).toEqual([
      ['letter/1', laneRows['letter/1']],
      ['letter/2', laneRows['letter/2']],
    ])
    expect(store.rows(`held/${canary}/`, 9)).toEqual([[`held/${canary}/letter/0`, 'held']])
    store.close()
    const other = laneSealer(new Uint8Array(32))
    const stranger = openLaneStore(join(directory, 'lane', 'p.lane'), other)
    expect(() => stranger.get('account')).toThrow(SottoError)
    stranger.close()
  })

  it('of earlier versions is sealed at the next start, and nothing of it stays in the file', async () => {
    const file = join(directory, 'lane', 'p.lane')
    formerLaneStore(file, laneRows)
    expect(rawOf(directory)).toContain(canary)
    const sealer = await openLaneSealer(directory, { place: 'file' })
    // Somebody who reads keeps what was deleted from going at once.
    const reader = new DatabaseSync(file)
    reader.exec('BEGIN; SELECT * FROM lane')
    const store = openLaneStore(file, sealer)
    expect(store.get('account')).toBe(laneRows.account)
    expect(store.rows('', 99)).toHaveLength(Object.keys(laneRows).length)
    store.close()
    reader.close()
    openLaneStore(file, sealer).close()
    expect(rawOf(join(directory, 'lane'))).not.toContain(canary)
  })

  it('of a newer version is left as it is', () => {
    const file = join(directory, 'p.lane')
    const newer = new DatabaseSync(file)
    newer.exec('CREATE TABLE later (what TEXT); PRAGMA user_version = 2')
    newer.close()
    const before = readFileSync(file)
    const opening = (): unknown => openLaneStore(file, laneSealer(new Uint8Array(32).fill(7)))
    expect(opening).toThrow(expect.objectContaining({ code: 'storage_newer' }))
    expect(readFileSync(file)).toEqual(before)
  })

  it('of earlier versions is whole after kill -9 while it is sealed', { timeout: 240_000 }, () => {
    const file = join(directory, 'lane', 'p.lane')
    formerLaneStore(file, laneRows)
    const { signal } = child('killedSealing.ts', file, '07'.repeat(32), '3')
    expect(signal).toBe('SIGKILL')
    const database = new DatabaseSync(file)
    expect(database.prepare('SELECT count(*) AS n FROM lane').get()?.['n']).toBe(Object.keys(laneRows).length)
    database.close()
    const store = openLaneStore(file, laneSealer(new Uint8Array(32).fill(7)))
    for (const [name, value] of Object.entries(laneRows)) expect(store.get(name)).toBe(value)
    store.close()
  })
})
