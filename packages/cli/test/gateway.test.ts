import { createHash } from 'node:crypto'
import { execFile } from 'node:child_process'
import { request } from 'node:http'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { io, type Socket } from 'socket.io-client'
import { makeIdentity, memoryLaneStore, openLane, register, uploadOf } from '@sotto/lane'
import { waitingEventsMax } from '../src/gateway/guests.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { python } from './world/python.ts'
import { makeWorld, type Running, values, type World } from './world/processes.ts'

type Payload = Readonly<Record<string, unknown>>

let world: World
let gateway: Running
let url: string
let token: string

const startGateway = async (...options: readonly string[]) => {
  const running = world.start(
    'gate',
    '--json',
    'gateway',
    '--server',
    world.url,
    '--port',
    '0',
    '--room',
    'Plain',
    ...options,
  )
  await running.says('\n')
  const [said] = values(running.out())
  return { running, said: said ?? {} }
}

beforeAll(async () => {
  world = await makeWorld()
  await world.serve()
  const started = await startGateway()
  gateway = started.running
  url = String(started.said['url'])
  token = String(started.said['token'])
}, 60_000)

const sockets: Socket[] = []
afterAll(async () => {
  for (const socket of sockets) socket.disconnect()
  await world.end()
})

const connect = (auth: object = { token }, headers: Record<string, string> = {}, to = url): Socket => {
  const socket = io(to, {
    auth,
    reconnection: false,
    forceNew: true,
    transports: ['websocket'],
    extraHeaders: headers,
  })
  sockets.push(socket)
  return socket
}

/** A plain local program: no keys, no encryption. */
const plain = async (username: string) => {
  const socket = connect()
  const heard: Payload[] = []
  const system: Payload[] = []
  socket.on('chat_message', (payload: Payload) => heard.push(payload))
  socket.on('system_message', (payload: Payload) => system.push(payload))
  const ask = (event: string, payload: unknown = {}) =>
    socket.timeout(60_000).emitWithAck(event, payload) as Promise<Payload>
  const login = await ask('login', { username })
  const others = () => heard.filter(({ own }) => own !== true).map(({ message }) => message)
  const texts = async (count: number) => {
    await expect.poll(() => others().length, { timeout: 60_000 }).toBeGreaterThanOrEqual(count)
    return others()
  }
  return { socket, heard, system, ask, login, texts }
}

const refusalOf = (socket: Socket) =>
  new Promise<unknown>((resolve, reject) => {
    socket.once('connect', () => reject(new Error('was let in')))
    socket.once('connect_error', (error) => resolve('data' in error ? (error.data as Payload)['code'] : null))
  })

