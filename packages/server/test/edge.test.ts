import { networkInterfaces } from 'node:os'
import { connect } from 'node:net'
import { livePath } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { systemClock } from '../src/configuration.ts'
import { makeEdge } from '../src/http/edge.ts'
import { makeEventLog } from '../src/logging/eventLog.ts'
import { standingClock } from './client/clock.ts'
import { random } from './client/device.ts'
import { testServer } from './client/testServer.ts'

/** What comes back for bytes that no library would send. */
const answerTo = (url: string, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    let answer = ''
    socket.setEncoding('utf8')
    socket.on('data', (piece: string) => (answer += piece))
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
    socket.write(text)
  })

const statusIn = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])

const getWith = async (url: string, host: string | null, path: string, more = ''): Promise<string> =>
  answerTo(
    url,
    `GET ${path} HTTP/1.${host === null ? 0 : 1}\r\n${host === null ? '' : `Host: ${host}\r\n`}Connection: close\r\n${more}\r\n`,
  )

const lanes = {
  'an operation': ['/v1/server', ''],
  'a hook': ['/h/00000000000000000000000000000000/keys', ''],
  'the page': ['/', 'Accept: text/html\r\n'],
  'a place of the web client': ['/rooms/x', 'Accept: text/html\r\n'],
  health: ['/healthz', ''],
  documents: ['/docs', 'Accept: text/html\r\n'],
  'the open lane': ['/api/me', ''],
  'its polling': ['/socket.io/?EIO=4&transport=polling', ''],
  'its upgrade': [
    '/socket.io/?EIO=4&transport=websocket',
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n',
  ],
  'the live lane': [
    livePath,
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n',
  ],
  'an upgrade of nothing': [
    '/nothing',
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n',
  ],
  'what is not there': ['/nothing.txt', ''],
} as const

describe('SRV-1: a name that was made to point at this machine', async () => {
  const { url } = await testServer({ open: true })

  it.each(Object.entries(lanes))('does not reach %s', async (_lane, [path, more]) => {
    const answer = await getWith(url, 'rebound.example', path, more)
    expect(statusIn(answer)).toBe(403)
    expect(answer).toMatch(/host_refused|HOST_REFUSED|--host-names/)
    expect(answer).not.toContain('rebound.example')
  })

  it('is said in words to who opens a page', async () => {
    const answer = await getWith(url, 'rebound.example', '/', 'Accept: text/html\r\n')
    expect(answer).toMatch(/--host-names .*SOTTO_HOSTS/)
    expect(answer).toMatch(/--public-url .*SOTTO_PUBLIC_URL/)
  })

  it.each([
    null,
    '',
    'localhost.rebound.example',
    'rebound.example:5000',
    'localhost@rebound.example',
    'rebound.example@localhost',
    'rebound.example#localhost',
    '127.0.0.1.rebound.example',
    '[::1].rebound.example',
    '[::2]',
    '10.99.99.99',
    'localhost:5000:80',
    'localhost\\rebound.example',
  ])('is not one of ours: %s', async (host) => {
    const status = statusIn(await getWith(url, host, '/healthz'))
    expect([400, 403]).toContain(status)
  })

  it.each([
    'localhost',
    'LOCALHOST:5000',
    'localhost.',
    'LocalHost.:1',
    '127.0.0.1',
    '127.0.0.1:80',
    '[::1]',
    '[::1]:5000',
    '[0:0:0:0:0:0:0:1]',
  ])('is not this: %s', async (host) => {
    expect(statusIn(await getWith(url, host, '/healthz'))).toBe(200)
  })

  it('does not hide behind a whole address as the target, nor does the target behind Host', async () => {
    for (const [path, more] of Object.values(lanes)) {
      const byTarget = await getWith(url, 'localhost', `http://rebound.example${path}`, more)
      expect(statusIn(byTarget)).toBe(403)
      const byHost = await getWith(url, 'rebound.example', `http://localhost${path}`, more)
      expect(statusIn(byHost)).toBe(403)
    }
    expect(statusIn(await getWith(url, 'localhost', 'http://localhost:5000/healthz'))).toBe(200)
    expect(statusIn(await getWith(url, 'localhost', 'http://localhost?x'))).toBe(404)
  })
})

