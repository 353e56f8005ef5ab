import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { roomContent, roomText } from '../../packages/conformance/src/roomContent.ts'
import {
  isSignedBy,
  openedFields,
  rsaPair,
  type RsaPair,
  sealedFields,
  signature,
  unwrapped,
  wrapped,
} from './lane/plainCrypto.ts'
import { type Payload, program, type Program, turnedAway } from './lane/program.ts'
import { python, runPython } from './lane/python.ts'
import { goodPassword, rest } from './lane/rest.ts'
import { refusedStart, serveProcess } from './lane/serverProcess.ts'

/**
 * The flows of the programs that Sotto takes the place of, as plain clients of HTTP and Socket.IO written for this, over
 * the network against a `sotto serve` of its own. They have RSA, AES and no JOSE library.
 */

const frontEnd = 'http://localhost:3210'
const server = await serveProcess('--allow-origin', frontEnd, '--log-level', 'debug')
const { url } = server

/** Everything that came from the server, for the canaries at the end. */
const said: string[] = []
const call: typeof rest = async (...args) => {
  const answer = await rest(...args)
  said.push(answer.text)
  return answer
}

interface Person {
  readonly name: string
  readonly pair: RsaPair
  readonly token: string
}

/** Registers as such a page does: base64 of the PEM, under `/api`. */
const person = async (name: string): Promise<Person> => {
  const pair = rsaPair()
  const public_key = Buffer.from(pair.pem).toString('base64')
  const made = await call(url, 'POST /api/register', {
    body: { username: name, password: goodPassword, email: `${name}@example.org`, public_key },
  })
  expect(made.body).toEqual({
    success: true,
    message: expect.any(String),
    public_key,
    public_key_pem: pair.pem,
  })
  const { body } = await call(url, 'POST /api/login', { body: { username: name, password: goodPassword } })
  expect(body).toMatchObject({
    success: true,
    user: { username: name, public_key, public_key_pem: pair.pem },
  })
  return { name, pair, token: String(body['token']) }
}

const [alice, bob, carol] = [await person('alice'), await person('bob'), await person('carol')]
const sockets: Program[] = []
const connected = async ({ token }: Person, options = {}): Promise<Program> => {
  const socket = await program(url, token, options)
  sockets.push(socket)
  return socket
}
const [hers, his] = [await connected(alice), await connected(bob)]

const roomKey = randomBytes(32)
const chatKey = randomBytes(32)
const plaintext = 'a canary that sings to an old page 4f1c'

const keyOf = async (name: string): Promise<unknown> =>
  (await call(url, `GET /api/users/public-key/${name}`, { token: alice.token })).body['public_key_pem']

describe('the page with invited sessions, and its handlers', () => {
  test('sees who is there as {users: […]}, with their keys', async () => {
    const { body } = await call(url, 'GET /api/users/online?format=object', { token: alice.token })
    const users = body['users'] as readonly Payload[]
    expect(users.map(({ username }) => username)).toEqual(['alice', 'bob'])
    expect(users[1]?.['public_key_pem']).toBe(bob.pair.pem)
    const all = await call(url, 'GET /users?format=object', { token: alice.token })
    expect((all.body['users'] as readonly Payload[]).map(({ username }) => username)).toContain('carol')
  })

  test('invites by name without an acknowledgement: joined_chat, chat_error {offline_users}, chat_invitation', async () => {
    const keys = {
      bob: wrapped(chatKey, await keyOf('bob')),
      carol: wrapped(chatKey, await keyOf('carol')),
    }
    hers.socket.emit('initiate_chat', { initiator: 'alice', participants: ['bob', 'carol'], keys })
    const { chat_id, participants } = await hers.next('joined_chat')
    expect(participants).toEqual(['alice', 'bob'])
    expect(await hers.next('chat_error')).toMatchObject({
      code: 'USERS_OFFLINE',
      offline_users: ['carol'],
      success: false,
      chat_id,
    })
    const invitation = await his.next('chat_invitation')
    expect(invitation).toMatchObject({ chat_id, initiator: 'alice', participants: ['alice', 'bob'] })
    const key = unwrapped(invitation['encrypted_key'], bob.pair)
    expect(key.equals(chatKey)).toBe(true)
    his.socket.emit('join_chat', { chat_id, username: 'bob' })
    expect(await hers.next('user_joined')).toEqual({ username: 'bob', chat_id })

    const timestamp = new Date().toISOString()
    const encrypted_message = sealedFields(plaintext, key)
    const content = [chat_id, 'bob', timestamp, encrypted_message]
    his.socket.emit('send_message', {
      chat_id,
      encrypted_message,
      signature: signature(content, bob.pair),
      signature_type: 'RSA',
      timestamp,
    })
    const got = await hers.next('new_message')
    expect(got).toMatchObject({ chat_id, sender: 'bob', timestamp })
    expect(openedFields(got['encrypted_message'], chatKey)).toBe(plaintext)
    const { sender, encrypted_message: message } = got
    expect(isSignedBy([chat_id, sender, timestamp, message], got['signature'], await keyOf('bob'))).toBe(true)
    expect(hers.heard('error')).toEqual([])
  })

  test('is told by name what it has left out, and asked for keys of its own', async () => {
    hers.socket.emit('initiate_chat', { initiator: 'alice', participants: ['bob'] })
    expect(await hers.next('error')).toMatchObject({
      code: 'CLIENT_KEY_REQUIRED',
      field: 'keys',
      success: false,
    })
    expect(await hers.next('chat_error')).toMatchObject({ code: 'CLIENT_KEY_REQUIRED' })
    const unknown = { participants: ['nobodyhere'], keys: { nobodyhere: wrapped(chatKey, bob.pair.pem) } }
    expect(await hers.ask('initiate_chat', unknown)).toMatchObject({
      code: 'USER_NOT_FOUND',
      field: 'participants',
    })
  })
})

