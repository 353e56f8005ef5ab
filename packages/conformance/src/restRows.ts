import assert from 'node:assert/strict'
import { password } from './bench.ts'
import { dsaPem, jwkOf, receivingPair, smallRsaPem } from './keys.ts'
import { assertRefused } from './rest.ts'
import { closeAll } from './program.ts'
import { row, type Section } from './row.ts'

const isOlderThanLimit = (codes: readonly unknown[]): boolean => codes.includes('RATE_LIMITED')

export const restCalls: Section = {
  name: 'REST',
  rows: [
    row(
      'rest.register',
      'POST /register: 201, the key as it came, none made by the server',
      async (bench) => {
        const { pem } = receivingPair('RSA-3072')
        const username = bench.freshName('register')
        const made = await bench.rest('POST /register', { body: { username, password, public_key: pem } })
        assert.equal(made.status, 201, made.text)
        assert.equal(made.body['success'], true)
        assert.equal(made.body['public_key'], pem)
        assert.equal(made.headers.get('set-cookie'), null)
        const keyless = await bench.fresh('keyless')
        const asked = await bench.rest(`GET /api/users/public-key/${keyless.name}`, { token: keyless.token })
        assertRefused(asked, 404, 'KEY_NOT_FOUND')
      },
    ),
    row(
      'rest.register-refused',
      'POST /register: weak passwords, keys that are none, names that are taken',
      async (bench) => {
        const { name } = await bench.account('alice')
        const register = (body: object) => bench.rest('POST /register', { body })
        const username = bench.freshName('refused')
        assertRefused(await register({ username, password: 'short' }), 400, 'WEAK_PASSWORD')
        const wrong = [
          'no key',
          smallRsaPem(1024),
          smallRsaPem(2048),
          { ...jwkOf(receivingPair('P-256').publicKey), alg: 'HS256' },
          { ...jwkOf(receivingPair('P-256').publicKey), alg: 'ES256', use: 'enc' },
          jwkOf(receivingPair('P-256').privateKey),
          { kty: 'oct', k: 'AA' },
        ]
        for (const public_key of wrong)
          assertRefused(await register({ username, password, public_key }), 400, 'KEY_INVALID')
        const taken = await register({ username: name, password })
        assertRefused(taken, 409, 'USERNAME_TAKEN')
        assert.equal(taken.headers.get('set-cookie'), null)
        assert.equal(taken.body['token'], undefined)
      },
    ),
    row('rest.login', 'POST /login: token, user with key, a cookie that no script reads', async (bench) => {
      const { name } = await bench.account('bob', 'RSA-3072')
      const answer = await bench.rest('POST /login', { body: { username: name, password } })
      assert.equal(answer.status, 200)
      assert.equal(answer.body['success'], true)
      const { pem } = receivingPair('RSA-3072')
      assert.deepEqual(answer.body['user'], { username: name, public_key: pem, public_key_pem: pem })
      const cookie = answer.headers.get('set-cookie') ?? ''
      assert.match(cookie, /HttpOnly/i)
      assert.match(cookie, /SameSite=(?:Strict|Lax)/i)
      const token = String(answer.body['token'])
      assert.equal((await bench.rest('GET /api/me', { token })).body['username'], name)
      const [pair = ''] = cookie.split(';')
      assert.equal((await bench.rest('GET /api/me', { headers: { cookie: pair } })).body['username'], name)
    }),
    row(
      'rest.login-refused',
      'POST /login: the same words for a wrong password and for nobody; limited per account',
      async (bench) => {
        const victim = await bench.fresh('limited')
        const attempt = (username: string, word: string) =>
          bench.rest('POST /login', { body: { username, password: word } })
        const wrong = await attempt(victim.name, 'a wrong passphrase, surely')
        assertRefused(wrong, 401, 'INVALID_CREDENTIALS')
        const nobody = await attempt(bench.freshName('nobody'), 'a wrong passphrase, surely')
        assert.equal(nobody.status, 401)
        assert.deepEqual({ ...nobody.body, timestamp: '' }, { ...wrong.body, timestamp: '' })
        const codes: unknown[] = []
        for (let at = 0; at < 10 && !isOlderThanLimit(codes); at++)
          codes.push((await attempt(victim.name, 'a wrong passphrase, surely')).body['code'])
        const limited = await attempt(victim.name, password)
        assertRefused(limited, 429, 'RATE_LIMITED')
        assert.ok(Number(limited.headers.get('retry-after')) > 0)
        const { name } = await bench.account('alice')
        assert.equal((await attempt(name, password)).status, 200)
      },
    ),
    row(
      'rest.logout',
      'POST /logout ends token, cookie and sockets; GET /logout changes nothing',
      async (bench) => {
        const { name } = await bench.account('alice')
        const login = await bench.rest('POST /login', { body: { username: name, password } })
        const token = String(login.body['token'])
        const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
        const program = await bench.connect({ token })
        await bench.rest('GET /logout', { token })
        assert.equal((await bench.rest('GET /api/me', { token })).status, 200)
        assert.equal((await bench.rest('POST /logout', { token })).status, 200)
        await program.dropped
        assert.equal((await bench.rest('GET /api/me', { token })).status, 401)
        assert.equal((await bench.rest('GET /api/me', { headers: { cookie } })).status, 401)
        assert.equal((await bench.turnedAway({ token }))?.['code'], 'UNAUTHORIZED')
      },
    ),
    row('rest.aliases', '/api/register, /api/login and /api/logout are the same', async (bench) => {
      const username = bench.freshName('alias')
      const public_key = Buffer.from(receivingPair('RSA-3072').pem).toString('base64')
      const made = await bench.rest('POST /api/register', { body: { username, password, public_key } })
      assert.equal(made.status, 201, made.text)
      assert.equal(made.body['public_key'], public_key)
      assert.equal(made.body['public_key_pem'], receivingPair('RSA-3072').pem)
      const login = await bench.rest('POST /api/login', { body: { username, password } })
      const token = String(login.body['token'])
      assert.equal((await bench.rest('GET /api/me', { token })).body['username'], username)
      assert.equal((await bench.rest('POST /api/logout', { token })).status, 200)
      assert.equal((await bench.rest('GET /api/me', { token })).status, 401)
    }),
    row('rest.field', 'a refusal names the field that is refused', async (bench) => {
      const { name: username } = await bench.account('alice')
      for (const [body, code, field] of [
        [{ password }, 'PAYLOAD_INVALID', 'username'],
        [{ username }, 'PAYLOAD_INVALID', 'password'],
        [{ username, password, nickname: 'x' }, 'PAYLOAD_INVALID', 'nickname'],
        [{ username, password: 7 }, 'PAYLOAD_INVALID', 'password'],
        [{ username, password: 'short' }, 'WEAK_PASSWORD', 'password'],
        [{ username, password, public_key: 'no key' }, 'KEY_INVALID', 'public_key'],
        [{ username, password }, 'USERNAME_TAKEN', 'username'],
      ] as const) {
        const answer = await bench.rest('POST /register', { body })
        assert.equal(`${String(answer.body['code'])} ${String(answer.body['field'])}`, `${code} ${field}`)
      }
    }),
    row('rest.format', '?format=object: {users: […]} and {rooms: […]}', async (bench) => {
      const { token } = await bench.account('alice')
      for (const [path, name] of [
        ['/users', 'users'],
        ['/api/users/online', 'users'],
        ['/api/rooms', 'rooms'],
      ] as const) {
        const { list } = await bench.rest(`GET ${path}`, { token })
        const { body } = await bench.rest(`GET ${path}?format=object`, { token })
        assert.deepEqual(Object.keys(body), [name])
        assert.equal((body[name] as readonly unknown[]).length, list.length)
      }
      assertRefused(await bench.rest('GET /users?format=xml', { token }), 400, 'PAYLOAD_INVALID')
    }),
    row(
      'rest.origin',
      'a page that nobody has named is granted nothing, and no page everything',
      async (bench) => {
        const origin = 'https://elsewhere.example'
        for (const call of ['OPTIONS /login', 'GET /api/me', 'OPTIONS /socket.io/?EIO=4&transport=polling']) {
          const headers = { origin, 'access-control-request-method': 'POST' }
          const answer = await bench.rest(call, { headers })
          assertRefused(answer, 403, 'ORIGIN_REFUSED')
          assert.equal(answer.headers.get('access-control-allow-origin'), null)
          assert.equal(answer.headers.get('access-control-allow-credentials'), null)
        }
      },
    ),
    row('rest.session', 'everything else asks for a session', async (bench) => {
      for (const call of [
        'GET /api/me',
        'GET /users',
        'GET /api/users/online',
        'GET /api/users/public-key/x',
        'GET /api/rooms',
        'POST /api/rooms',
      ])
        assertRefused(await bench.rest(call), 401, 'UNAUTHORIZED')
    }),
    row('rest.people', 'who there is, with keys; who is online and does not hide it', async (bench) => {
      const [alice, bob] = [await bench.account('alice'), await bench.account('bob', 'RSA-3072')]
      const [hers, his] = [await bench.connect(alice), await bench.connect(bob)]
      const { token } = alice
      const me = await bench.rest('GET /api/me', { token })
      assert.equal(me.body['username'], alice.name)
      const one = (list: readonly object[], name: string) =>
        list.find((user) => 'username' in user && user.username === name)
      const after = bob.name.slice(0, -1)
      const users = (await bench.rest(`GET /users?after=${after}`, { token })).list
      const { pem } = receivingPair('RSA-3072')
      assert.partialDeepStrictEqual(one(users, bob.name) ?? {}, { username: bob.name, public_key: pem })
      const online = async () => (await bench.rest('GET /api/users/online', { token })).list
      assert.ok(one(await online(), bob.name))
      await bench.rest('PUT /api/me/presence', { token: bob.token, body: { presence: 'hidden' } })
      assert.equal(one(await online(), bob.name), undefined)
      await bench.rest('PUT /api/me/presence', { token: bob.token, body: { presence: 'visible' } })
      const unknown = await bench.rest(`GET /api/users/public-key/${bench.freshName('nobody')}`, { token })
      assertRefused(unknown, 404, 'USER_NOT_FOUND')
      await closeAll(hers, his)
    }),
    row('rest.rooms', 'rooms: made once, listed to whoever may see them', async (bench) => {
      const [alice, bob] = [await bench.account('alice'), await bench.account('bob', 'RSA-3072')]
      const create = (body: object) => bench.rest('POST /api/rooms', { token: alice.token, body })
      const name = bench.freshName('Room')
      const made = await create({ name, description: 'of the conformance tests' })
      assert.equal(made.status, 201, made.text)
      assert.equal(made.body['success'], true)
      assertRefused(await create({ name }), 409, 'ROOM_EXISTS')
      for (const body of [{}, { name: '' }, { name: '   ' }])
        assertRefused(await create(body), 400, 'NAME_REQUIRED')
      const hidden = await create({ name: bench.freshName('Hidden'), is_private: true })
      const seenBy = async (token: string) => (await bench.rest('GET /api/rooms', { token })).list
      const listed = (await seenBy(bob.token)).find(({ id }) => id === made.body['room_id'])
      assert.partialDeepStrictEqual(listed ?? {}, {
        kind: 'classic',
        name,
        description: 'of the conformance tests',
        created_by: alice.name,
        is_private: false,
      })
      assert.match(String(listed?.['created_at']), /Z$/)
      assert.ok((await seenBy(alice.token)).some(({ id }) => id === hidden.body['room_id']))
      assert.ok(!(await seenBy(bob.token)).some(({ id }) => id === hidden.body['room_id']))
    }),
    row('rest.withdrawn', 'a DSA key: ALG_WITHDRAWN', async (bench) => {
      const body = { username: bench.freshName('dsa'), password, public_key: dsaPem() }
      assertRefused(await bench.rest('POST /register', { body }), 400, 'ALG_WITHDRAWN')
    }),
    row('rest.gone', 'a cookie that only asserts who one is: GONE', async (bench) => {
      const { name } = await bench.account('alice')
      assertRefused(await bench.rest('GET /api/me', { headers: { cookie: `username=${name}` } }), 410, 'GONE')
      const route = await bench.rest('POST /set_cookie', { body: { username: name } })
      assertRefused(route, 410, 'GONE')
      assert.match(String(route.body['instead']), /POST \/login/)
    }),
  ],
}