describe('the gateway lets in', () => {
  it('whoever knows the token of this start', async () => {
    expect((await plain('told')).login).toMatchObject({ ok: true, username: 'told' })
    for (const auth of [{}, { token: 'x' }, { token: token.slice(1) }, { token: [token] }])
      expect(await refusalOf(connect(auth))).toBe('UNAUTHORIZED')
  })

  it('no page, and nobody who came by another name of this machine', async () => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: url.replace('http:', 'https:') },
      { origin: 'http://127.0.0.1' },
      { origin: 'null' },
      { host: 'evil.example' },
    ])
      expect(await refusalOf(connect({ token }, headers))).toBe(null)
    const { port } = new URL(url)
    const statusOf = (path: string, headers: Record<string, string>) =>
      new Promise((resolve, reject) => {
        request({ host: '127.0.0.1', port, path, headers }, (answer) => resolve(answer.resume().statusCode))
          .on('error', reject)
          .end()
      })
    const handshake = '/socket.io/?EIO=4&transport=polling'
    expect(await statusOf(handshake, {})).toBe(200)
    expect(await statusOf(handshake, { host: `rebound.example:${port}` })).toBe(403)
    const [local, other] = [`http://localhost:${port}`, `http://127.0.0.1:${port}`]
    expect(await statusOf(handshake, { host: `localhost:${port}`, origin: local })).toBe(200)
    expect(await statusOf(handshake, { host: `localhost:${port}`, origin: other })).toBe(403)
    expect(await statusOf('/nothing', {})).toBe(404)
    expect(await statusOf('/', { origin: 'https://evil.example' })).toBe(403)
    // What a page elsewhere asks for without an origin: an image, a script.
    const elsewhere = { 'sec-fetch-site': 'cross-site' }
    expect(await statusOf(handshake, elsewhere)).toBe(403)
    expect(await statusOf('/', elsewhere)).toBe(200)
    const [, ...again] = gateway.err().split('"origin":"https://evil.example"')
    expect(again).toHaveLength(1)
  })

  it('its own page, which says nothing to anybody and runs nothing of elsewhere', async () => {
    const page = await fetch(url)
    const text = await page.text()
    expect(text).not.toContain(token)
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    const [, map = ''] = /<script type="importmap">(.*?)<\/script>/s.exec(text) ?? []
    const hash = createHash('sha256').update(map).digest('base64')
    for (const part of [
      "default-src 'none'",
      `script-src 'self' 'sha256-${hash}'`,
      "connect-src 'self'",
      "frame-ancestors 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
    ])
      expect(policy.split('; ')).toContain(part)
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    const scripts = ['/page/main.ts', '/page/gateway.ts', '/page/socket.io.js']
    for (const path of scripts) {
      const script = await fetch(`${url}${path}`)
      expect(script.headers.get('content-type')).toMatch(/^text\/javascript/)
      expect(script.headers.get('x-content-type-options')).toBe('nosniff')
      expect(await script.text()).not.toMatch(/^(?:import type|interface|type) /m)
    }
    expect((await fetch(`${url}/page/../../gateway.ts`)).status).toBe(404)
    expect((await fetch(url, { method: 'POST' })).status).toBe(405)
  })

  it('nobody from another machine: it listens on loopback alone', () => {
    expect(new URL(url).hostname).toBe('127.0.0.1')
  })
})

/** As little as a program in Python needs; its WebSocket client sends the address that it asks as its origin. */
const inPython = `
import queue, sys, socketio
heard = queue.Queue()
client = socketio.Client(reconnection=False)
client.on("chat_message", heard.put)
client.connect(sys.argv[1], auth={"token": sys.argv[2]}, transports=[sys.argv[3]])
assert client.call("login", {"username": "snake"}, timeout=60)["ok"]
assert client.call("send_message", {"message": "exit"}, timeout=60)["ok"]
print(heard.get(timeout=60)["message"])
client.disconnect()
`