describe('the room server: REST login, then the socket, then send_message', () => {
  test('a room by its name, a key that is asked for, a message with a timestamp', async () => {
    const { room_id } = await hers.ask('join_room', { room: 'General', username: 'alice' })
    await his.ask('join_room', { room: 'General' })
    const joined = await his.next('joined_room')
    const request = joined['key_request'] as { readonly event: string; readonly payload: Payload }
    expect(request).toEqual({ event: 'request_key', payload: { room_id } })

    expect(await his.ask(request.event, request.payload)).toMatchObject({ ok: true, asked: ['alice'] })
    const asked = await hers.next('key_requested')
    expect(asked).toEqual({ room_id, username: 'bob' })
    await hers.ask('rekey', { room_id, keys: { bob: wrapped(roomKey, await keyOf('bob')) } })
    const key = unwrapped((await his.next('rekeyed'))['encrypted_key'], bob.pair)
    expect(await his.ask(request.event, request.payload)).toMatchObject({ code: 'RATE_LIMITED' })
    await his.next('error')

    const timestamp = new Date().toISOString()
    const content = roomContent(room_id, plaintext, key)
    expect(await his.ask('send_message', { ...content, username: 'bob', timestamp })).toMatchObject({
      ok: true,
    })
    const got = await hers.next('new_message')
    expect(got).toMatchObject({ room_id, username: 'bob' })
    expect(roomText(got, roomKey)).toBe(plaintext)
    const { body } = await call(url, 'GET /api/rooms?format=object', { token: bob.token })
    expect(body['rooms']).toMatchObject([{ id: room_id, name: 'General', created_by: 'alice' }])
  })

  test.each([
    ['yesterday', 'PAYLOAD_INVALID'],
    [1_700_000_000_000, 'PAYLOAD_INVALID'],
    ['1999-12-31T23:59:59Z', 'PAYLOAD_INVALID'],
    ['2026-11-30T18:05:00', 'PAYLOAD_INVALID'],
    [null, 'PAYLOAD_INVALID'],
  ])('timestamp %s is refused by name in a room, and to one person', async (timestamp, code) => {
    const { room_id } = await his.ask('join_room', { room: 'General' })
    const encrypted_payload = {
      ...sealedFields('x', chatKey),
      encrypted_key: wrapped(chatKey, alice.pair.pem),
    }
    for (const [event, payload] of [
      ['send_message', roomContent(room_id, 'x', roomKey)],
      ['message', { recipient: 'alice', encrypted_payload }],
    ] as const) {
      const answer = await his.ask(event, { ...payload, timestamp })
      expect(answer).toMatchObject({ ok: false, code, field: 'timestamp', success: false })
      expect(answer['message']).toBe(answer['error'])
      await his.next('error')
    }
  })

  test('a message to one, with a timestamp, arrives as it was sent', async () => {
    const encrypted_payload = {
      ...sealedFields(plaintext, chatKey),
      encrypted_key: wrapped(chatKey, alice.pair.pem),
    }
    const sent = { sender: 'bob', recipient: 'alice', encrypted_payload, timestamp: new Date().toISOString() }
    expect(await his.ask('message', sent)).toMatchObject({ ok: true })
    const { encrypted_payload: got } = await hers.next('message')
    expect(got).toEqual(encrypted_payload)
  })

  test.each([
    ['register', { username: 'dave', public_key: 'x' }, 'POST /register'],
    ['encrypted_message', { data: 'x' }, 'send_message'],
    ['login', { username: 'dave' }, 'POST /login'],
    ['chat_message', { message: 'x' }, 'sotto gateway'],
    ['get_online_users', {}, 'GET /api/users/online'],
  ])('the event %s is answered with what to use instead', async (event, payload, instead) => {
    const answer = await his.ask(event, payload)
    expect(answer).toMatchObject({ ok: false, code: 'EVENT_REPLACED', success: false })
    expect(answer['instead']).toContain(instead)
    expect(answer['message']).toContain(instead)
    expect((await his.next('error'))['code']).toBe('EVENT_REPLACED')
  })

  test.each([
    ['POST /register', { password: goodPassword }, 'username', /username is missing/],
    ['POST /register', { username: 'dave' }, 'password', /password is missing/],
    ['POST /api/login', { username: 'dave', passwort: 'x' }, 'password', /password is missing/],
    ['POST /login', { username: 'dave', password: 'x', remember: true }, 'remember', /remember is not known/],
    ['POST /register', { username: 'dave', password: 'x' }, 'password', /12 to 256/],
    ['POST /register', { username: 'alice', password: goodPassword }, 'username', /taken/],
    ['POST /register', { username: 'dave', password: goodPassword, public_key: 'eA==' }, 'public_key', /key/],
    ['POST /api/rooms', {}, 'name', /name/],
  ] as const)('%s %o names %s', async (request, body, field, words) => {
    const answer = await call(url, request, { body, token: alice.token })
    expect(answer.body).toMatchObject({ success: false, field, error: answer.body['message'] })
    expect(answer.body['error']).toMatch(words)
  })

  test('addresses that keep in a cookie who somebody is are gone, and say what there is', async () => {
    for (const path of ['POST /set_cookie', 'GET /get-username', 'GET /api/check_cookie'] as const) {
      const answer = await call(url, path)
      expect([answer.status, answer.body['code']]).toEqual([410, 'GONE'])
      expect(answer.body['instead']).toContain('POST /login')
    }
  })

  test('POST /api/logout ends the session', async () => {
    const { token } = await person('gone')
    expect((await call(url, 'POST /api/logout', { token })).body).toEqual({ success: true })
    expect((await call(url, 'GET /api/me', { token })).status).toBe(401)
  })
})

