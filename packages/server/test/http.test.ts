import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { type IncomingHttpHeaders, request as httpRequest } from 'node:http'
import { connect as netConnect } from 'node:net'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import {
  codeWritten,
  decodeAs,
  decodeCanonical,
  failures,
  limits,
  operations,
  type Operation,
} from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { standingClock } from './client/clock.ts'
import { random, register } from './client/device.ts'
import { temporaryDirectory, testServer } from './client/testServer.ts'

const everyOperation = Object.values(operations) as unknown as readonly Operation[]

/** A path of the operation in which every parameter has a value that parses. */
const someTarget = (op: Operation): string =>
  op.path
    .replace(':room', '00'.repeat(16))
    .replace(':account', '00'.repeat(32))
    .replace(':hash', '00'.repeat(48))
    .replace(':name', 'nobody')
    .replace(':slot', 'root') + ('from' in op.params ? '?from=0' : '')

const ask = (url: string, op: Operation, headers: Record<string, string>, body?: Uint8Array) =>
  fetch(url + someTarget(op), {
    method: op.method,
    headers,
    ...(op.method === 'GET' ? {} : { body: new Uint8Array(body ?? []) }),
  })

const failureIn = async (response: Response) => {
  expect(response.headers.get('content-type')).toContain('application/json')
  const body = (await response.json()) as { error: string; code: string; timestamp: string }
  const code = codeWritten(body.code) as keyof typeof failures
  expect(Object.keys(body)).toEqual(expect.arrayContaining(['error', 'code', 'timestamp']))
  expect(new Date(body.timestamp).toISOString()).toBe(body.timestamp)
  expect(response.status).toBe(failures[code].status)
  return code
}

const cbor = { 'content-type': 'application/cbor' }

