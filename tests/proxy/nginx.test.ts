import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { type Client, memoryDisk, memoryKeys } from '@sotto/client'
import { livePath, type Operation, operations } from '@sotto/protocol'
import { type RunningServer, type ServerConfig, startServer } from '@sotto/server'
import { io } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { account } from '../open/lane/account.ts'
import { goodPassword, rest } from '../open/lane/rest.ts'
import { meet, online, until, untilMessages } from '../stories/talk.ts'
import { openDevice, password } from '../stories/world.ts'
import { type Certificate, selfSigned } from './certificate.ts'
import { hasNginx, type Nginx, snippetOfPage, startNginxOfPage } from './nginx.ts'

/** This machine's own network has more addresses than one: clients of the proxy are told apart by them. */
const proxyAddress = '127.0.0.1'

const certificate = selfSigned(['localhost'])

const sottoBin = fileURLToPath(new URL('../../packages/cli/bin/sotto.mjs', import.meta.url))

const ends: (() => unknown)[] = []
const endAll = async (): Promise<void> => {
  for (const end of ends.splice(0).toReversed()) await end()
}

const startSotto = async (
  config: Partial<ServerConfig> = {},
): Promise<{ server: RunningServer; log: string[] }> => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'sotto-proxy-'))
  ends.push(() => rmSync(dataDirectory, { recursive: true, force: true }))
  const log: string[] = []
  const server = await startServer({
    port: 0,
    host: '127.0.0.1',
    webDirectory: null,
    open: true,
    trustProxy: [proxyAddress],
    registration: 'open',
    dataDirectory,
    logDestination: { write: (line: string) => void log.push(line) },
    ...config,
  })
  ends.push(() => server.close())
  return { server, log }
}

const startProxy = async (serverPort: number, change?: (text: string) => string): Promise<Nginx> => {
  const nginx = await startNginxOfPage(serverPort, { certificate, ...(change ? { change } : {}) })
  ends.push(() => nginx.stop())
  return nginx
}

const openAs = async (url: string, name: string): Promise<Client> => {
  const client = await openDevice(url, { disk: memoryDisk(), keys: memoryKeys() })
  ends.push(() => client.close())
  await client.register({ name, password })
  await online(client)
  return client
}

interface Answer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly text: string
}

/** One request by a client at this address, with the headers that it likes. */
const ask = (
  url: string,
  path: string,
  {
    from = '127.0.0.2',
    method = 'GET',
    headers = {},
    body,
  }: { from?: string; method?: string; headers?: Record<string, string>; body?: Uint8Array } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request(
      url + path,
      {
        method,
        headers,
        localAddress: from,
        family: 4,
        ca: certificate.certificate,
        servername: 'localhost',
        agent: false,
      },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (piece: string) => (text += piece))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }))
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })

const without =
  (...lines: readonly RegExp[]) =>
  (text: string): string =>
    lines.reduce((left, line) => left.replace(line, ''), text)

const largestBody = Math.max(
  ...Object.values(operations).map((op) => (op as unknown as Operation).bodyBytesMax),
)

it('the page lets through what the largest operation may send', () => {
  const [, mib] = /client_max_body_size (\d+)m;/.exec(snippetOfPage()) ?? []
  expect(Number(mib) * 1024 * 1024).toBeGreaterThan(largestBody)
})

const before = getCACertificates('default')
beforeAll(() => setDefaultCACertificates([...before, certificate.certificate]))
afterAll(() => setDefaultCACertificates(before))

