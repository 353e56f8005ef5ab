import { limits, operations } from '@sotto/protocol'
import { io } from 'socket.io-client'
import { describe, expect, it } from 'vitest'
import { register } from '../client/device.ts'
import { testServer } from '../client/testServer.ts'

type Body = Record<string, unknown>

const call = async (url: string, method: string, path: string, token: string, body?: unknown) => {
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Body }
}

describe('the access tokens of a person', async () => {
  const { url } = await testServer({ open: true })
  const anna = await register(url, 'anna')
  const make = (body: unknown, token = anna.token) => call(url, 'POST', '/api/tokens', token, body)

  it('open the lane as far as they reach', async () => {
    const made = await make({ name: 'alerts', scopes: ['read'] })
    expect(made.status).toBe(201)
    const token = made.body['token'] as string
    const me = await call(url, 'GET', '/api/me', token)
    expect(me.body).toMatchObject({ username: 'anna', kind: 'person', scopes: ['read'], public_key: null })
    const room = await call(url, 'POST', '/api/rooms', token, { name: 'General' })
    expect([room.status, room.body['code']]).toEqual([403, 'SCOPE_MISSING'])
  })

  it('that only send hear nothing, neither mail nor rooms', async () => {
    const { body: sending } = await make({ name: 'sensor', scopes: ['send', 'rooms'] })
    const { body: reading } = await make({ name: 'screen', scopes: ['read'] })
    const connected = async (token: unknown) => {
      const socket = io(url, { auth: { token }, transports: ['websocket'], reconnection: false })
      const heard: string[] = []
      socket.onAny((event: string) => heard.push(event))
      await new Promise((resolve) => socket.once('connected', resolve))
      return { socket, heard }
    }
    const [sensor, screen] = [await connected(sending['token']), await connected(reading['token'])]
    const ask = async (event: string, payload: unknown) =>
      (await sensor.socket.timeout(20_000).emitWithAck(event, payload)) as Body
    const { room_id } = await ask('join_room', { room: 'Sensors' })
    const numbers = (length: number) => JSON.stringify(Array.from({ length }, () => 7))
    const sent = { room_id, encrypted_content: numbers(20), iv: numbers(12) }
    expect(await ask('send_message', sent)).toMatchObject({ ok: true })
    const base64 = (length: number) => Buffer.alloc(length, 7).toString('base64')
    const encrypted_payload = { encrypted_data: base64(20), encrypted_key: base64(256), iv: base64(12) }
    expect(await ask('message', { recipient: 'anna', encrypted_payload })).toMatchObject({ ok: true })
    expect(await ask('room_history', { room_id })).toMatchObject({ ok: false, code: 'SCOPE_MISSING' })
    await expect.poll(() => screen.heard).toEqual(expect.arrayContaining(['new_message', 'message']))
    expect(sensor.heard).toEqual(['connected', 'joined_room', 'error'])
    sensor.socket.disconnect()
    screen.socket.disconnect()
  })

  it('are listed without themselves, and revoked with their sockets', async () => {
    const made = await make({ name: 'cron', scopes: ['read', 'send'], days: 7 })
    const { id, token } = made.body as { readonly id: number; readonly token: string }
    const listed = (await call(url, 'GET', '/api/tokens', anna.token)).body as unknown as Body[]
    expect(listed).toContainEqual({
      id,
      name: 'cron',
      scopes: ['read', 'send'],
      created_at: expect.any(String),
      expires_at: made.body['expires_at'],
    })
    expect(JSON.stringify(listed)).not.toContain(token)
    const socket = io(url, { auth: { token }, transports: ['websocket'], reconnection: false })
    await new Promise((resolve) => socket.once('connected', resolve))
    const gone = new Promise((resolve) => socket.once('disconnect', resolve))
    expect((await call(url, 'DELETE', `/api/tokens/${id}`, anna.token)).status).toBe(200)
    await gone
    expect((await call(url, 'GET', '/api/me', token)).body['code']).toBe('UNAUTHORIZED')
    const again = await call(url, 'DELETE', `/api/tokens/${id}`, anna.token)
    expect([again.status, again.body['code']]).toEqual([404, 'TOKEN_NOT_FOUND'])
  })

  it('make no further tokens, nor does the session of a program, nor is a person’s session one of this lane', async () => {
    const { body } = await make({ name: 'first', scopes: ['account', 'read'] })
    expect((await make({ name: 'second', scopes: ['read'] }, body['token'] as string)).status).toBe(401)
    expect((await call(url, 'GET', '/api/me', anna.token)).status).toBe(401)
    const bob = await register(url, 'bobby')
    const his = await call(url, 'GET', '/api/tokens', bob.token)
    expect(his.body).toEqual([])
  })

  it('are refused without a name, a reach or with one that there is not', async () => {
    for (const wrong of [
      { scopes: ['read'] },
      { name: 'x', scopes: [] },
      { name: 'x', scopes: ['admin'] },
      { name: 'x', scopes: ['read'], days: 401 },
    ])
      expect((await make(wrong)).body['code']).toBe('PAYLOAD_INVALID')
  })

  it('belong to a name that no program can take, and the other way round', async () => {
    const password = 'a long enough passphrase'
    const taken = await call(url, 'POST', '/register', '', { username: 'anna', password })
    expect(taken.body['code']).toBe('USERNAME_TAKEN')
    expect((await call(url, 'POST', '/register', '', { username: 'robot', password })).status).toBe(201)
    await expect(register(url, 'robot')).rejects.toMatchObject({ code: 'name_taken' })
    const login = await call(url, 'POST', '/login', '', { username: 'anna', password })
    expect(login.body['code']).toBe('PERSON_ACCOUNT')
  })

  it('expire', async () => {
    let offsetMs = 0
    const { url: other } = await testServer({ open: true, clock: { nowMs: () => Date.now() + offsetMs } })
    const carl = await register(other, 'carl')
    const { body } = await call(other, 'POST', '/api/tokens', carl.token, {
      name: 'short',
      scopes: ['read'],
      days: 1,
    })
    const token = body['token'] as string
    const socket = io(other, { auth: { token }, transports: ['websocket'], reconnection: false })
    await new Promise((resolve) => socket.once('connected', resolve))
    const told = new Promise<Body>((resolve) => socket.once('error', resolve))
    offsetMs = 25 * 3_600_000
    expect((await told)['code']).toBe('SESSION_EXPIRED')
    expect((await call(other, 'GET', '/api/me', token)).status).toBe(401)
  })
})