describe('LANE-2: a front end that is served elsewhere', () => {
  const asks = (origin: string, more: Record<string, string> = {}) => ({
    origin,
    'sec-fetch-site': 'cross-site',
    ...more,
  })
  const preflight = (origin: string, path: string): Promise<Response> =>
    fetch(url + path, {
      method: 'OPTIONS',
      headers: asks(origin, {
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      }),
    })
  const granted = ({ headers }: Response): readonly (string | null)[] =>
    ['access-control-allow-origin', 'access-control-allow-credentials'].map((name) => headers.get(name))

  test.each([
    '/login',
    '/api/login',
    '/api/rooms',
    '/api/users/public-key/bob',
    '/socket.io/?EIO=4&transport=polling',
  ])('is answered before it asks for %s', async (path) => {
    const answer = await preflight(frontEnd, path)
    expect(answer.status).toBe(204)
    expect(granted(answer)).toEqual([frontEnd, 'true'])
    expect(answer.headers.get('access-control-allow-headers')).toContain('authorization')
    expect(answer.headers.get('access-control-allow-methods')).toContain('POST')
    expect(answer.headers.get('vary')).toContain('origin')
    const foreign = await preflight('https://evil.example', path)
    expect([foreign.status, ...granted(foreign)]).toEqual([403, null, null])
  })

  test('reads answers and refusals, and may come with the cookie', async () => {
    const body = JSON.stringify({ username: 'alice', password: goodPassword })
    const login = await fetch(`${url}/login`, {
      method: 'POST',
      headers: { ...asks(frontEnd), 'content-type': 'application/json' },
      body,
    })
    expect([login.status, ...granted(login)]).toEqual([200, frontEnd, 'true'])
    const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    const own = await fetch(`${url}/api/me`, { headers: { ...asks(frontEnd), cookie } })
    expect([own.status, ...granted(own)]).toEqual([200, frontEnd, 'true'])
    const refused = await fetch(`${url}/api/me`, { headers: asks(frontEnd) })
    expect([refused.status, ...granted(refused)]).toEqual([401, frontEnd, 'true'])
    for (const origin of [
      'https://evil.example',
      `${frontEnd}.evil.example`,
      'null',
      'http://localhost:3211',
    ]) {
      const foreign = await fetch(`${url}/api/me`, { headers: { ...asks(origin), cookie } })
      expect([origin, foreign.status, ...granted(foreign)]).toEqual([origin, 403, null, null])
    }
  })

  test.each(['polling', 'websocket'] as const)(
    'opens its socket over %s, and no other page does',
    async (transport) => {
      const options = { transports: [transport], headers: asks(frontEnd) }
      const socket = await program(url, alice.token, options)
      expect(socket.heard('connected')).toHaveLength(1)
      socket.close()
      const foreign = { transports: [transport], headers: asks('https://evil.example') }
      expect(await turnedAway(url, { token: alice.token }, foreign)).toBeUndefined()
    },
  )

  test('reaches nothing but this lane', async () => {
    const answer = await fetch(`${url}/v1/session`, { headers: asks(frontEnd) })
    expect([answer.status, ...granted(answer)]).toEqual([403, null, null])
  })

  test.each(['*', 'app.example.org'])('is never %s: the server does not begin', async (origin) => {
    const { exit, said: words } = await refusedStart('--allow-origin', origin)
    expect(exit).toBe(2)
    expect(words).toContain('SOTTO_ALLOW_ORIGIN')
  })
})