describe.skipIf(!hasNginx)('behind nginx as the page has it (needs nginx)', () => {
  let url = ''
  let log: string[] = []
  beforeAll(async () => {
    const started = await startSotto()
    ;({ log } = started)
    url = `https://localhost:${(await startProxy(started.server.port)).port}`
  })
  afterAll(endAll)

  it('people register, meet and talk, over WebSockets', async () => {
    const [alice, bob] = [await openAs(url, 'alice'), await openAs(url, 'bob')]
    const routes = [alice, bob].map((client) => client.state().connection)
    expect(routes).toEqual(
      [1, 2].map(() => expect.objectContaining({ kind: 'online', route: 'websocket' }) as unknown),
    )
    const room = await meet(alice, bob, 'bob')
    await alice.send({ room, text: 'behind a proxy' })
    await untilMessages(bob, room, 1)
  })

  it('the server sees the name, TLS, and each address for itself', async () => {
    const seen = async (from: string, headers = {}) =>
      JSON.parse((await ask(url, '/seen', { from, headers })).text) as unknown
    const host = url.replace('https://', '')
    expect(await seen('127.0.0.2')).toEqual({ host, https: true, address: '127.0.0.2', publicUrl: null })
    expect(await seen('127.0.0.3')).toMatchObject({ address: '127.0.0.3' })
    const lies = {
      'X-Forwarded-For': '203.0.113.1',
      'X-Forwarded-Host': 'rebound.example',
      'X-Forwarded-Proto': 'http',
    }
    expect(await seen('127.0.0.3', lies)).toEqual({
      host,
      https: true,
      address: '127.0.0.3',
      publicUrl: null,
    })
  })

  it('one address that asks too often shuts out nobody else, in both lanes and for sockets', async () => {
    const started = await startSotto({
      limits: {
        requestsPerSecondPerAddress: 1,
        openAttemptsPerSecondPerAddress: 1,
        unidentifiedSocketsPerAddressMax: 1,
      },
    })
    const at = `https://localhost:${(await startProxy(started.server.port)).port}`
    for (const path of ['/v1/server', '/api/nothing', '/socket.io/?EIO=4&transport=polling']) {
      const statuses = new Set<number>()
      for (let i = 0; i < 20; i++) statuses.add((await ask(at, path, { from: '127.0.0.2' })).status)
      expect(statuses, path).toContain(429)
      expect((await ask(at, path, { from: '127.0.0.3' })).status, path).not.toBe(429)
    }
    const upgrade = (localAddress: string): Promise<number> =>
      new Promise((resolve) => {
        const socket = new WebSocket(at.replace('https', 'wss') + livePath, {
          localAddress,
          family: 4,
          ca: certificate.certificate,
        })
        ends.push(() => socket.terminate())
        socket.on('open', () => resolve(101))
        socket.on('unexpected-response', (_request, answer) => resolve(answer.statusCode ?? 0))
        socket.on('error', () => undefined)
      })
    expect([await upgrade('127.0.0.2'), await upgrade('127.0.0.2'), await upgrade('127.0.0.3')]).toEqual([
      101, 503, 101,
    ])
  })

  it('browsers are told to insist on TLS, and the cookie of the open lane goes nowhere else', async () => {
    expect((await ask(url, '/healthz')).headers['strict-transport-security']).toContain('max-age=63072000')
    const body = { username: 'program', password: goodPassword }
    expect((await rest(url, 'POST /register', { body })).status).toBe(201)
    const login = await rest(url, 'POST /login', { body })
    expect(login.headers.get('set-cookie')).toMatch(
      /^__Host-sotto_session=[^;]+; Path=\/; HttpOnly; SameSite=Strict; .*Secure$/,
    )
  })

  it.each(['polling', 'websocket'] as const)('the open lane talks by %s', async (transport) => {
    const body = { username: `by-${transport}`, password: goodPassword }
    await rest(url, 'POST /register', { body })
    const {
      body: { token },
    } = await rest(url, 'POST /login', { body })
    const socket = io(url, {
      transports: [transport],
      auth: { token },
      forceNew: true,
      reconnection: false,
      ca: certificate.certificate,
    } as object)
    ends.push(() => socket.close())
    await new Promise<void>((resolve, reject) => {
      socket.on('connect', () => resolve())
      socket.on('connect_error', reject)
    })
    expect(socket.io.engine.transport.name).toBe(transport)
  })

  it('no body is too large for the proxy that the server may take', async () => {
    for (const [path, bytes] of [
      ['/v1/rooms/00000000000000000000000000000000/heal', largestBody],
      ['/api/rooms', 128 * 1024],
    ] as const) {
      const { status, text } = await ask(url, path, {
        method: 'POST',
        headers: { 'content-type': 'application/cbor' },
        body: new Uint8Array(bytes),
      })
      expect(status).not.toBe(413)
      expect(() => JSON.parse(text) as unknown, 'the answer is of the server').not.toThrow()
    }
  })

  it('a name that was made to point at it reaches nothing', async () => {
    for (const path of ['/', '/docs', '/v1/server', '/api/me', '/socket.io/?EIO=4&transport=polling'])
      expect((await ask(url, path, { headers: { Host: 'rebound.example' } })).status).toBe(403)
  })

  it('the log has nothing to say about the setup', () => {
    expect(
      log.filter((line) => line.includes('proxy_not_believed') || line.includes('origin_differs')),
    ).toEqual([])
  })
})

