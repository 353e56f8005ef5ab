import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filesUnder, leaks } from '../journeys/world/canary.ts'
import { record, type Recorder } from '../journeys/world/recorder.ts'
import { freePort, serve, type Server } from '../journeys/world/sotto.ts'
import { type GatewayProcess, startGateway } from './gateway/gatewayProcess.ts'
import { type OldPage, openOldPage } from './gateway/oldPage.ts'

let directory: string
let server: Server
let wire: Recorder
let hers: GatewayProcess
let his: GatewayProcess
let alice: OldPage
let bob: OldPage
const pages: OldPage[] = []

const profileOf = (name: string): string => join(directory, name)

const open = ({ url, token }: GatewayProcess): OldPage => {
  const page = openOldPage(url, token)
  pages.push(page)
  return page
}

const seesHere = async (page: OldPage, users: readonly string[]): Promise<void> => {
  await expect.poll(() => page.heard('user_list').at(-1), { timeout: 20_000 }).toEqual({ users })
}

/** Two people, each with a gateway and an old page on a machine of their own, and a server that both gateways know. */
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sotto-gateway-'))
  const port = await freePort()
  server = await serve({ port, data: join(directory, 'data'), log: join(directory, 'server.log') })
  wire = await record(port)
  ;[hers, his] = await Promise.all([
    startGateway(profileOf('alices'), wire.url),
    startGateway(profileOf('bobs'), wire.url),
  ])
  ;[alice, bob] = [open(hers), open(his)]
}, 120_000)

afterAll(async () => {
  for (const page of pages) page.close()
  await Promise.all([hers.stop(), his.stop(), wire.close(), server.stop()])
  rmSync(directory, { recursive: true, force: true })
})

const canary = 'the canary of the old page sings 5d81'
const texts = [
  'alice: hello: bob',
  'https://example.org:8443/a?b=c&d=e#f',
  'exit',
  'EXIT',
  '/quit',
  'logout',
  '{"message":"x","self":true}',
  ' two  spaces, and a line\nbelow ',
  'e\u0301 é 🙂 👩‍👩‍👧 עברית مرحبا 日本',
  canary,
  `${canary} `.repeat(400),
]

