import { expect, test } from 'vitest'
import { program, turnedAway } from './lane/program.ts'
import { registered, rest } from './lane/rest.ts'
import { laneServer } from './lane/server.ts'

const server = await laneServer({
  limits: { messagesPerSecond: 1000, messageBurst: 1000, openPresenceWindowMs: 20 },
})
const alice = await registered(server.url, 'alice')

test.each(['polling', 'websocket'] as const)('over %s: a session gets in, nobody else', async (transport) => {
  const options = { transports: [transport] }
  const hers = await program(server.url, alice, options)
  expect(hers.heard('connected')).toEqual([{ message: expect.any(String) }])
  for (const auth of [{}, { token: 'A'.repeat(43) }, { token: 7 }]) {
    const told = await turnedAway(server.url, auth, options)
    expect(told).toEqual({
      error: expect.any(String),
      message: told?.['error'],
      code: 'UNAUTHORIZED',
      timestamp: expect.stringMatching(/Z$/),
      success: false,
    })
  }
  const byHeader = { ...options, headers: { authorization: `Bearer ${alice}` } }
  const socket = await program(server.url, undefined as unknown as string, byHeader)
  expect(socket.heard('connected')).toHaveLength(1)
  const asserted = { ...options, headers: { cookie: 'username=alice' } }
  expect((await turnedAway(server.url, {}, asserted))?.['code']).toBe('GONE')
})

test('over a polling connection that becomes a WebSocket nothing is lost', async () => {
  const bob = await registered(server.url, 'bob')
  const hers = await program(server.url, alice, { transports: ['polling', 'websocket'] })
  const his = await program(server.url, bob, { transports: ['polling', 'websocket'] })
  await hers.ask('join_room', { room: 'Lobby' })
  await his.ask('join_room', { room: 'Lobby' })
  expect(await hers.next('user_joined')).toMatchObject({ username: 'bob' })
})

const handshake = (query: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/socket.io/?${query}`, { headers })

test('what is no handshake of Socket.IO 4 is refused in the words of this lane', async () => {
  for (const query of [
    'EIO=3&transport=polling',
    'EIO=4&transport=carrier-pigeon',
    'EIO=4&transport=polling&EIO=4',
    'EIO=4&transport=polling&sid=unknown',
    'EIO=4&transport=polling&j=1',
    '',
  ]) {
    const answer = await handshake(query)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ code: 'TRANSPORT_INVALID' })
  }
  expect((await handshake('EIO=4&transport=polling')).status).toBe(200)
})

test.each(['polling', 'websocket'] as const)('a page of another site gets no %s', async (transport) => {
  const options = { transports: [transport], headers: { origin: 'https://evil.example' } }
  expect(await turnedAway(server.url, { token: alice }, options)).toBeUndefined()
  const own = { transports: [transport], headers: { origin: server.url } }
  expect((await program(server.url, alice, own)).heard('connected')).toHaveLength(1)
})

test('unknown events and events that are too many are answered, not ignored', async () => {
  const small = await laneServer({ limits: { messagesPerSecond: 1, messageBurst: 3 } })
  const hers = await program(small.url, await registered(small.url, 'alice'))
  expect(await hers.refusal('no_such_event')).toBe('EVENT_UNKNOWN')
  const codes = []
  for (let i = 0; i < 4; i++) codes.push(await hers.refusal('user_login'))
  expect(codes.slice(0, 2)).toEqual(['accepted', 'accepted'])
  expect(codes).toContain('RATE_LIMITED')
  expect(hers.heard('error').at(-1)).toEqual({
    error: expect.any(String),
    code: 'RATE_LIMITED',
    timestamp: expect.stringMatching(/Z$/),
    message: expect.any(String),
    success: false,
    retry_after_ms: expect.any(Number),
  })
})

test('packets that no client sends close the connection and nothing else', async () => {
  const raw = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`)
  const { sid } = JSON.parse((await raw.text()).slice(1)) as { readonly sid: string }
  const address = `${server.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`
  const posted = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'text/plain;charset=UTF-8' },
    body: '40/admin,{"token":"x"}',
  })
  expect(posted.status).toBe(200)
  await expect.poll(async () => (await fetch(address)).status).toBe(400)
  expect((await program(server.url, alice)).heard('connected')).toHaveLength(1)
})

test('an event that says a thing twice is refused, the socket stays', async () => {
  const hers = await program(server.url, alice)
  const engine = hers.socket.io.engine as unknown as { write(packet: string): void }
  engine.write('2["message",{"recipient":"bob","recipient":"alice","encrypted_payload":"x"}]')
  expect((await hers.next('error'))['code']).toBe('PAYLOAD_INVALID')
  engine.write('2["disconnecting",{}]')
  expect((await hers.next('error'))['code']).toBe('EVENT_UNKNOWN')
  engine.write('2["error",{}]')
  expect((await hers.next('error'))['code']).toBe('EVENT_UNKNOWN')
  expect(await hers.refusal('user_login')).toBe('accepted')
})

test('presence: who shares a room hears of joining, leaving, coming and going, only of one’s own name; nobody else', async () => {
  const [carol, dave] = [await registered(server.url, 'carol'), await registered(server.url, 'dave')]
  const hers = await program(server.url, carol)
  const his = await program(server.url, dave)
  const stranger = await program(server.url, await registered(server.url, 'erin'))
  await his.ask('join_room', { room: 'Company' })
  await hers.ask('join_room', { room: 'Company' })
  expect(await his.next('user_joined')).toMatchObject({ room_id: expect.any(Number) })
  for (const [sent, heard] of [
    ['join', 'user_joined'],
    ['leave', 'user_left'],
    ['user_login', 'user_online'],
  ] as const) {
    expect(await hers.refusal(sent, { username: 'dave' })).toBe('IDENTITY_MISMATCH')
    await hers.ask(sent, { username: 'carol' })
    expect(await his.next(heard)).toEqual({ username: 'carol' })
    expect(hers.heard(heard)).toEqual([])
  }
  await rest(server.url, 'PUT /api/me/presence', { token: carol, body: { presence: 'hidden' } })
  // Who hides is away for those who have seen her; nothing of her is told before she shows herself.
  expect(await his.next('user_offline')).toEqual({ username: 'carol' })
  await hers.ask('user_login', { username: 'carol' })
  const { body: online } = await rest(server.url, 'GET /api/users/online', { token: dave })
  expect(JSON.stringify(online)).not.toContain('carol')
  await rest(server.url, 'PUT /api/me/presence', { token: carol, body: { presence: 'visible' } })
  expect(await his.next('user_online')).toEqual({ username: 'carol' })
  hers.close()
  expect(await his.next('user_offline')).toEqual({ username: 'carol' })
  expect(his.heard('user_online')).toHaveLength(2)
  for (const event of ['user_joined', 'user_left', 'user_online', 'user_offline'])
    expect(stranger.heard(event)).toEqual([])
})

test('a server without the lane has none of it', async () => {
  const without = await laneServer({ open: false })
  for (const call of ['GET /api/me', 'POST /login', 'POST /register', 'GET /users', 'POST /logout'] as const)
    expect((await rest(without.url, call)).body['code']).toBe('NOT_FOUND')
  const answer = await fetch(`${without.url}/socket.io/?EIO=4&transport=polling`)
  expect(answer.status).toBe(404)
  expect(await turnedAway(without.url, { token: alice })).toBeUndefined()
})