describe.skipIf(!hasNginx)('behind nginx that somebody has set up otherwise (needs nginx)', () => {
  afterEach(endAll)
  it('without Upgrade, people register and talk all the same, by asking again and again', async () => {
    const { server } = await startSotto({ limits: { longPollMs: 2000 } })
    const nginx = await startProxy(
      server.port,
      without(/proxy_set_header Upgrade.*\n/, /proxy_set_header Connection.*\n/),
    )
    const url = `https://localhost:${nginx.port}`
    const [alice, bob] = [await openAs(url, 'alice'), await openAs(url, 'bob')]
    for (const client of [alice, bob])
      await until(client, ({ connection }) => connection.kind === 'online' && connection.route === 'poll')
    const room = await meet(alice, bob, 'bob')
    await alice.send({ room, text: 'slowly' })
    await untilMessages(bob, room, 1)
    const carol = await account(url, 'carol')
    // Rejects where no transport gets through.
    await carol.open()
  })

  it('without Host, a page is refused and the log says why; with its address told, it is not', async () => {
    const change = without(/proxy_set_header Host.*\n/, /proxy_set_header X-Forwarded-Host.*\n/)
    const { server, log } = await startSotto()
    const nginx = await startProxy(server.port, change)
    const url = `https://localhost:${nginx.port}`
    const headers = { Origin: url }
    const refused = await ask(url, '/v1/server', { headers })
    expect([refused.status, (JSON.parse(refused.text) as { code: string }).code]).toEqual([
      403,
      'ORIGIN_REFUSED',
    ])
    expect(log.filter((line) => line.includes('origin_differs'))).toEqual([
      expect.stringContaining('--public-url'),
    ])
    await server.close()
    const again = await startSotto({ port: server.port, publicUrl: url })
    expect((await ask(url, '/v1/server', { headers })).status).toBe(200)
    expect(again.log.filter((line) => line.includes('origin_differs'))).toEqual([])
  })

  it('a proxy that is not on the list is said in the log', async () => {
    const { server, log } = await startSotto({ trustProxy: [] })
    const url = `https://localhost:${(await startProxy(server.port)).port}`
    for (let i = 0; i < 3; i++)
      expect((await ask(url, '/healthz')).headers['strict-transport-security']).toBeUndefined()
    const said = log.filter((line) => line.includes('proxy_not_believed'))
    expect(said).toEqual([expect.stringMatching(/"peer":"loopback".*--trust-proxy/)])
  })
})