describe('SRV-1: the names of a server', () => {
  const edgeOf = (config: Parameters<typeof makeEdge>[0]) =>
    makeEdge(
      config,
      systemClock,
      makeEventLog({ level: 'silent', destination: { write: () => undefined }, idKey: random(32) }),
    )
  const asked = (host: string, headers: Record<string, string> = {}, remoteAddress = '127.0.0.1') =>
    ({
      url: '/',
      headers: { host, ...headers },
      socket: { remoteAddress, localAddress: '192.0.2.77' },
    }) as never

  it('are those that its host gives it, in any spelling', () => {
    const edge = edgeOf({
      publicUrl: 'https://Chat.Example.org',
      hostNames: ['intern.example:8443', 'büro.example', '10.1.2.3'],
    })
    for (const host of [
      'chat.example.org',
      'CHAT.EXAMPLE.ORG:443',
      'chat.example.org.',
      'Intern.Example',
      'xn--bro-hoa.example',
      '10.1.2.3:80',
    ])
      expect(edge.isForUs(asked(host))).toBe(true)
    for (const host of ['example.org', 'x.chat.example.org', '192.0.2.77'])
      expect(edge.isForUs(asked(host))).toBe(false)
  })

  it('are the addresses of the machine where it listens on all of them', () => {
    const here = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
    for (const host of ['0.0.0.0', '::']) {
      const edge = edgeOf({ host })
      for (const { address, family } of here)
        expect(edge.isForUs(asked(family === 'IPv6' ? `[${address}]:5000` : `${address}:5000`))).toBe(true)
      // One that the machine has got since.
      expect(edge.isForUs(asked('192.0.2.77'))).toBe(true)
      expect(edge.isForUs(asked('192.0.2.78'))).toBe(false)
      expect(edge.isForUs(asked('rebound.example'))).toBe(false)
    }
    expect(edgeOf({ host: '192.0.2.5' }).isForUs(asked('192.0.2.5'))).toBe(true)
  })

  it('count as the proxy says them, where it is believed, and then both have to be ours', () => {
    const forwarded = { 'x-forwarded-host': 'rebound.example' }
    expect(edgeOf({ trustProxy: ['loopback'] }).isForUs(asked('localhost', forwarded))).toBe(false)
    expect(edgeOf({}).isForUs(asked('localhost', forwarded))).toBe(true)
  })

  it.each(['*', '*.example.org', 'http://chat.example.org', 'a b', 'a/b', '[::1'])(
    'are names: %s is none',
    (name) => {
      expect(() => edgeOf({ hostNames: [name] })).toThrow(/SOTTO_HOSTS/)
    },
  )

  it.each([
    'chat.example.org',
    'ftp://chat.example.org',
    '/chat',
    'https://a:b@chat.example.org',
    'https://',
  ])('stand in an address that a browser can open: %s is none', (publicUrl) => {
    expect(() => edgeOf({ publicUrl })).toThrow(/SOTTO_PUBLIC_URL/)
  })

  it.each([
    'https://example.org/chat',
    'https://example.org/chat/',
    'https://example.org/?a',
    'https://example.org/#a',
  ])('have no path behind them: %s', (publicUrl) => {
    expect(() => edgeOf({ publicUrl })).toThrow(/not served below one; give it a name of its own/)
  })

  it.each([
    'everybody',
    '*',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/33',
    '10.1',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    'chat.example.org',
  ])('do not make a proxy: %s', (proxy) => {
    expect(() => edgeOf({ trustProxy: [proxy] })).toThrow(/SOTTO_TRUST_PROXY/)
  })
})

