import { request as httpRequest } from 'node:http'
import { connect as netConnect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { encodeAs, operations } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { addressKey, addressOf } from '../src/http/address.ts'
import { believesIn } from '../src/http/proxies.ts'
import { register } from './client/device.ts'
import { testServer } from './client/testServer.ts'

const { url } = await testServer()
const alice = await register(url, 'alice')
const port = Number(new URL(url).port)
const signedIn = { 'content-type': 'application/cbor', authorization: `Bearer ${alice.token}` }

/** What a server answers to bytes that no library would send, until it closes the connection. */
const raw = (bytes: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = netConnect(port, '127.0.0.1', () => socket.end(bytes))
    let text = ''
    socket.on('data', (data) => (text += data.toString('latin1')))
    socket.on('error', () => resolve(text))
    socket.on('close', () => resolve(text))
  })

const statusesIn = (answer: string): readonly string[] =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status as string)

describe('a request that two readers could read in two ways', () => {
  it.each([
    [
      'two lengths',
      'POST /v1/auth/logout HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde',
    ],
    [
      'a length and chunks',
      'POST /v1/auth/logout HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/server HTTP/1.1\r\nHost: h\r\n\r\n',
    ],
    [
      'chunks that are not the last coding',
      'POST /v1/auth/logout HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
    ],
    [
      'a length that is no number',
      'POST /v1/auth/logout HTTP/1.1\r\nHost: h\r\nContent-Length: +4\r\n\r\nabcd',
    ],
    ['a header over two lines', 'GET /v1/server HTTP/1.1\r\nHost: h\r\nX-A: b\r\n c\r\n\r\n'],
    ['a space before the colon', 'GET /v1/server HTTP/1.1\r\nHost : h\r\n\r\n'],
    ['a line that ends with a bare CR', 'GET /v1/server HTTP/1.1\rHost: h\r\n\r\n'],
    ['no host', 'GET /v1/server HTTP/1.1\r\n\r\n'],
    ['a method of another protocol', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('is refused: %s', async (_what, bytes) => {
    const statuses = statusesIn(await raw(bytes))
    expect(statuses.length).toBeLessThanOrEqual(1)
    for (const status of statuses) expect(Number(status)).toBeGreaterThanOrEqual(400)
  })

  it('is refused: headers without end', async () => {
    const answer = await raw(`GET /v1/server HTTP/1.1\r\nHost: h\r\nX-A: ${'a'.repeat(100_000)}\r\n\r\n`)
    for (const status of statusesIn(answer)) expect(Number(status)).toBeGreaterThanOrEqual(400)
    expect((await fetch(`${url}/v1/server`)).status).toBe(200)
  })
})

describe('a request for something else', () => {
  const status = (method: string, path: string, headers: Record<string, string> = {}): Promise<number> =>
    new Promise((resolve, reject) => {
      const sent = httpRequest(url + path, { method, headers }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      sent.on('error', reject)
      sent.end()
    })

  it('by another method is not found: no operation answers to two', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE'])
      expect(await status(method, operations.logout.path, signedIn)).toBe(404)
    for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])
      expect(await status(method, operations.readSession.path, signedIn)).toBe(404)
    expect(await status('GET', operations.readSession.path, signedIn)).toBe(200)
    const overridden = { ...signedIn, 'x-http-method-override': 'POST', 'content-length': '0' }
    expect(await status('GET', operations.readSession.path, overridden)).toBe(200)
  })

  it('allows no other site anything', async () => {
    const asked = { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
    const response = await fetch(url + operations.readServer.path, { method: 'OPTIONS', headers: asked })
    expect(response.status).toBeGreaterThanOrEqual(400)
    for (const [name] of response.headers) expect(name).not.toMatch(/^access-control-/)
  })

  it('by a path that is written otherwise is not found, or means the same', async () => {
    for (const path of [
      '/v1//auth/session',
      '/V1/auth/session',
      '/v1/auth/session/',
      '/v1/./auth/session%2f',
      '/v1/auth/session;x',
    ])
      expect([404, 400]).toContain(await status('GET', path, signedIn))
    expect(await status('GET', '/v1/auth/%73ession', { ...signedIn })).toBe(200)
    expect(await status('GET', '/v1/auth/%73ession')).toBe(401)
  })

  it('with names that every object has is refused', async () => {
    const room = '00'.repeat(16)
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'room'])
      expect(await status('GET', `/v1/rooms/${room}/log?from=0&${name}=1`, signedIn)).toBe(400)
    expect(({} as Record<string, unknown>)['from']).toBeUndefined()
  })

  it('with a body that is packed is refused, however small it is packed', async () => {
    const op = operations.writeVaultSlot
    const body = encodeAs(op.body, { counter: 1, sealed: new Uint8Array(60_000) })
    const packed = new Uint8Array(gzipSync(body))
    const put = (encoding: Record<string, string>, bytes: Uint8Array<ArrayBuffer>) =>
      fetch(`${url}/v1/vault/data`, { method: 'PUT', headers: { ...signedIn, ...encoding }, body: bytes })
    expect((await put({ 'content-encoding': 'gzip' }, packed)).status).toBe(400)
    expect((await put({}, new Uint8Array(body))).status).toBe(200)
  })
})