describe.skipIf(!hasNginx)('a terminal behind nginx (needs nginx)', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-terminal-'))
  const trusted = join(directory, 'certificate.pem')
  writeFileSync(trusted, certificate.certificate)
  afterEach(async () => {
    await endAll()
    rmSync(join(directory, 'profile'), { recursive: true, force: true })
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  const sotto = async (
    args: readonly string[],
    env: Record<string, string> = { NODE_EXTRA_CA_CERTS: trusted },
  ) => {
    const child = spawn(process.execPath, [sottoBin, '--profile', join(directory, 'profile'), ...args], {
      env: { ...process.env, NO_COLOR: '1', ...env },
    })
    let said = ''
    child.stdout.on('data', (data: Buffer) => (said += data.toString()))
    child.stderr.on('data', (data: Buffer) => (said += data.toString()))
    child.stdin.end(`${password}\n`)
    const [exit] = (await once(child, 'close')) as [number]
    return { exit, said }
  }
  const register = (url: string, env?: Record<string, string>) =>
    sotto(['register', 'alice', '--server', url, '--password-stdin'], env)

  it('goes on without WebSockets, in one command after the other, and says what helps', async () => {
    const { server } = await startSotto()
    const change = without(/proxy_set_header Upgrade.*\n/, /proxy_set_header Connection.*\n/)
    const url = `https://localhost:${(await startProxy(server.port, change)).port}`
    expect(await register(url)).toMatchObject({ exit: 0 })
    const made = await sotto(['room', 'create', 'General'])
    expect(made, made.said).toMatchObject({ exit: 0 })
    const said = await sotto(['send', 'General', 'slowly'])
    expect(said.said).toMatch(/Sent to General/)
    const rooms = await sotto(['rooms'])
    expect(rooms.said).toMatch(/General.*\n[^]*without WebSocket[^]*proxy_set_header Upgrade/)
  })

  it('says which certificate it does not take, and why', async () => {
    const { server } = await startSotto()
    const at = async (shown: Certificate): Promise<string> => {
      const nginx = await startNginxOfPage(server.port, { certificate: shown })
      ends.push(() => nginx.stop())
      return `https://localhost:${nginx.port}`
    }
    const expired = selfSigned(['localhost'], -1000)
    const other = selfSigned(['chat.example.org'])
    const paths = [expired, other].map((one, i) => {
      const path = join(directory, `${i}.pem`)
      writeFileSync(path, one.certificate)
      return path
    }) as [string, string]
    const own = await register(await at(certificate), {})
    expect(own.said).toMatch(/cannot be reached: its certificate is not trusted[^]*NODE_EXTRA_CA_CERTS/)
    const old = await register(await at(expired), { NODE_EXTRA_CA_CERTS: paths[0] })
    expect(old.said).toMatch(/cannot be reached: its certificate has expired/)
    const wrong = await register(await at(other), { NODE_EXTRA_CA_CERTS: paths[1] })
    expect(wrong.said).toMatch(/cannot be reached: its certificate is for another name/)
    for (const { exit } of [own, old, wrong]) expect(exit).toBe(10)
  })

  it('says that the proxy has no server behind it, or speaks otherwise, or answers itself', async () => {
    const { server } = await startSotto()
    const nginx = await startProxy(server.port)
    const url = `https://localhost:${nginx.port}`
    expect((await register(url.replace('https', 'http'))).said).toMatch(
      /something other than a Sotto server answers/,
    )
    expect((await register(`https://localhost:${server.port}`)).said).toMatch(
      /one side uses https and the other does not/,
    )
    await register(url)
    await server.close()
    const away = await sotto(['login', '--password-stdin'])
    expect(away.said).toMatch(/The server is not ready: the proxy says that it is down/)
    const lane = await sotto(['lane', 'register', 'program', '--server', url])
    expect(lane.said).toMatch(/the proxy says that it is down/)
    const untrusted = await sotto(['lane', 'register', 'program', '--server', url], {})
    expect(untrusted.said).toMatch(/its certificate is not trusted/)
    const listed = await sotto(['rooms'])
    expect(listed.said).toMatch(/the proxy says that it is down[^]*what the device remembers/)
  })
})