describe('SES-8: the device of a person makes access tokens by operations of its own lane', async () => {
  const { url } = await testServer({ open: true })
  const dora = await register(url, 'dora')

  it('they open the other one, are listed without themselves, and end at once', async () => {
    const made = await dora.call(operations.createAccessToken, {
      label: 'cron',
      scopes: ['read', 'send'],
      days: 3,
    })
    expect((await call(url, 'GET', '/api/me', made.token)).body).toMatchObject({
      username: 'dora',
      scopes: ['read', 'send'],
    })
    const { tokens } = await dora.call(operations.listAccessTokens, {})
    expect(tokens).toEqual([
      {
        id: made.id,
        label: 'cron',
        scopes: ['read', 'send'],
        createdMs: expect.any(Number),
        expiresMs: made.expiresMs,
      },
    ])
    await dora.call(operations.revokeAccessToken, { id: made.id })
    expect((await call(url, 'GET', '/api/me', made.token)).status).toBe(401)
    await expect(dora.call(operations.revokeAccessToken, { id: made.id })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('of others are out of reach, senseless ones are refused, and there is an end to them', async () => {
    const erin = await register(url, 'erin')
    const wanted = { label: 'x', scopes: ['read'], days: 1 } as const
    const { id } = await erin.call(operations.createAccessToken, wanted)
    await expect(dora.call(operations.revokeAccessToken, { id })).rejects.toMatchObject({ code: 'not_found' })
    for (const changed of [{ scopes: [] }, { days: 0 }, { label: ' ' }])
      await expect(dora.call(operations.createAccessToken, { ...wanted, ...changed })).rejects.toMatchObject({
        code: 'bad_request',
      })
    for (let at = 1; at < limits.openAccessTokensPerAccountMax; at++)
      await erin.call(operations.createAccessToken, wanted)
    await expect(erin.call(operations.createAccessToken, wanted)).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('are not there where the lane is not', async () => {
    const without = await testServer({ open: false })
    const fred = await register(without.url, 'fred')
    await expect(fred.call(operations.listAccessTokens, {})).rejects.toMatchObject({ code: 'not_found' })
  })
})