describe('an address', () => {
  it('is the network of a household, in whatever way it is written', () => {
    const same = [
      ['10.1.2.3', '10.1.2.3'],
      ['::ffff:10.1.2.3', '10.1.2.3'],
      ['::FFFF:10.1.2.3', '10.1.2.3'],
      ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
      ['2001:db8:1:2::', '2001:db8:1:2'],
      ['2001:db8:1:2:ffff::1', '2001:db8:1:2'],
      ['::1', '0:0:0:0'],
      ['fe80::1%eth0', 'fe80:0:0:0'],
    ] as const
    for (const [ip, key] of same) expect(addressKey(ip)).toBe(key)
    expect(addressKey('2001:db8:1:3::1')).not.toBe(addressKey('2001:db8:1:2::1'))
  })

  it('is the same with the port that some proxies write behind it, and one for everything that is no address', () => {
    expect(addressKey('203.0.113.9:4711')).toBe('203.0.113.9')
    expect(addressKey('[2001:db8:1:2::1]:4711')).toBe('2001:db8:1:2')
    expect(addressKey('2001:0DB8:1:2::1')).toBe('2001:db8:1:2')
    for (const text of ['', 'unknown', '_hidden', '1.2.3', 'a'.repeat(9000)])
      expect(addressKey(text)).toBe('unknown')
  })

  it('behind a proxy is what the proxy has written last, and nothing that a client wrote before', () => {
    const request = (forwarded?: string) =>
      ({
        headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
        socket: { remoteAddress: '192.0.2.1' },
      }) as unknown as Parameters<typeof addressOf>[0]
    const nobody = believesIn([])
    const proxy = believesIn(['192.0.2.0/24'])
    expect(addressOf(request('10.0.0.1'), nobody)).toBe('192.0.2.1')
    expect(addressOf(request('10.0.0.1'), proxy)).toBe('10.0.0.1')
    expect(addressOf(request('10.0.0.1, 10.0.0.2'), proxy)).toBe('10.0.0.2')
    expect(addressOf(request(''), proxy)).toBe('192.0.2.1')
    expect(addressOf(request(), proxy)).toBe('192.0.2.1')
    // A chain of proxies that are believed: the last address that is none of them.
    expect(addressOf(request('10.0.0.1, 10.0.0.2, 192.0.2.7, 192.0.2.8'), proxy)).toBe('10.0.0.2')
    expect(addressOf(request('10.0.0.1, nonsense, 192.0.2.7'), proxy)).toBe('unknown')
  })
})
