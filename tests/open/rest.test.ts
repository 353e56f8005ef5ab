import { request } from 'node:http'
import { nameReasons } from '@sotto/protocol'
import { describe, expect, test } from 'vitest'
import { receivingPair } from './lane/keys.ts'
import { program, turnedAway } from './lane/program.ts'
import { goodPassword, registered, rest } from './lane/rest.ts'
import { laneServer } from './lane/server.ts'

const server = await laneServer()
const pair = receivingPair('RSA-3072')
const alice = await registered(server.url, 'alice', pair.pem)

const isTime = (value: unknown): boolean =>
  typeof value === 'string' && value.endsWith('Z') && new Date(value).toISOString() === value

/** The code of a failure, whose shape is always the same. */
const codeOf = ({ body }: { readonly body: Record<string, unknown> }): unknown => {
  const more = new Set(['retry_after_ms', 'reason', 'field', 'instead'])
  const always = ['error', 'message', 'code', 'timestamp', 'success']
  expect(Object.keys(body).filter((key) => !more.has(key))).toEqual(always)
  expect([body['message'], body['success']]).toEqual([body['error'], false])
  expect(body['code']).toMatch(/^[A-Z][A-Z0-9_]+$/)
  expect(isTime(body['timestamp'])).toBe(true)
  return body['code']
}

describe('POST /register', () => {
  const register = (body: unknown) => rest(server.url, 'POST /register', { body })

  test('answers 201 with the key as it came, and makes none of its own', async () => {
    const withKey = await register({ username: 'carol', password: goodPassword, public_key: pair.pem })
    expect(withKey.status).toBe(201)
    expect(withKey.body).toEqual({
      success: true,
      message: expect.any(String),
      public_key: pair.pem,
      public_key_pem: pair.pem,
    })
    const without = await register({ username: 'dave', password: goodPassword, email: 'd@example.org' })
    expect(without.status).toBe(201)
    expect(without.body).toEqual({ success: true, message: expect.any(String) })
  })

  test('refuses weak passwords, names that are none, and names that are taken', async () => {
    for (const password of ['short', 'aaaaaaaaaaaaaaaa', 'i am erin, erin'])
      expect(codeOf(await register({ username: 'erin', password }))).toBe('WEAK_PASSWORD')
    expect(codeOf(await register({ username: 'аlice', password: goodPassword }))).toBe('USERNAME_INVALID')
    const again = await register({ username: 'Alice', password: 'another long passphrase' })
    expect([again.status, codeOf(again)]).toEqual([409, 'USERNAME_TAKEN'])
    const login = { username: 'alice', password: 'another long passphrase' }
    expect((await rest(server.url, 'POST /login', { body: login })).status).toBe(401)
  })

  test('ID-2a, ID-2b, ID-2c says why a name is refused, in a word and in words', async () => {
    const asked = async (username: string) => (await register({ username, password: goodPassword })).body
    for (const [username, reason] of [
      ['x', 'short'],
      ['alic\u034fe', 'invisible'],
      ['al ice', 'character'],
      ['-alice', 'edges'],
      ['аlice', 'scripts'],
      ['al\u200dice', 'joiner'],
      ['1דוד', 'direction'],
    ] as const)
      expect(await asked(username)).toMatchObject({
        code: 'USERNAME_INVALID',
        reason,
        error: nameReasons[reason],
      })
    expect(await asked('a1ice')).toMatchObject({ code: 'USERNAME_ALIKE' })
    for (const username of ['admin', 'System', 'adm1n', 'r00t', 'everyone', 'here', 'sotto'])
      expect([username, (await asked(username))['code']]).toEqual([username, 'USERNAME_RESERVED'])
    for (const username of ['សុខា', 'ጥሩነሽ', 'ローラ', 'علی\u200cرضا'])
      expect([username, (await asked(username))['success']]).toEqual([username, true])
  })
})

