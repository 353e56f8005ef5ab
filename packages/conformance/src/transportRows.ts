import assert from 'node:assert/strict'
import { assertFailureBody, assertRefused } from './rest.ts'
import { row, type Section } from './row.ts'

export const transport: Section = {
  name: 'Transport',
  rows: [
    row('transport.unauthorized', 'no valid session: connect_error with UNAUTHORIZED', async (bench) => {
      for (const auth of [{}, { token: 'nobody’s' }, { token: 'A'.repeat(43) }]) {
        const told = await bench.turnedAway(auth)
        assert.equal(told?.['code'], 'UNAUTHORIZED')
        assertFailureBody(told ?? {})
      }
    }),
    row('transport.connected', 'a session by auth, header or cookie: connected {message}', async (bench) => {
      const { token } = await bench.account('alice')
      const cookies = ['sotto_session', '__Host-sotto_session'].map((name) => `${name}=${token}`).join('; ')
      const ways = [
        await bench.connect({ token }),
        await bench.connect({ token: undefined as never }, { headers: { authorization: `Bearer ${token}` } }),
        await bench.connect({ token: undefined as never }, { headers: { cookie: cookies } }),
      ]
      for (const one of ways) {
        assert.equal(typeof one.heard('connected')[0]?.['message'], 'string')
        await one.close()
      }
    }),
    row('transport.polling', 'polling and WebSocket, and the way from one to the other', async (bench) => {
      const account = await bench.account('alice')
      for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']] as const)
        await (await bench.connect(account, { transports })).close()
    }),
    row(
      'transport.origin',
      'a page of another site is refused, a program without origin is not',
      async (bench) => {
        const { token } = await bench.account('alice')
        const origin = 'https://elsewhere.example'
        assertRefused(await bench.rest('GET /api/me', { token, headers: { origin } }), 403, 'ORIGIN_REFUSED')
        assert.equal((await bench.rest('GET /api/me', { token })).status, 200)
        for (const one of ['polling', 'websocket'] as const)
          await bench.turnedAway({ token }, { transports: [one], headers: { origin } })
      },
    ),
    row('transport.media', 'a POST that is not JSON: 415', async (bench) => {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
        const headers = { 'content-type': type }
        assertRefused(
          await bench.rest('POST /login', { raw: '{"username":"a"}', headers }),
          415,
          'MEDIA_TYPE',
        )
      }
    }),
    row(
      'transport.failures',
      'every failure: {error, code, timestamp}, in JSON, and nothing of the inside',
      async (bench) => {
        const { token } = await bench.account('alice')
        const failures = [
          await bench.rest('GET /api/nothing', { token }),
          await bench.rest('POST /login', { raw: '{', headers: { 'content-type': 'application/json' } }),
          await bench.rest('POST /login', {
            raw: '{"username":"a","username":"b"}',
            headers: { 'content-type': 'application/json' },
          }),
          await bench.rest('POST /login', { body: [] }),
          await bench.rest('POST /login', { body: { username: 'x'.repeat(200_000) } }),
          await bench.rest('GET /api/rooms/x/members', { token }),
          await bench.rest('DELETE /login'),
        ]
        for (const { status, body } of failures) {
          assert.ok(status >= 400 && status < 500, `status ${status}`)
          assertFailureBody(body)
        }
      },
    ),
    row('transport.version', 'a handshake that is none of Socket.IO 4 is refused', async (bench) => {
      for (const query of ['EIO=3&transport=polling', 'EIO=4&transport=pigeon', ''])
        assert.equal((await bench.rest(`GET /socket.io/?${query}`)).status, 400)
      assert.equal((await bench.rest('GET /socket.io/?EIO=4&transport=polling')).status, 200)
    }),
    row('transport.unknown', 'an event that is none is answered, not ignored', async (bench) => {
      const program = await bench.connect(await bench.account('alice'))
      await program.refused('no_such_event', {}, 'EVENT_UNKNOWN')
      await program.close()
    }),
  ],
}