describe('every operation', async () => {
  const { url } = await testServer()
  const alice = await register(url, 'alice')
  const signedIn = { ...cbor, authorization: `Bearer ${alice.token}` }
  const guarded = everyOperation.filter(({ access }) => access !== 'anyone')

  it.each(guarded.map((op) => [op.name, op] as const))('%s asks who is there', async (_name, op) => {
    expect(await failureIn(await ask(url, op, cbor, random(10)))).toBe('unauthorized')
    const forged = { ...cbor, authorization: `Bearer ${'A'.repeat(43)}` }
    expect(await failureIn(await ask(url, op, forged, random(10)))).toBe('unauthorized')
  })

  const withBody = everyOperation.filter(({ method }) => method !== 'GET')

  it.each(withBody.map((op) => [op.name, op] as const))(
    '%s refuses what it does not understand',
    async (_name, op) => {
      const hostile = [
        new Uint8Array(0),
        random(Math.min(op.bodyBytesMax, 200)),
        new Uint8Array(16).fill(0x9f),
        new Uint8Array(Math.min(op.bodyBytesMax, 5000)).fill(0x81),
        new TextEncoder().encode('{"a":1}'.slice(0, op.bodyBytesMax)),
      ]
      for (const body of hostile) {
        const code = await failureIn(await ask(url, op, signedIn, body))
        expect(['bad_request', 'unsupported_media']).toContain(code)
      }
    },
  )

  it.each(withBody.map((op) => [op.name, op] as const))('%s has a bound and a type', async (_name, op) => {
    expect(await failureIn(await ask(url, op, signedIn, new Uint8Array(op.bodyBytesMax + 1)))).toBe(
      'too_large',
    )
    const json = { ...signedIn, 'content-type': 'application/json' }
    expect(await failureIn(await ask(url, op, json, random(3)))).toBe('unsupported_media')
  })

  it('refuses a body of more values than anything has, before it takes memory for them', async () => {
    const op = operations.publishKeyPackages
    // An array is one value, too.
    const most = new Uint8Array(3 + limits.cborItemsMax - 1).fill(0x80)
    most.set([0x99, 0xff, 0xff])
    expect(decodeCanonical(most)).toHaveLength(limits.cborItemsMax - 1)
    const bomb = new Uint8Array(5 + limits.cborItemsMax).fill(0x80)
    bomb.set([0x9a, 0, 1, 0, 0])
    expect(() => decodeCanonical(bomb)).toThrow('too many values')
    expect(await failureIn(await ask(url, op, signedIn, bomb))).toBe('bad_request')
  })

  it('refuses parameters that it does not know, or knows otherwise', async () => {
    const get = async (path: string) => failureIn(await fetch(url + path, { headers: signedIn }))
    const room = '00'.repeat(16)
    expect(await get(`/v1/rooms/${room}/log?from=0&to=3`)).toBe('bad_request')
    expect(await get(`/v1/rooms/${room}/log`)).toBe('bad_request')
    expect(await get(`/v1/rooms/${room}/log?from=0&from=1`)).toBe('bad_request')
    expect(await get(`/v1/rooms/${room}/log?from=-1`)).toBe('bad_request')
    expect(await get(`/v1/rooms/${room.toUpperCase().replace('0', 'A')}/log?from=0`)).toBe('bad_request')
    expect(await get(`/v1/rooms/${room}/log?from=0`)).toBe('room_unknown')
    expect(await get('/v1/accounts/%zz')).toBe('bad_request')
    expect(await get('/v1/accounts/%00%00')).toBe('name_invalid')
  })

  it('answers unknown paths and methods alike', async () => {
    for (const [method, path] of [
      ['GET', '/v1/nothing'],
      ['POST', '/v1/nothing'],
      ['DELETE', '/v1/rooms'],
      ['GET', '/v1/auth/logout'],
      ['GET', '/nothing'],
    ] as const)
      expect(await failureIn(await fetch(url + path, { method }))).toBe('not_found')
  })

  it('tells the time, the protocol and its key to anyone', async () => {
    const response = await fetch(`${url}/v1/server`)
    const body = decodeAs(operations.readServer.output, new Uint8Array(await response.arrayBuffer()))
    expect(body.protocol).toBe('sotto/1')
    expect(body.logKey.length).toBe(32)
    expect(Math.abs(body.timeMs - Date.now())).toBeLessThan(5000)
  })

  it('is alive and ready', async () => {
    for (const path of ['/healthz', '/readyz']) expect((await fetch(url + path)).status).toBe(200)
  })
})