test.skipIf(python === undefined)(
  'the same in Python (needs python3-socketio, -requests, -cryptography, -websocket)',
  async () => {
    const script = new URL('python/otherPrograms.py', import.meta.url).pathname
    const output = await runPython(script, [url]).ended
    expect(output.trim().split('\n')).toEqual(['registered', 'invited', 'talked', 'room', 'replaced', 'done'])
  },
)

describe('at the end', () => {
  test('LANE-3: who is connected hears that the server closes, over either transport', async () => {
    const polling = await connected(alice, { transports: ['polling'] })
    const hearing = [hers, polling].map(async (socket) => socket.next('system_message'))
    const dropped = new Promise((resolve) => hers.socket.once('disconnect', resolve))
    const ended = server.stop()
    for (const told of await Promise.all(hearing))
      expect(told).toEqual({
        message: expect.any(String),
        code: 'SERVER_CLOSING',
        timestamp: expect.stringMatching(/Z$/),
      })
    await dropped
    expect(await ended).toBe(0)
  })

  test('no plaintext, key, password or token is in the data, the log or an answer', () => {
    for (const socket of sockets)
      for (const event of ['error', 'chat_error', 'message', 'new_message', 'chat_invitation', 'rekeyed'])
        said.push(JSON.stringify(socket.heard(event)))
    const stored = readdirSync(server.data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
    expect(stored.length).toBeGreaterThan(3)
    const everywhere = [...stored, Buffer.from(server.printed())]
    const written = (bytes: Uint8Array): readonly Buffer[] => [
      Buffer.from(bytes),
      ...(['base64', 'base64url', 'hex'] as const).map((form) =>
        Buffer.from(Buffer.from(bytes).toString(form)),
      ),
    ]
    const secrets = [plaintext, goodPassword].map((text) => Buffer.from(text))
    for (const secret of [...secrets, roomKey, chatKey])
      for (const form of written(secret)) {
        for (const content of everywhere) expect(content.includes(form)).toBe(false)
        expect(said.some((text) => Buffer.from(text).includes(form))).toBe(false)
      }
    for (const { token } of [alice, bob, carol])
      for (const content of everywhere) expect(content.includes(token)).toBe(false)
    expect(said.join()).not.toMatch(/private_key|server_public_key|"d":/)
  })
})

test('a server without the option grants nothing to any page', async () => {
  const other = await serveProcess()
  const answer = await fetch(`${other.url}/login`, {
    method: 'OPTIONS',
    headers: { origin: frontEnd, 'access-control-request-method': 'POST' },
  })
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([403, null])
})