describe('plain programs', () => {
  it.skipIf(python === undefined).each(['polling', 'websocket'])(
    'in Python, over %s (needs python3-socketio, -websocket, -requests)',
    async (transport) => {
      const { stdout } = await promisify(execFile)(python ?? '', ['-c', inPython, url, token, transport])
      expect(stdout.trim()).toBe('exit')
    },
  )

  it('talk without a key of theirs; no word is a command, nothing is cut', async () => {
    const alice = await plain('alice')
    const bob = await plain('bob')
    const texts = [
      'exit',
      'quit',
      'logout',
      '/exit\n',
      'login: eve',
      '{"message":"x"}',
      ' \u0000 é🙂',
      'y'.repeat(16 * 1024),
    ]
    expect(await alice.ask('send_message', { message: '' })).toMatchObject({ ok: false, code: 'TEXT_EMPTY' })
    for (const message of texts)
      expect(await alice.ask('send_message', { message })).toMatchObject({ ok: true })
    expect(await bob.texts(texts.length)).toEqual(texts)
    expect(bob.heard[0]).toMatchObject({
      username: 'alice',
      message: 'exit',
      timestamp: expect.stringMatching(/Z$/),
    })
    expect(await bob.ask('send_message', { message: 'for her', to: 'alice' })).toMatchObject({ ok: true })
    expect(await alice.texts(1)).toEqual(['for her'])
    expect(alice.heard.at(-1)).toMatchObject({ username: 'bob', private: true })
  })

  it('hear what is said in a chat to which their account is invited', async () => {
    const dora = await plain('dora')
    const identity = await makeIdentity()
    const password = 'a long enough passphrase'
    await register(world.url, { name: 'begins', password, publicKey: uploadOf(identity) })
    const lane = await openLane({
      server: world.url,
      credentials: { kind: 'program', name: 'begins', password },
      identity,
      store: memoryLaneStore(),
    })
    try {
      const { chat } = await lane.startChat(['dora'])
      await lane.sendToChat(chat, 'in the chat')
      expect(await dora.texts(1)).toEqual(['in the chat'])
      expect(dora.heard[0]).toMatchObject({ username: 'begins', chat })
      expect(dora.system).toContainEqual(
        expect.objectContaining({ code: 'INVITATION', username: 'begins', chat }),
      )
    } finally {
      await lane.close()
      await dora.ask('logout')
    }
  })

  it('are told by code what cannot be done', async () => {
    const carol = await plain('carol')
    for (const [event, payload, code] of [
      ['send_message', { message: 7 }, 'PAYLOAD_INVALID'],
      ['send_message', 'text', 'PAYLOAD_INVALID'],
      ['send_message', { message: 'x', to: 'nobody.here' }, 'USER_NOT_FOUND'],
      ['send_message', { message: 'z'.repeat(200_000) }, 'PAYLOAD_TOO_LARGE'],
      ['exit', {}, 'EVENT_UNKNOWN'],
      ['login', {}, 'PAYLOAD_INVALID'],
      ['login', { username: 'x y' }, 'NAME_INVALID'],
    ] as const) {
      expect(await carol.ask(event, payload)).toMatchObject({ ok: false, code })
      expect(carol.system.at(-1)).toMatchObject({ code })
    }
    await world.sotto('elsewhere', ['lane', 'register', 'taken', '--server', world.url])
    expect(await carol.ask('login', { username: 'taken' })).toMatchObject({
      ok: false,
      code: 'USERNAME_TAKEN',
    })
    expect(await carol.ask('send_message', { message: 'x' })).toMatchObject({ code: 'UNAUTHORIZED' })
  })

  it('what is not understood is refused, so that nothing meant for one is said to all', async () => {
    const nora = await plain('nora')
    const omar = await plain('omar')
    for (const [event, payload] of [
      ['send_message', { message: 'private', too: 'omar' }],
      ['send_message', { message: 'private', To: 'omar' }],
      ['send_message', { message: 'private', to: 'omar', private: true }],
      ['send_message', { message: 'private', to: null }],
      ['send_message', ['private', 'omar']],
      ['login', { username: 'nora', room: 'Other' }],
      ['logout', { forget: true }],
    ] as const) {
      const said = await nora.ask(event, payload)
      expect(said, JSON.stringify(payload)).toMatchObject({ ok: false, code: 'PAYLOAD_INVALID' })
    }
    const twoArguments = nora.socket.timeout(60_000)
    expect(
      await twoArguments.emitWithAck('send_message', { message: 'private' }, { to: 'omar' }),
    ).toMatchObject({ ok: false, code: 'PAYLOAD_INVALID' })
    await nora.ask('send_message', { message: 'for him', to: 'Omar' })
    await nora.ask('send_message', { message: 'for all' })
    const heard = await omar.texts(2)
    expect(new Set(heard)).toEqual(new Set(['for all', 'for him']))
    expect(heard).toHaveLength(2)
  })

  it('a burst of 200 from ten of them arrives whole and in order', async () => {
    const reader = await plain('reader')
    const writers = await Promise.all(Array.from({ length: 10 }, (_, at) => plain(`burst${at}`)))
    const acks = await Promise.all(
      writers.flatMap(({ ask }, writer) =>
        Array.from({ length: 20 }, (_, at) => ask('send_message', { message: `${writer} ${at}` })),
      ),
    )
    expect(acks.filter(({ ok }) => ok !== true)).toEqual([])
    const texts = (await reader.texts(200)).map(String)
    expect(texts).toHaveLength(200)
    for (let writer = 0; writer < 10; writer++)
      expect(texts.filter((text) => text.startsWith(`${writer} `))).toEqual(
        Array.from({ length: 20 }, (_, at) => `${writer} ${at}`),
      )
  })

  it('what waits for one of them has a bound: beyond it an event is refused at once, and none goes unanswered', async () => {
    const socket = connect()
    const answers: Payload[] = []
    const count = waitingEventsMax + 100
    socket.emit('login', { username: 'eager' })
    for (let at = 0; at < count; at++) socket.emit('nothing', {}, (answer: Payload) => answers.push(answer))
    await expect.poll(() => answers.length, { timeout: 60_000 }).toBe(count)
    const codes = Map.groupBy(answers, ({ code }) => code)
    expect(new Set(codes.keys())).toEqual(new Set(['EVENT_UNKNOWN', 'RATE_LIMITED']))
    // The event that is answered at the moment waits, too.
    expect(codes.get('RATE_LIMITED')).toHaveLength(101)
    expect(await socket.timeout(60_000).emitWithAck('send_message', { message: 'goes on' })).toMatchObject({
      ok: true,
    })
  })

  it('who is logged out for a burst gets it once when he is back', async () => {
    const sleeper = await plain('sleeper')
    expect(await sleeper.ask('logout')).toMatchObject({ ok: true })
    const writer = await plain('writer')
    const texts = Array.from({ length: 70 }, (_, at) => `while away ${at}`)
    await Promise.all(texts.map((message) => writer.ask('send_message', { message })))
    await writer.ask('send_message', { message: 'to one', to: 'sleeper' })
    const back = await plain('sleeper')
    const heard = await back.texts(71)
    expect(heard.filter((text) => text !== 'to one')).toEqual(texts)
    expect(heard).toContain('to one')
    await back.ask('logout')
    const again = await plain('sleeper')
    await writer.ask('send_message', { message: 'last' })
    expect(await again.texts(1)).toEqual(['last'])
  })
})