describe('hostile requests', async () => {
  const { url } = await testServer()
  const port = Number(new URL(url).port)

  it('that are no HTTP get an answer in the shape of all others', async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = netConnect(port, '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'))
      let text = ''
      socket.on('data', (data) => (text += data.toString()))
      socket.on('close', () => resolve(text))
    })
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toContain('"code":"BAD_REQUEST"')
  })

  it('from pages of other sites are refused', async () => {
    const asked = (headers: Record<string, string>) =>
      new Promise<number>((resolve, reject) => {
        const sent = httpRequest(`${url}/v1/server`, { headers }, (response) => {
          response.resume()
          resolve(response.statusCode ?? 0)
        })
        sent.on('error', reject)
        sent.end()
      })
    expect(await asked({})).toBe(200)
    expect(await asked({ origin: url })).toBe(200)
    expect(await asked({ 'sec-fetch-site': 'same-origin', origin: url })).toBe(200)
    expect(await asked({ 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await asked({ origin: 'https://evil.example' })).toBe(403)
    expect(await asked({ origin: 'null' })).toBe(403)
    expect(await asked({ origin: 'http://localhost:1' })).toBe(403)
    expect(await asked({ origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' })).toBe(403)
  })

  it('are bounded per address', async () => {
    const clock = standingClock()
    const limited = await testServer({ clock, limits: { requestsPerSecondPerAddress: 5 } })
    const answered = async (): Promise<number> => {
      for (let count = 0; ; count++) {
        const { status } = await fetch(`${limited.url}/v1/server`)
        if (status === 200) continue
        expect(status).toBe(429)
        return count
      }
    }
    // Those of two seconds at once, and then of each second.
    expect([await answered(), await answered()]).toEqual([10, 0])
    clock.advance(1000)
    expect(await answered()).toBe(5)
    const refused = await fetch(`${limited.url}/v1/server`)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await fetch(`${limited.url}/healthz`)).status).toBe(200)
  })
})

describe('the web client', async () => {
  const webDirectory = temporaryDirectory()
  mkdirSync(join(webDirectory, 'assets'))
  writeFileSync(join(webDirectory, 'index.html'), '<!doctype html><title>Sotto</title>')
  writeFileSync(join(webDirectory, 'assets', 'main-4f2a.js'), 'export {}')
  const script = Buffer.from('export const much = 1\n'.repeat(100))
  writeFileSync(join(webDirectory, 'assets', 'large-77aa.js'), script)
  writeFileSync(join(webDirectory, 'assets', 'large-77aa.js.br'), brotliCompressSync(script))
  writeFileSync(join(webDirectory, 'assets', 'large-77aa.js.gz'), gzipSync(script))
  writeFileSync(join(webDirectory, 'index.html.br'), brotliCompressSync('the page before'))
  writeFileSync(join(webDirectory, 'index.html.gz'), 'no gzip at all')
  writeFileSync(join(webDirectory, '.secret'), 'not for you')
  writeFileSync(join(webDirectory, '..', `${Date.now()}-outside`), 'not for you')
  const server = await testServer({ webDirectory })
  const get = (path: string, accept = 'text/html') => fetch(server.url + path, { headers: { accept } })

  it('is served, with its own places', async () => {
    for (const path of ['/', '/index.html', '/rooms/abc', '/sign-in']) {
      const response = await get(path)
      expect(response.status).toBe(200)
      expect(await response.text()).toContain('Sotto')
      expect(response.headers.get('cache-control')).toBe('no-cache')
      expect(response.headers.get('integrity-policy')).toBe('blocked-destinations=(script)')
    }
    const asset = await get('/assets/main-4f2a.js', '*/*')
    expect(asset.headers.get('content-type')).toContain('javascript')
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  })

  /** Past `fetch`, which asks for encodings of its own choice and undoes what it gets. */
  const askPlainly = (
    path: string,
    headers: Readonly<Record<string, string>>,
    method = 'GET',
  ): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> =>
    new Promise((resolve, reject) => {
      const asked = httpRequest(
        server.url + path,
        { method, headers: { accept: '*/*', ...headers } },
        (answer) => {
          const parts: Buffer[] = []
          answer.on('data', (part: Buffer) => parts.push(part))
          answer.on('end', () =>
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) }),
          )
        },
      )
      asked.on('error', reject).end()
    })

  it('comes in the form that is liked best, and tells caches so', async () => {
    const seen = new Set<string | undefined>()
    for (const [accepted, coding, body] of [
      [undefined, undefined, script],
      ['', undefined, script],
      ['br', 'br', brotliCompressSync(script)],
      ['gzip, deflate, br, zstd', 'br', brotliCompressSync(script)],
      ['gzip', 'gzip', gzipSync(script)],
    ] as const) {
      const answer = await askPlainly(
        '/assets/large-77aa.js',
        accepted === undefined ? {} : { 'accept-encoding': accepted },
      )
      expect(answer.status).toBe(200)
      expect(answer.headers['content-encoding']).toBe(coding)
      expect(answer.headers['content-length']).toBe(String(body.length))
      expect(answer.headers['content-type']).toContain('javascript')
      expect(answer.headers['cache-control']).toContain('immutable')
      expect(answer.headers.vary).toBe('accept-encoding')
      expect(answer.body.equals(body)).toBe(true)
      seen.add(answer.headers.etag)
    }
    // One for each form.
    expect(seen.size).toBe(3)
  })

  it('is sent as it is now where a compressed form is of something else', async () => {
    const answer = await askPlainly('/index.html', { 'accept-encoding': 'br, gzip' })
    expect(answer.headers['content-encoding']).toBeUndefined()
    expect(answer.body.toString()).toContain('Sotto')
    expect((await askPlainly('/assets/large-77aa.js.br', {})).status).toBe(404)
  })

  it('is not sent again to who has it, and is known by what is in it', async () => {
    const headers = { 'accept-encoding': 'gzip' }
    const { etag } = (await askPlainly('/assets/large-77aa.js', headers)).headers
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await askPlainly('/assets/large-77aa.js', { ...headers, 'if-none-match': String(known) })
      expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, etag])
      expect(again.headers['cache-control']).toContain('immutable')
      expect(again.headers.vary).toBe('accept-encoding')
    }
    expect(
      (await askPlainly('/assets/large-77aa.js', { ...headers, 'if-none-match': '"other"' })).status,
    ).toBe(200)
    expect((await askPlainly('/assets/large-77aa.js', { 'if-none-match': String(etag) })).status).toBe(200)
  })

  it('answers HEAD as GET, without a body', async () => {
    const paths = ['/', '/index.html', '/rooms/abc', '/assets/main-4f2a.js', '/assets/large-77aa.js']
    for (const path of [...paths, '/healthz', '/readyz', '/seen', '/missing.js']) {
      for (const accepted of ['identity', 'br']) {
        const asked = { 'accept-encoding': accepted, accept: 'text/html' }
        const [head, whole] = [await askPlainly(path, asked, 'HEAD'), await askPlainly(path, asked)]
        expect(head.body.length).toBe(0)
        expect(head.status).toBe(whole.status)
        const names = [
          'content-type',
          'content-length',
          'content-encoding',
          'etag',
          'vary',
          'cache-control',
        ] as const
        for (const name of names)
          expect([path, name, head.headers[name]]).toEqual([path, name, whole.headers[name]])
      }
    }
  })

  it('is all that is served', async () => {
    for (const path of [
      '/assets/other.js',
      '/.secret',
      '/..%2foutside',
      '/%2e%2e/sotto.db',
      '/v1/other',
      '/a\0b',
    ])
      expect((await get(path, '*/*')).status).toBeGreaterThanOrEqual(400)
    expect(await failureIn(await get('/v1/other'))).toBe('not_found')
    expect(await failureIn(await get('/missing', 'application/json'))).toBe('not_found')
  })

  it('comes with strict headers, on every answer', async () => {
    for (const path of ['/', '/assets/main-4f2a.js', '/v1/server', '/v1/rooms', '/healthz', '/v1/other']) {
      const { headers } = await get(path)
      const csp = headers.get('content-security-policy') ?? ''
      expect(csp).toMatch(
        /^default-src 'none'; script-src 'self'[^;]*; worker-src (?:'none'|blob:); style-src 'self';/,
      )
      expect(csp).toContain(`require-trusted-types-for 'script'; trusted-types sotto`)
      expect(csp.replace(path === '/' ? `'self' 'wasm-unsafe-eval'` : '', '')).not.toContain('unsafe')
      expect(csp).toContain(`frame-ancestors 'none'`)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp')
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
      expect(headers.get('permissions-policy')).toContain('camera=()')
      expect(headers.get('server')).toBeNull()
      expect(headers.get('x-powered-by')).toBeNull()
      expect(headers.get('access-control-allow-origin')).toBeNull()
      expect(headers.get('strict-transport-security')).toBeNull()
      if (path.startsWith('/v1/')) expect(headers.get('cache-control')).toBe('no-store')
    }
  })

  it('begins workers with nothing but what the page has checked', async () => {
    const policyOf = async (path: string) => (await get(path)).headers.get('content-security-policy')
    expect(await policyOf('/')).toContain(`script-src 'self' 'wasm-unsafe-eval'; worker-src blob:;`)
    expect(await policyOf('/assets/main-4f2a.js')).toContain(`script-src 'self'; worker-src 'none';`)
  })

  it('takes the import map of the page, and no other inline script', async () => {
    const map = '{"integrity":{"/assets/part-1.js":"sha384-x"}}'
    const folder = temporaryDirectory()
    const html = `<!doctype html><script type="importmap">${map}</script><script>let a</script>`
    writeFileSync(join(folder, 'index.html'), html)
    const page = await testServer({ webDirectory: folder })
    const policy = (await fetch(page.url)).headers.get('content-security-policy') ?? ''
    const hash = createHash('sha256').update(map).digest('base64')
    expect(policy).toContain(`script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}'; worker-src`)
    expect(policy.match(/'sha256-/g)).toHaveLength(1)
  })

  it('insists on TLS where a trusted proxy says that there is TLS', async () => {
    const behind = await testServer({ trustProxy: ['loopback'] })
    const secure = { 'x-forwarded-proto': 'https' }
    const told = await fetch(`${behind.url}/healthz`, { headers: secure })
    expect(told.headers.get('strict-transport-security')).toContain('max-age=63072000')
    const forwarded = { 'x-forwarded-for': '10.1.1.1, 10.2.2.2' }
    expect((await fetch(`${behind.url}/healthz`, { headers: forwarded })).status).toBe(200)
    const untold = await fetch(`${server.url}/healthz`, { headers: secure })
    expect(untold.headers.get('strict-transport-security')).toBeNull()
  })
})