describe('POST /login', () => {
  const logIn = (body: unknown) => rest(server.url, 'POST /login', { body })

  test('answers with a token that works, the key, and a cookie that no script reads', async () => {
    const answer = await logIn({ username: 'alice', password: goodPassword })
    expect(answer.body).toEqual({
      success: true,
      token: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      user: { username: 'alice', public_key: pair.pem, public_key_pem: pair.pem },
    })
    const cookie = answer.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^sotto_session=[^;]+; Path=\/; HttpOnly; SameSite=Strict/)
    const byCookie = { headers: { cookie: cookie.split(';')[0] ?? '' } }
    expect((await rest(server.url, 'GET /api/me', byCookie)).body['username']).toBe('alice')
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test('says the same of a wrong password and of nobody', async () => {
    const wrong = await logIn({ username: 'alice', password: 'not the right one at all' })
    const nobody = await logIn({ username: 'nobodyhere', password: 'not the right one at all' })
    expect([wrong.status, codeOf(wrong)]).toEqual([401, 'INVALID_CREDENTIALS'])
    expect({ ...nobody.body, timestamp: '' }).toEqual({ ...wrong.body, timestamp: '' })
    expect(nobody.status).toBe(401)
  })

  test('limits tries per account and address, and nobody else behind the address', async () => {
    const own = await laneServer()
    const [, bob] = [await registered(own.url, 'alice'), await registered(own.url, 'bob')]
    expect(bob).toBeTypeOf('string')
    const attempt = (username: string, password: string) =>
      rest(own.url, 'POST /login', { body: { username, password } })
    const codes = []
    for (let i = 0; i < 7; i++) codes.push((await attempt('alice', 'a wrong passphrase')).body['code'])
    expect(codes).toContain('RATE_LIMITED')
    const limited = await attempt('alice', goodPassword)
    expect(limited.status).toBe(429)
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await attempt('bob', goodPassword)).status).toBe(200)
  })

  test('SES-10: lets in who shows a token of the account, ended or not, while others guess', async () => {
    const own = await laneServer()
    const token = await registered(own.url, 'alice')
    const others = await registered(own.url, 'bob')
    const attempt = (password: string, shown?: string) =>
      rest(own.url, 'POST /login', {
        body: { username: 'alice', password },
        ...(shown === undefined ? {} : { token: shown }),
      })
    for (let i = 0; i < 6; i++) await attempt('a wrong passphrase')
    expect((await attempt(goodPassword)).status).toBe(429)
    expect((await attempt(goodPassword, others)).status).toBe(429)
    expect((await attempt(goodPassword, 'x'.repeat(43))).status).toBe(429)
    const again = await attempt(goodPassword, token)
    expect(again.status).toBe(200)
    // A token is no way to guess faster.
    const codes = []
    for (let i = 0; i < 6; i++) codes.push((await attempt('a wrong passphrase', token)).body['code'])
    expect(codes.at(-1)).toBe('RATE_LIMITED')
    await rest(own.url, 'POST /logout', { token: again.body['token'] as string })
    expect((await attempt(goodPassword, again.body['token'] as string)).status).toBe(429)
  })
})

