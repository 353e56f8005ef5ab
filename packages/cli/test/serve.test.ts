import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SottoError } from '@sotto/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adviceOn, dataPlace, type Surroundings } from '../src/dataPlace.ts'
import { listeningProblem } from '../src/listening.ts'
import { makeWorld, type World } from './world/processes.ts'

const linux: Surroundings = {
  platform: 'linux',
  environment: {},
  home: '/home-of/alice',
  former: ['/checkout/data'],
  hasData: () => false,
}

const having = (...directories: readonly string[]): Surroundings => ({
  ...linux,
  hasData: (directory) => directories.includes(directory),
})

const home = '/home-of/alice/.local/share/sotto-server'

describe('where a server has its data', () => {
  it('is where it is said to be', () => {
    expect(dataPlace('/srv/sotto', having(home))).toEqual({ kind: 'given', path: '/srv/sotto' })
  })

  it.each<readonly [Partial<Surroundings>, string]>([
    [{}, home],
    [{ environment: { XDG_DATA_HOME: '/data-of/alice' } }, '/data-of/alice/sotto-server'],
    [{ environment: { XDG_DATA_HOME: 'relative' } }, home],
    [{ platform: 'darwin' }, '/home-of/alice/Library/Application Support/Sotto Server'],
    [{ platform: 'win32', environment: { LOCALAPPDATA: '/local' } }, '/local/Sotto Server'],
  ])('is otherwise where the system keeps data, away from every checkout: %o', (changes, path) => {
    const place = dataPlace('', { ...linux, ...changes })
    expect(place).toEqual({ kind: 'home', path })
    expect(adviceOn(place)).toBeUndefined()
  })

  it('stays where it was, and it is said how to move it', () => {
    const place = dataPlace('', having('/checkout/data'))
    expect(place).toEqual({ kind: 'kept', path: '/checkout/data', better: home })
    expect(adviceOn(place)).toContain(`mv '/checkout/data' '${home}'`)
  })

  it('is never one of two by chance', () => {
    expect(() => dataPlace('', having('/checkout/data', home))).toThrow(
      `server data in /checkout/data and in ${home}; choose with --data`,
    )
  })
})

describe('a port or host that cannot be had', () => {
  const failing = (code: string, syscall = 'listen'): unknown =>
    Object.assign(new Error(code), { code, syscall })

  it.each([
    ['EADDRINUSE', 5000, /port 5000: another program is already using it/],
    ['EACCES', 443, /port 443: this user cannot listen on ports below 1024/],
    ['EACCES', 5000, /port 5000: this user cannot listen there/],
    ['EADDRNOTAVAIL', 5000, /host here: this machine has no such address/],
    ['ENOTFOUND', 5000, /host here: nobody knows that name/],
    ['EAFNOSUPPORT', 5000, /host here: this machine has no addresses of that kind/],
  ])('%s on port %i has a sentence of its own', (code, port, why) => {
    const problem = listeningProblem(failing(code), port, 'here')
    expect(problem).toBeInstanceOf(SottoError)
    expect(problem).toMatchObject({ code: 'unavailable', message: expect.stringMatching(why) })
    // npm start keeps options to itself: each is named as it stands in the environment, too.
    expect(String(problem)).toMatch(/--port NUMBER \(PORT\)|--host ADDRESS \(HOST\)/)
  })

  it('is not blamed for a file', () => {
    const file = failing('EACCES', 'open')
    expect(listeningProblem(file, 5000, 'here')).toBe(file)
  })
})

describe('sotto serve', () => {
  let world: World
  let directory: string
  beforeAll(async () => {
    world = await makeWorld()
    directory = mkdtempSync(join(tmpdir(), 'sotto-serve-'))
  })
  afterAll(async () => {
    await world.end()
    rmSync(directory, { recursive: true })
  })

  const refused = async (args: readonly string[], why: RegExp): Promise<void> => {
    const end = await world.sotto('host', ['serve', ...args])
    expect(end).toMatchObject({ exit: 10, out: '' })
    expect(end.err).toMatch(why)
    expect(end.err).not.toMatch(/ {4}at |Error:/)
  }

  it('says that its data directory is a file, that it is open, and that its data are not whole', async () => {
    const file = join(directory, 'file')
    writeFileSync(file, '')
    await refused(['--port', '0', '--data', file], /is a file, not a directory/)
    const open = join(directory, 'open')
    mkdirSync(open, { mode: 0o755 })
    await refused(['--port', '0', '--data', open], /chmod 700/)
    const partial = join(directory, 'partial')
    mkdirSync(join(partial, 'secrets'), { recursive: true, mode: 0o700 })
    writeFileSync(join(partial, 'secrets', 'log-key'), 'x'.repeat(32))
    await refused(['--port', '0', '--data', partial], /sotto\.db is missing.*--data-is-right/)
  })

  it('logs as much as is asked for', async () => {
    const data = join(directory, 'logging')
    const logOf = async (...args: readonly string[]): Promise<string> => {
      const server = world.start('host', 'serve', '--port', '0', '--data', data, ...args)
      await server.says('Stop with')
      server.child.kill('SIGTERM')
      return (await server.ended).err
    }
    expect(await logOf()).toContain('"event":"started"')
    for (const level of ['silent', 'error', 'warn'])
      expect(await logOf('--log-level', level)).not.toContain('"event"')
    const unknown = await world.sotto('host', ['serve', '--data', data, '--log-level', 'loud'])
    expect(unknown).toMatchObject({ exit: 2, out: '' })
  })

  it('says that a port is taken, and that nobody knows a host', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    const data = join(directory, 'data')
    await refused(
      ['--host', '127.0.0.1', '--port', String(port), '--data', data],
      /another program is already using it/,
    )
    taken.close()
    await refused(['--host', 'no.such.host.invalid', '--port', '0', '--data', data], /nobody knows that name/)
  })
})
