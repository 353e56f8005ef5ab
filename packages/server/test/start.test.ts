import { fork } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { SottoError } from '@sotto/protocol'
import { startServer } from '@sotto/server'
import { describe, expect, it, vi } from 'vitest'
import { dataProblem } from '../src/data/problem.ts'
import { temporaryDirectory } from './client/testServer.ts'

const start = async (dataDirectory: string): Promise<unknown> => {
  try {
    await (
      await startServer({
        port: 0,
        host: '127.0.0.1',
        dataDirectory,
        webDirectory: null,
        logLevel: 'silent',
      })
    ).close()
  } catch (error) {
    return error
  }
  return undefined
}

const isSentence = (error: unknown, why: RegExp): void => {
  expect(error).toBeInstanceOf(SottoError)
  expect(error).toMatchObject({ code: 'unavailable', message: expect.stringMatching(why) })
}

/** What a start as another user comes to, told by the process: where this one may do everything, it may not. */
const startAsNobody = (dataDirectory: string): Promise<string> =>
  new Promise((resolve) => {
    const nobody = 65_534
    const child = fork(join(import.meta.dirname, 'child', 'serve.ts'), [dataDirectory], {
      uid: nobody,
      gid: nobody,
      silent: true,
    })
    let told = ''
    child.stderr?.on('data', (text: Buffer) => (told += text.toString()))
    child.once('message', () => child.kill())
    child.once('close', () => resolve(told))
  })

describe('a directory of data that cannot be had is said to be so, and what helps', () => {
  it.each<readonly [string, (within: string) => string, RegExp]>([
    [
      'a file',
      (within) => {
        const path = join(within, 'file')
        writeFileSync(path, '')
        return path
      },
      /file is a file, not a directory; choose another with --data DIR \(SOTTO_DATA\)/,
    ],
    [
      'below a file',
      (within) => {
        writeFileSync(join(within, 'file'), '')
        return join(within, 'file', 'data')
      },
      /file is a file, not a directory/,
    ],
    [
      'a link that leads to itself',
      (within) => {
        symlinkSync(join(within, 'loop'), join(within, 'loop'))
        return join(within, 'loop', 'data')
      },
      /circle of links|cannot be made|not a directory/,
    ],
    ['too long a name', (within) => join(within, 'x'.repeat(300)), /too long/],
  ])('%s', async (_what, make, why) => {
    isSentence(await start(make(temporaryDirectory())), why)
  })

  const isRoot = process.getuid?.() === 0
  it.skipIf(process.platform !== 'linux')('where nothing can be made; needs Linux', async () => {
    isSentence(await start('/proc/sotto'), /no such place, and it cannot be made/)
  })

  it.skipIf(!isRoot)('of another user; needs to be started by root', async () => {
    const directory = temporaryDirectory()
    chownSync(directory, 65_534, 65_534)
    isSentence(await start(directory), /belongs to another user \(65534, and this is 0\).*chown -R/)
  })

  it.skipIf(isRoot)('that may not be written; not as root, who may', async () => {
    const directory = temporaryDirectory()
    chmodSync(directory, 0o500)
    isSentence(await start(directory), /may not read or write there/)
    chmodSync(directory, 0o700)
  })

  it.skipIf(!isRoot)('in a place where this user may make none; needs to be started by root', async () => {
    const directory = temporaryDirectory()
    chmodSync(directory, 0o755)
    mkdirSync(join(directory, 'of root'), { mode: 0o755 })
    const told = await startAsNobody(join(directory, 'of root', 'data'))
    expect(told).toContain('this user may not read or write there; make it its own (chown)')
    expect(told).not.toContain('port')
  })

  it.each([
    ['EACCES', /may not read or write/],
    ['EPERM', /may not change it/],
    ['EROFS', /read-only/],
    ['ENOSPC', /disk is full/],
    ['EDQUOT', /share of the disk/],
    ['EIO', /failed to read or write/],
    ['EMFILE', /too many files/],
  ])('%s of the system', (code, why) => {
    const error = Object.assign(new Error(code), { code, syscall: 'open' })
    isSentence(dataProblem(error, 'there'), why)
  })

  it.each([
    [5, /another program has the database/],
    [8 | (1 << 8), /read-only/],
    [10 | (3 << 8), /failed to read or write/],
    [11, /damaged/],
    [13, /disk is full/],
    [14, /cannot be opened by this user/],
    [26, /no database/],
  ])('result %i of SQLite', (errcode, why) => {
    isSentence(dataProblem(Object.assign(new Error('x'), { errcode }), 'there'), why)
  })

  it('and what has nothing to do with it is not said to be', () => {
    const taken = Object.assign(new Error('listen'), { code: 'EACCES', syscall: 'listen' })
    const unknown = Object.assign(new Error('who'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' })
    for (const error of [taken, unknown, new Error('a bug')]) expect(dataProblem(error, 'there')).toBe(error)
  })
})

describe('a start that fails at its port', () => {
  it('leaves nothing that goes on, and the data to the next', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await vi.waitFor(() => expect(other.listening).toBe(true))
    const { port } = other.address() as AddressInfo
    const begun = vi.spyOn(globalThis, 'setInterval')
    const ended = vi.spyOn(globalThis, 'clearInterval')
    const dataDirectory = temporaryDirectory()
    const config = { host: '127.0.0.1', dataDirectory, webDirectory: null, open: true } as const
    await expect(startServer({ ...config, port, logLevel: 'silent' })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
    const cleared = new Set<unknown>(ended.mock.calls.map(([timer]) => timer))
    const begunTimers = begun.mock.results.map(({ value }) => value as NodeJS.Timeout)
    expect(begunTimers.length).toBeGreaterThan(3)
    expect(begunTimers.filter((timer) => timer.hasRef() && !cleared.has(timer))).toEqual([])
    vi.restoreAllMocks()
    await (await startServer({ ...config, port: 0, logLevel: 'silent' })).close()
    other.close()
  })
})