test('by TLS only the cookie that no other host and no plain page can set is believed, and without TLS only the other', async () => {
  const own = await laneServer({ trustProxy: ['127.0.0.1', '::1'] })
  const token = await registered(own.url, 'alice')
  const answer = async (name: string, proto: string) => {
    const headers = { cookie: `${name}=${token}`, 'x-forwarded-proto': proto, 'x-forwarded-for': '192.0.2.7' }
    return (await rest(own.url, 'GET /api/me', { headers })).status
  }
  expect(await answer('__Host-sotto_session', 'https')).toBe(200)
  expect(await answer('sotto_session', 'https')).toBe(401)
  expect(await answer('sotto_session', 'http')).toBe(200)
  expect(await answer('__Host-sotto_session', 'http')).toBe(401)
  const both = `sotto_session=${token}; __Host-sotto_session=${'x'.repeat(43)}`
  const headers = { cookie: both, 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.7' }
  expect((await rest(own.url, 'GET /api/me', { headers })).status).toBe(401)
})

test('POST /logout ends token, cookie and sockets; GET /logout ends nothing', async () => {
  const token = await registered(server.url, 'leaver')
  const open = await program(server.url, token)
  const asked = await rest(server.url, 'GET /logout', { token })
  expect([asked.status, codeOf(asked)]).toEqual([405, 'METHOD_NOT_ALLOWED'])
  expect((await rest(server.url, 'GET /api/me', { token })).status).toBe(200)
  const gone = new Promise((resolve) => open.socket.once('disconnect', resolve))
  expect((await rest(server.url, 'POST /logout', { token })).body).toEqual({ success: true })
  await gone
  expect((await rest(server.url, 'GET /api/me', { token })).status).toBe(401)
  expect((await turnedAway(server.url, { token }))?.['code']).toBe('UNAUTHORIZED')
  const cookie = { headers: { cookie: `sotto_session=${token}` } }
  expect((await rest(server.url, 'GET /api/me', cookie)).status).toBe(401)
})

test('every address but two asks for a session', async () => {
  for (const call of [
    'POST /logout',
    'GET /api/me',
    'GET /api/users/online',
    'GET /api/users/public-key/alice',
    'GET /users',
    'GET /api/rooms',
    'POST /api/rooms',
    'GET /api/rooms/1/members',
    'POST /api/rooms/1/members',
    'POST /api/tokens',
    'GET /api/tokens',
    'DELETE /api/tokens/1',
    'PUT /api/me/public-key',
    'PUT /api/me/presence',
  ] as const) {
    const answer = await rest(server.url, call)
    expect([call, answer.status, codeOf(answer)]).toEqual([call, 401, 'UNAUTHORIZED'])
  }
  const unknown = await rest(server.url, 'GET /api/nothing')
  expect([unknown.status, codeOf(unknown)]).toEqual([404, 'NOT_FOUND'])
})

test('people: keys as uploaded with fingerprint, who is online, who hides it', async () => {
  const dora = await registered(server.url, 'dora', pair.pem)
  const own = (await rest(server.url, 'GET /api/me', { token: dora })).body
  expect(own).toMatchObject({ username: 'dora', public_key: pair.pem, kind: 'program', presence: 'visible' })
  const key = (await rest(server.url, 'GET /api/users/public-key/dora', { token: alice })).body
  const { fingerprint } = own
  expect(key).toEqual({ username: 'dora', public_key: pair.pem, public_key_pem: pair.pem, fingerprint })
  const listed = (await rest(server.url, 'GET /users', { token: alice })).body as unknown as unknown[]
  expect(listed).toContainEqual(key)
  const unknown = await rest(server.url, 'GET /api/users/public-key/nobodyhere', { token: alice })
  expect([unknown.status, codeOf(unknown)]).toEqual([404, 'USER_NOT_FOUND'])

  const online = async () => {
    const { body } = await rest(server.url, 'GET /api/users/online', { token: alice })
    return (body as unknown as { readonly username: string }[]).map(({ username }) => username)
  }
  expect(await online()).not.toContain('dora')
  await program(server.url, dora)
  expect(await online()).toContain('dora')
  await rest(server.url, 'PUT /api/me/presence', { token: dora, body: { presence: 'hidden' } })
  expect(await online()).not.toContain('dora')

  const other = receivingPair('P-256').pem
  const put = await rest(server.url, 'PUT /api/me/public-key', { token: dora, body: { public_key: other } })
  expect(put.body).toMatchObject({ public_key: other })
  expect(put.body['fingerprint']).not.toBe(own['fingerprint'])
})

test('rooms: made once, listed to whoever may see them', async () => {
  const bob = await registered(server.url, 'roombob')
  const make = (token: string, body: unknown) => rest(server.url, 'POST /api/rooms', { token, body })
  const made = await make(alice, { name: 'Alarms', description: 'what goes wrong' })
  expect(made.status).toBe(201)
  expect(made.body).toEqual({ success: true, room_id: expect.any(Number), name: 'Alarms' })
  const hidden = await make(alice, { name: 'Ours', is_private: true })
  for (const body of [{}, { name: '' }, { name: '   ' }, { name: 'x'.repeat(81) }]) {
    const refused = await make(alice, body)
    expect([refused.status, codeOf(refused)]).toEqual([400, 'NAME_REQUIRED'])
  }
  const taken = await make(bob, { name: 'alarms' })
  expect([taken.status, codeOf(taken)]).toEqual([409, 'ROOM_EXISTS'])
  const list = async (token: string) =>
    (await rest(server.url, 'GET /api/rooms', { token })).body as unknown as Record<string, unknown>[]
  const room = (await list(bob)).find(({ name }) => name === 'Alarms')
  expect(room).toEqual({
    id: made.body['room_id'],
    kind: 'classic',
    name: 'Alarms',
    description: 'what goes wrong',
    created_by: 'alice',
    created_at: expect.any(String),
    is_private: false,
  })
  expect(isTime(room?.['created_at'])).toBe(true)
  const names = (rooms: readonly Record<string, unknown>[]) => rooms.map(({ name }) => name)
  expect(names(await list(bob))).not.toContain('Ours')
  expect(names(await list(alice))).toContain('Ours')
  const invite = { token: alice, body: { username: 'roombob' } }
  const path = `POST /api/rooms/${String(hidden.body['room_id'])}/members` as const
  const notHis = await rest(server.url, path, { token: bob, body: { username: 'roombob' } })
  expect([notHis.status, codeOf(notHis)]).toEqual([404, 'ROOM_NOT_FOUND'])
  expect((await rest(server.url, path, invite)).status).toBe(200)
  expect(names(await list(bob))).toContain('Ours')
})

test('NAME-1 a room is called what was asked for, as the answer says, or not made, and it is said why', async () => {
  const make = async (name: string) =>
    (await rest(server.url, 'POST /api/rooms', { token: alice, body: { name } })).body
  for (const name of ['™ news', '👨\u200d👩\u200d👧\u200d👦 family', 'శ్రీ\u200cనివాస', 'ﬁnance', 'ＡＢＣ'])
    expect(await make(name)).toMatchObject({ success: true, name })
  expect(await make('  two   words ')).toMatchObject({ success: true, name: 'two words' })
  for (const [name, reason] of [
    ['a\u0001b', 'line'],
    ['a\u200bb', 'invisible'],
    ['a\u202eb', 'turns'],
  ] as const)
    expect(await make(name)).toMatchObject({ code: 'NAME_INVALID', reason, error: nameReasons[reason] })
  expect(await make('\u3164')).toMatchObject({ code: 'NAME_REQUIRED', reason: 'empty' })
  expect(await make('ﬁnаnce')).toMatchObject({ code: 'ROOM_EXISTS' })
})

describe('what every body and page must be', () => {
  test('JSON, once, small, and no other kind', async () => {
    const send = (body: string, type = 'application/json') =>
      rest(server.url, 'POST /login', { body, headers: { 'content-type': type } })
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/cbor']) {
      const answer = await send('a=1', type)
      expect([answer.status, codeOf(answer)]).toEqual([415, 'MEDIA_TYPE'])
    }
    const login = `"password":"${goodPassword}"`
    for (const body of [
      `{"username":"alice","username":"bob",${login}}`,
      `{"username":"alice","\\u0075sername":"bob",${login}}`,
      `{"username":"alice",${login},"more":1}`,
      '[]',
      '"text"',
      '{',
      '{"username":7}',
      `${'['.repeat(50)}${']'.repeat(50)}`,
    ])
      expect(codeOf(await send(body))).toBe('PAYLOAD_INVALID')
    const large = await send(`{"username":"${'x'.repeat(200_000)}"}`)
    expect([large.status, codeOf(large)]).toEqual([413, 'PAYLOAD_TOO_LARGE'])
  })

  test('of this site: a page of another one is refused, a program without origin is not', async () => {
    const statusWith = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = request(`${server.url}/api/me`, { headers }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
        sent.on('error', reject)
        sent.end()
      })
    const authorization = `Bearer ${alice}`
    expect(await statusWith({ authorization })).toBe(200)
    expect(await statusWith({ authorization, origin: server.url })).toBe(200)
    expect(await statusWith({ authorization, origin: 'https://evil.example' })).toBe(403)
    expect(await statusWith({ authorization, 'sec-fetch-site': 'cross-site' })).toBe(403)
  })

  test('a name in the payload that is not the name of the session is refused', async () => {
    const body = { public_key: pair.pem, username: 'bob' }
    const answer = await rest(server.url, 'PUT /api/me/public-key', { token: alice, body })
    expect([answer.status, codeOf(answer)]).toEqual([403, 'IDENTITY_MISMATCH'])
  })

  test('cookies that assert an identity are gone', async () => {
    const answer = await rest(server.url, 'GET /api/me', { headers: { cookie: 'username=alice' } })
    expect([answer.status, codeOf(answer)]).toEqual([410, 'GONE'])
  })
})
