/** One at a time prepares a folder. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'sotto-turn-'))
const turn = join(folder, 'build/turn')
afterAll(() => rmSync(folder, { recursive: true, force: true }))
cpSync(join(import.meta.dirname, '../../tools'), join(folder, 'tools'), {
  recursive: true,
  filter: (path) => !path.includes('node_modules'),
})
cpSync(join(import.meta.dirname, '../../packages/cli/bin'), join(folder, 'packages/cli/bin'), {
  recursive: true,
})
mkdirSync(join(folder, 'build'))

/** Finds a dead holder, as another one does, who is faster: in the moment before the file is moved. */
const slower = `
  import fs from 'node:fs'
  import { syncBuiltinESMExports } from 'node:module'
  const rename = fs.renameSync
  fs.renameSync = (from, to) => {
    fs.renameSync = rename
    syncBuiltinESMExports()
    fs.writeFileSync('build/turn', process.argv[2])
    rename(from, to)
  }
  syncBuiltinESMExports()
  const { alone } = await import('./tools/turn.mjs')
  await alone(async () => process.stdout.write('inside'))
`

describe('a turn', () => {
  it('is not taken from the faster one of two who find that its holder has died', async () => {
    // Nobody has this number: it is beyond what Linux and macOS give.
    writeFileSync(turn, '99999999')
    writeFileSync(join(folder, 'slower.mjs'), slower)
    const child = spawn(process.execPath, ['slower.mjs', String(process.pid)], { cwd: folder })
    let [said, done] = ['', '']
    child.stdout.on('data', (text) => (done += String(text)))
    child.stderr.on('data', (text) => (said += String(text)))
    const ended = once(child, 'close')
    await Promise.race([once(child.stderr, 'data'), ended])
    expect(said).toContain(`Process ${process.pid} is preparing this folder`)
    expect(done).toBe('')
    expect(readFileSync(turn, 'utf8')).toBe(String(process.pid))
    rmSync(turn)
    await ended
    expect(done).toBe('inside')
  })
})