describe('an address', () => {
  it('is that of whoever connects, whatever headers say', async () => {
    const { url } = await testServer({ limits: { requestsPerSecondPerAddress: 1 } })
    const statuses = []
    for (let i = 0; i < 8; i++) {
      const headers = { 'x-forwarded-for': `10.0.0.${i}` }
      statuses.push((await fetch(`${url}/v1/server`, { headers })).status)
    }
    expect(statuses).toContain(429)
  })

  it('behind a trusted proxy is the one that the proxy wrote, not those that a client wrote before it', async () => {
    const { url } = await testServer({ trustProxy: ['loopback'], limits: { requestsPerSecondPerAddress: 1 } })
    const statusOf = async (forwardedFor: string) =>
      (await fetch(`${url}/v1/server`, { headers: { 'x-forwarded-for': forwardedFor } })).status
    for (let i = 0; i < 8; i++) expect(await statusOf(`10.0.0.${i}`)).toBe(200)
    const statuses = []
    for (let i = 0; i < 8; i++) statuses.push(await statusOf(`10.0.1.${i}, 10.9.9.9`))
    expect(statuses).toContain(429)
  })
})

describe('ERR-1: codes are written in one case', () => {
  const codeOf = async (path: string, init: RequestInit = {}): Promise<unknown> => {
    const { url } = await served
    return ((await (await fetch(url + path, init)).json()) as { code: unknown }).code
  }
  const served = testServer()
  const post = { method: 'POST', body: 'x' }

  it.each(['/nothing', '/v1/nothing', '/v1/session', '/h/nothing'])('on every path, as %s', async (path) => {
    for (const init of [{}, post, { headers: { 'content-type': 'application/cbor' }, ...post }])
      expect(await codeOf(path, init)).toMatch(/^[A-Z][A-Z_]+$/)
  })

  it('but to a client of the version before, which says what it reads and not that it reads this', async () => {
    const accept = 'application/cbor'
    expect(await codeOf(operations.readSession.path, { headers: { accept } })).toBe('unauthorized')
    expect(await codeOf(operations.readSession.path, { headers: { accept, 'sotto-codes': 'upper' } })).toBe(
      'UNAUTHORIZED',
    )
    expect(await codeOf('/nothing', { headers: { accept } })).toBe('NOT_FOUND')
  })
})