describe('a proxy', () => {
  const edgeOf = (trustProxy: readonly string[], publicUrl?: string) =>
    makeEdge(
      { trustProxy, ...(publicUrl === undefined ? {} : { publicUrl }) },
      systemClock,
      makeEventLog({ level: 'silent', destination: { write: () => undefined }, idKey: random(32) }),
    )
  const from = (remoteAddress: string, headers: Record<string, string>) =>
    ({ url: '/', headers: { host: 'localhost', ...headers }, socket: { remoteAddress } }) as never

  it.each([
    ['loopback', ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'], ['10.0.0.1', '::2']],
    [
      'private',
      ['10.0.0.1', '172.31.0.1', '192.168.1.1', 'fd00::1', '::ffff:10.0.0.1'],
      ['127.0.0.1', '172.32.0.1', '8.8.8.8'],
    ],
    ['203.0.113.7', ['203.0.113.7', '::ffff:203.0.113.7'], ['203.0.113.8']],
    ['203.0.113.0/29', ['203.0.113.7'], ['203.0.113.8']],
    ['2001:db8::/32', ['2001:db8:1::1'], ['2001:db9::1', '10.0.0.1']],
  ] as const)('is believed by its address alone: %s', (proxy, believed, others) => {
    const edge = edgeOf([proxy])
    const headers = { 'x-forwarded-for': '198.51.100.4', 'x-forwarded-proto': 'https' }
    for (const peer of believed) {
      expect(edge.addressOf(from(peer, headers))).toBe('198.51.100.4')
      expect(edge.isSecure(from(peer, headers))).toBe(true)
    }
    for (const peer of others) {
      expect(edge.addressOf(from(peer, headers))).not.toBe('198.51.100.4')
      expect(edge.isSecure(from(peer, headers))).toBe(false)
    }
  })

  it('says by which scheme somebody came, in a chain the nearest one', () => {
    const edge = edgeOf(['loopback'])
    const by = (proto: string) => edge.isSecure(from('127.0.0.1', { 'x-forwarded-proto': proto }))
    expect([by('https'), by('http, https'), by('https, http'), by('http'), by('')]).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
    expect([by('HTTPS'), by('wss'), by('ws')]).toEqual([true, true, false])
    expect(edgeOf([], 'https://chat.example.org').isSecure(from('127.0.0.1', {}))).toBe(true)
    expect(edgeOf([], 'http://chat.example.org').isSecure(from('127.0.0.1', {}))).toBe(false)
  })

  it('that does not pass Host on makes no page foreign whose address is known', () => {
    const page = { host: '127.0.0.1:5000', origin: 'https://chat.example.org' }
    expect(edgeOf([]).isForeign(from('127.0.0.1', page))).toBe(true)
    expect(edgeOf([], 'https://chat.example.org').isForeign(from('127.0.0.1', page))).toBe(false)
    expect(
      edgeOf([], 'https://chat.example.org').isForeign(
        from('127.0.0.1', { ...page, origin: 'http://chat.example.org' }),
      ),
    ).toBe(true)
    expect(
      edgeOf(['loopback']).isForeign(from('127.0.0.1', { ...page, 'x-forwarded-host': 'chat.example.org' })),
    ).toBe(false)
    expect(
      edgeOf([]).isForeign(
        from('127.0.0.1', { host: 'chat.example.org:443', origin: 'https://chat.example.org' }),
      ),
    ).toBe(false)
    expect(edgeOf([]).isForeign(from('127.0.0.1', { host: 'localhost', origin: 'null' }))).toBe(true)
  })
})

describe('the log of a server', () => {
  const story = () => {
    const lines: string[] = []
    let nowMs = 1_800_000_000_000
    const log = makeEventLog({
      level: 'info',
      destination: { write: (line: string) => void lines.push(line) },
      idKey: random(32),
    })
    const edge = makeEdge({ trustProxy: ['203.0.113.1'] }, { nowMs: () => nowMs }, log)
    const ask = (remoteAddress: string, headers: Record<string, string>): void => {
      const request = {
        url: '/',
        headers: { host: 'localhost', ...headers },
        socket: { remoteAddress },
      } as never
      if (edge.isForUs(request)) edge.isForeign(request)
    }
    return { lines, ask, pass: (ms: number) => void (nowMs += ms) }
  }
  const forwarded = { 'x-forwarded-for': '198.51.100.4' }

  it('says which setting helps, once an hour for each peer, without an address', () => {
    const { lines, ask, pass } = story()
    for (let i = 0; i < 5; i++) ask('127.0.0.1', forwarded)
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({
        level: 'warn',
        event: 'proxy_not_believed',
        peer: 'loopback',
        help: expect.stringMatching(/--trust-proxy .*SOTTO_TRUST_PROXY/) as string,
      }),
    ])
    ask('10.0.0.9', forwarded)
    expect(lines).toHaveLength(2)
    pass(3_600_000)
    ask('127.0.0.1', forwarded)
    expect(lines).toHaveLength(3)
    ask('203.0.113.1', { origin: 'https://chat.example.org' })
    expect(lines.at(-1)).toMatch(/origin_differs.*public.*--public-url/)
    ask('203.0.113.1', { host: 'chat.example.org' })
    expect(lines.at(-1)).toMatch(/host_unknown.*SOTTO_HOSTS/)
    expect(lines.join('')).not.toMatch(/127\.0|10\.0|203\.0|198\.51|chat\.example\.org/)
    ask('203.0.113.1', forwarded)
    expect(lines).toHaveLength(5)
  })

  it('does not grow with those who make signs', () => {
    const { lines, ask, pass } = story()
    for (let i = 0; i < 2000; i++) ask(`198.51.${i >> 8}.${i & 255}`, forwarded)
    expect(lines).toHaveLength(256)
    pass(3_600_000)
    ask('127.0.0.1', forwarded)
    expect(lines).toHaveLength(257)
  })
})