it('keys and tokens stay where they are: in the profile, for this user alone, and in no output', async () => {
  const accountFile = join(world.profile('gate'), 'lane', 'alice.lane')
  expect(statSync(accountFile).mode & 0o077).toBe(0)
  const said = gateway.out() + gateway.err()
  expect(said).not.toMatch(/"d":|PRIVATE KEY/)
  const file = join(world.profile('gate'), 'token')
  const second = await startGateway('--token-file', file)
  expect(second.said).not.toHaveProperty('token')
  expect(second.said).not.toHaveProperty('page')
  const fresh = readFileSync(file, 'utf8').trim()
  expect(fresh).toMatch(/^[\w-]{43}$/)
  expect(fresh).not.toBe(token)
  expect(statSync(file).mode & 0o077).toBe(0)
  second.running.child.kill('SIGTERM')
  expect((await second.running.ended).exit).toBe(0)
})

it('a login that is refused leaves nobody online', async () => {
  const { running, said } = await startGateway('--room', 'a\u0001b')
  const socket = connect({ token: said['token'] }, {}, String(said['url']))
  expect(await socket.timeout(60_000).emitWithAck('login', { username: 'shutout' })).toMatchObject({
    ok: false,
    code: 'NAME_INVALID',
  })
  const identity = await makeIdentity()
  const password = 'a long enough passphrase'
  await register(world.url, { name: 'observer', password, publicKey: uploadOf(identity) })
  const observer = await openLane({
    server: world.url,
    credentials: { kind: 'program', name: 'observer', password },
    identity,
    store: memoryLaneStore(),
  })
  await expect
    .poll(async () => (await observer.online()).map(({ name }) => name), { timeout: 20_000 })
    .not.toContain('shutout')
  await observer.close()
  running.child.kill('SIGTERM')
  await running.ended
})
