import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { limits, operations } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { administer } from '../src/administer.ts'
import { readAction } from '../src/control/actions.ts'
import { makePlace, placeOf } from '../src/control/place.ts'
import { controlVersion, lineBytesMax } from '../src/control/wire.ts'
import { lockData } from '../src/data/dataLock.ts'
import { callOperation, refusal } from './client/calling.ts'
import { startRegistration } from './client/password.ts'
import { temporaryDirectory, testServer } from './client/testServer.ts'

const hourMs = 3_600_000

const all = async <T>(items: AsyncIterable<T>): Promise<readonly T[]> => {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

const at = (dataDirectory: string) => ({ dataDirectory, publicUrl: null })
const invite = async (dataDirectory: string, uses = 1) => {
  const [made] = await all(administer(at(dataDirectory), { do: 'invite.create', uses, lifetimeMs: hourMs }))
  if (!made) throw new Error('nothing was made')
  return made
}

/** What the socket of a server answers to bytes, until it hangs up. */
const say = async (dataDirectory: string, bytes: string | Buffer): Promise<string> => {
  const socket = connect(placeOf(dataDirectory))
  await once(socket, 'connect')
  let said = ''
  socket.on('data', (chunk: Buffer) => (said += chunk.toString()))
  socket.on('error', () => {})
  socket.write(bytes)
  await new Promise((resolve) => socket.once('close', resolve))
  return said
}

const question = (action: unknown, v: number = controlVersion): string => `${JSON.stringify({ v, action })}\n`

describe('the commands of a host', () => {
  it('do the same by the server that runs and, where none does, on its data', async () => {
    const server = await testServer({ registration: 'invite' })
    const { dataDirectory } = server
    const first = await invite(dataDirectory)
    expect(first).toMatchObject({
      id: 1,
      uses: 1,
      registration: 'invite',
      link: `${server.url}/#invite=${first.key}`,
    })
    await server.close()
    const second = await invite(dataDirectory, 3)
    expect(second).toMatchObject({ id: 2, uses: 3, registration: null, link: null })
    const listed = await all(administer(at(dataDirectory), { do: 'invite.list' }))
    expect(listed.map(({ id, usesMax }) => [id, usesMax])).toEqual([
      [1, 1],
      [2, 3],
    ])
    await server.restart()
    expect(await all(administer(at(dataDirectory), { do: 'invite.list' }))).toEqual(listed)
    await all(administer(at(dataDirectory), { do: 'invite.revoke', id: 1 }))
    const { request } = await startRegistration('correct horse battery')
    const start = (key: string) => {
      const input = { name: 'alice', request, invite: key }
      return refusal(callOperation(server.url, operations.registerStart, input, null))
    }
    expect((await start(first.key)).code).toBe('invite_invalid')
    expect((await start(second.key)).code).toBe('accepted')
    await expect(all(administer(at(dataDirectory), { do: 'invite.revoke', id: 1 }))).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('make links to the address at which people open the server', async () => {
    const publicUrl = 'https://chat.example.org'
    const { dataDirectory } = await testServer({ registration: 'invite', publicUrl })
    const { link, key } = await invite(dataDirectory)
    expect(link).toBe(`${publicUrl}/#invite=${key}`)
  })

  it('say what is not well formed, over the socket and without it', async () => {
    const server = await testServer()
    const { dataDirectory } = server
    const wrong = async () => {
      for (const bounds of [
        { uses: 0, lifetimeMs: hourMs },
        { uses: 1e6, lifetimeMs: hourMs },
        { uses: 1, lifetimeMs: 0 },
        { uses: 1, lifetimeMs: 1e15 },
      ])
        await expect(
          all(administer(at(dataDirectory), { do: 'invite.create', ...bounds })),
        ).rejects.toMatchObject({ code: 'bad_request' })
    }
    await wrong()
    await server.close()
    await wrong()
  })

  it('make so many invites, for so many, for so long, and no more', async () => {
    const { dataDirectory } = await testServer({ limits: { invitesMax: 2 } })
    const make = (uses: number, lifetimeMs: number) =>
      refusal(all(administer(at(dataDirectory), { do: 'invite.create', uses, lifetimeMs })))
    const { inviteUsesMax, inviteLifetimeMsMax } = limits
    expect((await make(inviteUsesMax + 1, 1)).code).toBe('bad_request')
    expect((await make(1, inviteLifetimeMsMax + 1)).code).toBe('bad_request')
    expect((await make(inviteUsesMax, hourMs)).code).toBe('accepted')
    expect((await make(1, inviteLifetimeMsMax)).code).toBe('accepted')
    expect((await make(1, hourMs)).code).toBe('rate')
    await all(administer(at(dataDirectory), { do: 'invite.revoke', id: 1 }))
    expect((await make(1, hourMs)).code).toBe('accepted')
  })

  it('leave data alone that a server has which cannot be asked, and what are no data', async () => {
    const { dataDirectory, close } = await testServer()
    await close()
    const lock = lockData(dataDirectory)
    await expect(invite(dataDirectory)).rejects.toMatchObject({ code: 'unavailable' })
    lock.release()
    expect(await invite(dataDirectory)).toMatchObject({ id: 1 })
    const nothing = temporaryDirectory()
    await expect(invite(nothing)).rejects.toMatchObject({ code: 'not_found' })
    await expect(invite(join(nothing, 'absent'))).rejects.toMatchObject({ code: 'not_found' })
    expect(readdirSync(nothing)).toEqual([])
  })
})

describe('an action', () => {
  it.each([
    null,
    'invite.list',
    {},
    { do: 'toString' },
    { do: '__proto__' },
    { do: 'invite.list', more: 1 },
    { do: 'invite.revoke' },
    { do: 'invite.revoke', id: '1' },
    { do: 'invite.revoke', id: -1 },
    { do: 'invite.revoke', id: 1.5 },
    { do: 'invite.create', uses: 1 },
    { do: 'invite.create', uses: 1, lifetimeMs: 1, key: 'mine' },
  ])('is not read from %j', (value) => {
    expect(() => readAction(value)).toThrow(expect.objectContaining({ code: 'bad_request' }))
  })
})

describe.skipIf(process.platform === 'win32')('the socket of a server', () => {
  it('is its user’s alone, and goes with it', async () => {
    const { dataDirectory, close } = await testServer()
    const path = placeOf(dataDirectory)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    await close()
    expect(existsSync(path)).toBe(false)
  })

  it('refuses what is no question, one a connection, and goes on', async () => {
    const { dataDirectory } = await testServer()
    for (const line of ['\n', 'hello\n', '[]\n', 'null\n', '{"v":1}\n', question({ do: 'nothing' })])
      expect(await say(dataDirectory, line)).toContain('"failed":"bad_request"')
    expect(await say(dataDirectory, question({ do: 'invite.list' }, 2))).toContain('another version')
    // Without an end, more than a line may hold.
    expect(await say(dataDirectory, 'x'.repeat(lineBytesMax + 70_000))).toBe('')
    expect(await say(dataDirectory, Buffer.from([0xff, 0xfe, 0x0a]))).toContain('bad_request')
    const twice = question({ do: 'invite.list' }).repeat(2)
    expect((await say(dataDirectory, twice)).match(/"end":true/g)).toHaveLength(1)
    expect(await invite(dataDirectory)).toMatchObject({ id: 1 })
  })

  it('takes so many connections at once and no more', async () => {
    const { dataDirectory } = await testServer()
    const path = placeOf(dataDirectory)
    const sockets = Array.from({ length: 8 }, () => connect(path).on('error', () => {}))
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
    const refused = connect(path)
    refused.on('error', () => {})
    await once(refused, 'close')
    const ended = once(sockets[0] as (typeof sockets)[0], 'close')
    sockets[0]?.end()
    await ended
    for (const socket of sockets) socket.destroy()
    expect(await say(dataDirectory, question({ do: 'invite.list' }))).toContain('"end":true')
  })

  it('of a server that was killed is not waited for, and is replaced', async () => {
    const { dataDirectory, close, restart } = await testServer()
    await close()
    const program = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`
    spawnSync(process.execPath, ['-e', program, placeOf(dataDirectory)])
    expect(existsSync(placeOf(dataDirectory))).toBe(true)
    expect(await invite(dataDirectory)).toMatchObject({ id: 1, registration: null })
    await restart({})
    expect(await invite(dataDirectory)).toMatchObject({ id: 2, registration: 'open' })
  })

  it('lies elsewhere where its path would be too long, found by who has the data and not by a copy of them', async () => {
    const parent = temporaryDirectory()
    const dataDirectory = join(parent, 'x'.repeat(120))
    mkdirSync(dataDirectory, { mode: 0o700 })
    const { close } = await testServer({ dataDirectory, registration: 'invite' })
    const path = placeOf(dataDirectory)
    expect(path.startsWith(dataDirectory)).toBe(false)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
    expect(await invite(dataDirectory)).toMatchObject({ registration: 'invite' })
    const copy = join(parent, 'copy')
    cpSync(dataDirectory, copy, { recursive: true })
    expect(placeOf(copy)).toBe(join(copy, 'control.sock'))
    await close()
    expect(existsSync(join(path, '..'))).toBe(false)
    expect(existsSync(join(dataDirectory, 'control'))).toBe(false)
  })

  it('elsewhere goes when the next server starts, after one that was killed', () => {
    const dataDirectory = join(temporaryDirectory(), 'y'.repeat(120))
    mkdirSync(dataDirectory)
    const killed = makePlace(dataDirectory)
    const next = makePlace(dataDirectory)
    expect(next.path).not.toBe(killed.path)
    expect(existsSync(join(killed.path, '..'))).toBe(false)
    next.clear()
    expect(readdirSync(dataDirectory)).toEqual([])
  })
})