it('a server does not begin with a setting that means nothing', async () => {
  await expect(testServer({ publicUrl: 'https://example.org/chat' })).rejects.toMatchObject({
    code: 'bad_request',
  })
  await expect(testServer({ trustProxy: ['me'] })).rejects.toMatchObject({ code: 'bad_request' })
})

it('a path that is written otherwise is counted and judged like the path that it means', async () => {
  const { url } = await testServer({ open: true, limits: { requestsPerSecondPerAddress: 5 } })
  const foreign = 'Origin: https://evil.example\r\n'
  for (const path of [
    '/v1/server',
    '/%761/server',
    '/v%31/server',
    'http://localhost/%761/server',
    '/%61pi/me',
  ])
    expect(statusIn(await getWith(url, 'localhost', path, foreign)), path).toBe(403)
  const statuses = new Set<number>()
  for (let i = 0; i < 40; i++) statuses.add(statusIn(await getWith(url, 'localhost', '/v%31/server')))
  expect(statuses).toContain(429)
})

it('sockets of the open lane are asked for so often by one address: those of ten seconds at once, then of each', async () => {
  const clock = standingClock()
  const { url } = await testServer({ open: true, clock, limits: { openAttemptsPerSecondPerAddress: 2 } })
  const taken = async (): Promise<number> => {
    for (let count = 0; ; count++) {
      const { status } = await fetch(`${url}/socket.io/?EIO=4&transport=polling`)
      if (status === 200) continue
      expect(status).toBe(429)
      return count
    }
  }
  expect([await taken(), await taken()]).toEqual([20, 0])
  clock.advance(1000)
  expect(await taken()).toBe(2)
})

it('behind a proxy that is believed, both lanes count by one address', async () => {
  const { url } = await testServer({
    open: true,
    trustProxy: ['loopback'],
    limits: { requestsPerSecondPerAddress: 2, openAttemptsPerSecondPerAddress: 1 },
  })
  const status = async (path: string, address: string): Promise<number> =>
    (await fetch(url + path, { headers: { 'x-forwarded-for': address } })).status
  for (const path of ['/v1/server', '/api/health-of-nobody', '/socket.io/?EIO=4&transport=polling']) {
    const seen = new Set<number>()
    for (let i = 0; i < 40; i++) seen.add(await status(path, `198.51.100.${i}, 203.0.113.5:${4000 + i}`))
    expect(seen, path).toContain(429)
    expect(await status(path, '203.0.113.6'), path).not.toBe(429)
  }
  const upgraded = (address: string): Promise<number> =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
        headers: { 'x-forwarded-for': address },
      })
      socket.on('open', () => (socket.terminate(), resolve(101)))
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
      socket.on('error', () => undefined)
    })
  const statuses = new Set<number>()
  for (let i = 0; i < 20; i++) statuses.add(await upgraded('203.0.113.5'))
  expect(statuses).toContain(429)
  expect(await upgraded('203.0.113.7')).toBe(101)
})
