import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const bin = fileURLToPath(new URL('../bin/sotto.mjs', import.meta.url))
const can = process.platform === 'linux' && typeof process.execve === 'function'

/** What a server's process has in its environment, once it says where it is. */
const environmentOf = async (given: Readonly<Record<string, string>>): Promise<readonly string[]> => {
  const data = mkdtempSync(join(tmpdir(), 'sotto-allocator-'))
  const { MALLOC_ARENA_MAX: _arenas, MALLOC_MMAP_THRESHOLD_: _threshold, ...rest } = process.env
  const child = spawn(process.execPath, [bin, 'serve', '--port', '0', '--data', data], {
    env: { ...rest, ...given },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    await once(child.stdout, 'data')
    return readFileSync(`/proc/${child.pid}/environ`, 'utf8').split('\0')
  } finally {
    child.kill('SIGTERM')
    await once(child, 'exit')
    rmSync(data, { recursive: true, force: true })
  }
}

it.runIf(can)(
  'a server runs, as the process that was started, with an allocator that gives memory back',
  async () => {
    expect(await environmentOf({})).toEqual(
      expect.arrayContaining(['MALLOC_MMAP_THRESHOLD_=262144', 'MALLOC_ARENA_MAX=2']),
    )
  },
)

it.runIf(can)('a server leaves an allocator alone that somebody has set', async () => {
  const environment = await environmentOf({ MALLOC_ARENA_MAX: '5' })
  expect(environment).toContain('MALLOC_ARENA_MAX=5')
  expect(environment.some((one) => one.startsWith('MALLOC_MMAP_THRESHOLD_'))).toBe(false)
})
