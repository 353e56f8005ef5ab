/** A first start that is killed at any moment is followed by a start that works. */
import { chmodSync, existsSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { countFiles, type Folder, makeFolder } from './folder.ts'

const isSupported = process.platform === 'linux' || process.platform === 'darwin'

let folder: Folder
beforeAll(() => {
  if (isSupported) folder = makeFolder()
})
afterEach(() => folder?.clean())
afterAll(() => folder?.remove())

const bytesOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

/** What can be seen of an install from outside, in the order in which it comes about. */
const moments: readonly { readonly when: string; isThere(folder: Folder): boolean }[] = [
  { when: 'somebody has the turn', isThere: ({ path }) => existsSync(join(path, 'build/turn')) },
  {
    when: 'the folder of the runtime is there',
    isThere: ({ path }) => existsSync(join(path, 'tools/runtime/node_modules')),
  },
  { when: 'the runtime has a file', isThere: ({ runtime }) => existsSync(runtime) },
  { when: 'the runtime has its first bytes', isThere: ({ runtime }) => bytesOf(runtime) > 0 },
  { when: 'the runtime has half of its bytes', isThere: ({ runtime }) => bytesOf(runtime) > 3_000_000 },
  {
    when: 'the runtime is stamped',
    isThere: ({ path }) => existsSync(join(path, 'tools/runtime/node_modules/.sotto-lock')),
  },
  { when: 'the folder of packages is there', isThere: ({ path }) => existsSync(join(path, 'node_modules')) },
  { when: 'a package has its first file', isThere: ({ packaged }) => countFiles(packaged) > 0 },
  { when: 'a package has half of its files', isThere: ({ packaged }) => countFiles(packaged) > 200 },
  {
    when: 'npm has noted what it has installed',
    isThere: ({ path }) => existsSync(join(path, 'node_modules/.package-lock.json')),
  },
]

const startsWell = async (): Promise<void> => {
  const { code, output } = await folder.start().ended
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('It works.') })
  expect(folder.fault()).toBeUndefined()
}

describe.runIf(isSupported)('installing', () => {
  for (const { when, isThere } of moments)
    it(`goes on after kill -9 when ${when}`, async () => {
      const { child, ended } = folder.start()
      let hasEnded = false
      void ended.then(() => (hasEnded = true))
      while (!isThere(folder) && !hasEnded) await setImmediate()
      child.kill('SIGKILL')
      const { signal, output } = await ended
      expect(signal, output).toBe('SIGKILL')
      await startsWell()
    })

  it('is done once: the second start only starts', async () => {
    await startsWell()
    const { output } = await folder.start().ended
    expect(output).not.toContain('Installing')
  })

  it('is done by one of two that start at the same time, and both work', async () => {
    const outcomes = await Promise.all([folder.start().ended, folder.start().ended])
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0])
    expect(folder.fault()).toBeUndefined()
  })

  it('is done again where the runtime was cut short', async () => {
    await startsWell()
    truncateSync(folder.runtime, 1000)
    await startsWell()
  })

  it('is done again where another runtime is wanted than the one that is there', async () => {
    await startsWell()
    const stamp = join(folder.path, 'tools/runtime/node_modules/.sotto-lock')
    writeFileSync(stamp, `${'0'.repeat(64)} ${bytesOf(folder.runtime)}`)
    expect((await folder.start().ended).output).toContain('Installing Node.js')
  })

  it('does not wait for a turn whose holder has died', async () => {
    await startsWell()
    rmSync(join(folder.path, 'node_modules'), { recursive: true })
    // Nobody has this number: it is beyond what Linux and macOS give.
    writeFileSync(join(folder.path, 'build/turn'), '99999999')
    await startsWell()
  })

  it('needs no home: npm gets a cache for this once', async () => {
    const env = { ...process.env, npm_config_cache: '/dev/null/cache' }
    const { code, output } = await folder.start({ env }).ended
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('cannot be written') })
    expect(folder.fault()).toBeUndefined()
  })

  // Only root can become somebody else.
  it.runIf(process.getuid?.() === 0)(
    'writes nothing where another user starts what is installed',
    async () => {
      await startsWell()
      chmodSync(folder.path, 0o755)
      const nobody = { uid: 65_534, gid: 65_534, env: { ...process.env, HOME: '/dev/null' } }
      expect(await folder.start(nobody).ended).toMatchObject({ code: 0, output: 'It works.\n' })
    },
  )

  it.runIf(process.getuid?.() === 0)(
    'says whose turn it is to install where the folder is not its own',
    async () => {
      chmodSync(folder.path, 0o755)
      const nobody = { uid: 65_534, gid: 65_534, env: { ...process.env, HOME: '/dev/null' } }
      const { code, output } = await folder.start(nobody).ended
      expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining('npm run build') })
      expect(output).not.toContain('    at ')
    },
  )
})