describe('the flow of an old page, through two gateways', () => {
  test('it is greeted, and logs in by a name that nobody has', async () => {
    for (const [page, username] of [
      [alice, 'alice'],
      [bob, 'bob'],
    ] as const) {
      expect(await page.hears('connected')).toMatchObject({ room: 'General', server: wire.url })
      page.say('user_login', { username })
      expect(await page.hears('login_response')).toMatchObject({ success: true, username, room: 'General' })
    }
  })

  test('who was there hears who comes; both see who is there', async () => {
    await alice.hears('system_message', { username: 'bob', change: 'joined', message: 'bob has joined' })
    for (const page of [alice, bob]) {
      await seesHere(page, ['alice', 'bob'])
      expect(await page.socket.emitWithAck('user_list')).toEqual({ ok: true, users: ['alice', 'bob'] })
    }
    // Whoever comes into a room is told nothing of those who were there before.
    expect(bob.heard('system_message').filter(({ change }) => change !== undefined)).toEqual([])
  })

  test('they talk both ways, every text as it was written, each with whose it is', async () => {
    for (const message of texts) alice.say('send_message', { message })
    for (const message of texts) bob.say('chat_message', { message, username: 'bob' })
    for (const [page, self, other] of [
      [alice, 'alice', 'bob'],
      [bob, 'bob', 'alice'],
    ] as const) {
      await expect
        .poll(() => page.heard('chat_message').length, { timeout: 60_000 })
        .toBeGreaterThanOrEqual(2 * texts.length)
      const said = (username: string) =>
        page.heard('chat_message').filter((one) => one['username'] === username)
      expect(said(other).map(({ message }) => message)).toEqual(texts)
      expect(said(self).map(({ message }) => message)).toEqual(texts)
      expect(said(other).map((one) => one['self'])).toEqual(texts.map(() => false))
      expect(said(self).map((one) => one['self'])).toEqual(texts.map(() => true))
      expect(page.heard('chat_message')).toHaveLength(2 * texts.length)
    }
  })

  test('what it may not say is refused, and why', async () => {
    for (const [event, payload, code] of [
      ['chat_message', { message: 'x', username: 'alice' }, 'IDENTITY_MISMATCH'],
      ['chat_message', { message: 'x', timestamp: 'yesterday' }, 'PAYLOAD_INVALID'],
      ['chat_message', { message: 'x', room: 'Another' }, 'PAYLOAD_INVALID'],
      ['chat_message', { text: 'x' }, 'PAYLOAD_INVALID'],
      ['chat_message', { message: ' \u200b' }, 'TEXT_EMPTY'],
    ] as const) {
      expect(await bob.socket.emitWithAck(event, payload)).toMatchObject({ ok: false, code })
      await bob.hears('system_message', { code })
    }
    const timestamp = new Date().toISOString()
    const timely = { message: 'timely', timestamp }
    expect(await bob.socket.emitWithAck('chat_message', timely)).toMatchObject({ ok: true })
    await alice.hears('chat_message', { message: 'timely' })
  })

  test('a name is there once in a gateway', async () => {
    const twin = open(hers)
    twin.say('user_login', { username: 'Alice' })
    expect(await twin.hears('login_response')).toMatchObject({
      success: false,
      code: 'NAME_IN_USE',
      message: expect.stringContaining('alice'),
    })
    expect(await twin.socket.emitWithAck('login', { username: 'alice' })).toMatchObject({
      code: 'NAME_IN_USE',
    })
    expect(await twin.socket.emitWithAck('chat_message', { message: 'x' })).toMatchObject({
      code: 'UNAUTHORIZED',
    })
    // The one who is there has noticed nothing.
    expect(await alice.socket.emitWithAck('chat_message', { message: 'still here' })).toMatchObject({
      ok: true,
    })
    twin.close()
  })

  test('a name that is somebody else’s on the server is refused in words that help', async () => {
    const page = open(his)
    page.say('user_login', { username: 'alice' })
    expect(await page.hears('login_response')).toMatchObject({
      success: false,
      code: 'USERNAME_TAKEN',
      message: expect.stringMatching(/somebody else.*another name/s),
      timestamp: expect.stringMatching(/Z$/),
    })
    for (const [username, code] of [
      ['two words', 'NAME_INVALID'],
      ['', 'NAME_INVALID'],
      [7, 'PAYLOAD_INVALID'],
    ] as const) {
      page.say('user_login', { username })
      await page.hears('login_response', { success: false, code })
    }
    page.say('user_login', 'carol')
    await page.hears('login_response', { success: true, username: 'carol' })
    await alice.hears('system_message', { username: 'carol', change: 'joined' })
    page.close()
    await alice.hears('system_message', { username: 'carol', change: 'left', message: 'carol has left' })
  })

  test('who logs out has left, and finds what was said meanwhile', async () => {
    bob.say('logout')
    expect(await bob.hears('logout_response')).toEqual({ success: true, username: 'bob' })
    await alice.hears('system_message', { username: 'bob', change: 'left' })
    await seesHere(alice, ['alice'])
    expect(await bob.socket.emitWithAck('chat_message', { message: 'x' })).toMatchObject({
      code: 'UNAUTHORIZED',
    })
    alice.say('chat_message', { message: 'while you were away' })
    await alice.hears('chat_message', { message: 'while you were away' })
    expect(bob.heard('chat_message').map(({ message }) => message)).not.toContain('while you were away')
    bob.say('user_login', { username: 'bob' })
    await bob.hears('chat_message', { message: 'while you were away', self: false })
    await seesHere(alice, ['alice', 'bob'])
  })
})

test('a connection without the token is refused, and told why by what an old page hears', async () => {
  const stranger = io(hers.url, { reconnection: false, forceNew: true })
  const error = await new Promise<Error & { data?: unknown }>((resolve) =>
    stranger.once('connect_error', resolve),
  )
  stranger.disconnect()
  expect(error.message).toContain('token')
  expect(error.data).toMatchObject({ success: false, code: 'UNAUTHORIZED', message: error.message })
})

test('a gateway that ends says so first, to its page and by leaving to the others', async () => {
  const ended = hers.stop()
  await alice.hears('system_message', { code: 'SHUTTING_DOWN', message: 'The gateway is shutting down' })
  expect(await ended).toBe(0)
  await bob.hears('system_message', { username: 'alice', change: 'left' })
})

test('nothing that was said is on the wire to the server, in its data, or in what the gateways print', async () => {
  expect(await his.stop()).toBe(0)
  expect(await server.stop()).toBe(0)
  const places = new Map([
    ...filesUnder(join(directory, 'data')),
    ['the log', readFileSync(join(directory, 'server.log'))] as const,
    ['the wire', wire.traffic()] as const,
    ['what hers prints', Buffer.from(hers.printed())] as const,
    ['what his prints', Buffer.from(his.printed())] as const,
  ])
  expect(wire.traffic().length).toBeGreaterThan(50_000)
  expect(wire.traffic().includes('send_message')).toBe(true)
  const away = 'while you were away'
  expect(leaks({ canary, unicode: texts[8] ?? '', url: texts[1] ?? '', away }, places)).toEqual([])
  for (const profile of ['alices', 'bobs'])
    for (const path of filesUnder(join(profileOf(profile), 'lane')).keys())
      expect(statSync(path).mode & 0o077, path).toBe(0)
})
