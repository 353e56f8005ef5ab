import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  connect,
  getCACertificates,
  setDefaultCACertificates,
  type SecureVersion,
  type TLSSocket,
} from 'node:tls'
import { type Client, memoryDisk, memoryKeys } from '@sotto/client'
import { limits, livePath } from '@sotto/protocol'
import { type RunningServer, type ServerConfig, startServer } from '@sotto/server'
import { io } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { goodPassword, rest } from '../open/lane/rest.ts'
import { meet, online, untilMessages } from '../stories/talk.ts'
import { openDevice, password } from '../stories/world.ts'
import { type Certificate, selfSigned } from './certificate.ts'

const directory = mkdtempSync(join(tmpdir(), 'sotto-tls-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const name = 'chat.example.org'
const dayMs = 86_400_000
const [first, second] = [selfSigned(['localhost', name]), selfSigned(['renewed.example', 'localhost', name])]

const before = getCACertificates('default')
beforeAll(() =>
  setDefaultCACertificates([...before, ...[first, second].map(({ certificate }) => certificate)]),
)
afterAll(() => setDefaultCACertificates(before))

let made = 0
/** Files of a pair, as a program that renews certificates leaves them. */
const filesOf = (pair: Partial<Certificate>, mode = 0o600) => {
  const folder = join(directory, String(made++))
  mkdirSync(folder)
  const [certificate, key] = [join(folder, 'fullchain.pem'), join(folder, 'privkey.pem')]
  if (pair.certificate !== undefined) writeFileSync(certificate, pair.certificate)
  if (pair.key !== undefined) writeFileSync(key, pair.key, { mode })
  if (pair.key !== undefined) chmodSync(key, mode)
  return { certificate, key }
}

const ends: (() => unknown)[] = []
const endAll = async (): Promise<void> => {
  for (const end of ends.splice(0).toReversed()) await end()
}

const start = async (
  config: Partial<ServerConfig> = {},
): Promise<{ server: RunningServer; log: string[] }> => {
  const dataDirectory = mkdtempSync(join(directory, 'data-'))
  const log: string[] = []
  const server = await startServer({
    port: 0,
    webDirectory: null,
    open: true,
    registration: 'open',
    dataDirectory,
    tls: filesOf(first),
    logDestination: { write: (line: string) => void log.push(line) },
    ...config,
  })
  ends.push(() => server.close())
  return { server, log }
}

const openAs = async (url: string, who: string): Promise<Client> => {
  const client = await openDevice(url, { disk: memoryDisk(), keys: memoryKeys() })
  ends.push(() => client.close())
  await client.register({ name: who, password })
  await online(client)
  return client
}

interface Shaken {
  readonly protocol: string | null
  readonly group: string | undefined
  readonly socket: TLSSocket
}

/** A handshake in one version of TLS. */
const shake = (port: number, version: SecureVersion, ciphers?: string): Promise<Shaken> =>
  new Promise((resolve, reject) => {
    const socket = connect({
      port,
      host: 'localhost',
      servername: 'localhost',
      minVersion: version,
      maxVersion: version,
      // OpenSSL itself refuses old versions at its default level: it is the server that has to.
      ciphers: ciphers ?? 'DEFAULT@SECLEVEL=0',
    })
    ends.push(() => socket.destroy())
    socket.once('error', reject)
    socket.once('secureConnect', () =>
      resolve({
        protocol: socket.getProtocol(),
        group: (socket.getEphemeralKeyInfo() as { name?: string } | null)?.name,
        socket,
      }),
    )
  })

const shownBy = async (port: number): Promise<string> => {
  const { socket } = await shake(port, 'TLSv1.3')
  return socket.getPeerX509Certificate()?.fingerprint256 ?? ''
}

const fingerprints = async (): Promise<readonly string[]> => {
  const { X509Certificate } = await import('node:crypto')
  return [first, second].map(({ certificate }) => new X509Certificate(certificate).fingerprint256)
}

/** The headers of one answer, asked under a name. */
const headersOf = (
  port: number,
  host: string,
  agent: Agent | false = false,
): Promise<Record<string, unknown> & { statusCode: number }> =>
  new Promise((resolve, reject) => {
    const asked = request(
      { port, host: 'localhost', servername: 'localhost', path: '/healthz', headers: { Host: host }, agent },
      (answer) => {
        answer.resume()
        answer.on('end', () => resolve({ ...answer.headers, statusCode: answer.statusCode ?? 0 }))
      },
    )
    asked.once('error', reject)
    asked.end()
  })

describe('a server with a certificate of its own', () => {
  let server: RunningServer
  beforeAll(async () => {
    ;({ server } = await start())
  })
  afterAll(endAll)

  it('speaks TLS 1.3 and 1.2, and nothing older', async () => {
    expect(server.url).toBe(`https://localhost:${server.port}`)
    for (const version of ['TLSv1.3', 'TLSv1.2'] as const)
      expect((await shake(server.port, version)).protocol).toBe(version)
    for (const version of ['TLSv1.1', 'TLSv1'] as const)
      await expect(shake(server.port, version)).rejects.toThrow(/version|alert/i)
  })

  it('speaks TLS 1.2 with forward secrecy and authenticated encryption only', async () => {
    for (const cipher of ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA384', 'AES128-GCM-SHA256'])
      await expect(shake(server.port, 'TLSv1.2', `${cipher}:@SECLEVEL=0`), cipher).rejects.toThrow(
        /alert|cipher/i,
      )
  })

  it('tells browsers to come by TLS alone, but not those that ask it by the name of every machine', async () => {
    const asked = await headersOf(server.port, name)
    expect([asked.statusCode, asked['strict-transport-security']]).toEqual([
      200,
      'max-age=63072000; includeSubDomains',
    ])
    expect((await headersOf(server.port, 'localhost'))['strict-transport-security']).toBeUndefined()
  })

  it('goes by the names of its certificate, and by no other', async () => {
    expect((await headersOf(server.port, name)).statusCode).toBe(200)
    for (const other of ['rebound.example', `sub.${name}`])
      expect((await headersOf(server.port, other)).statusCode).toBe(403)
  })

  it('takes a page of the same name that came without TLS for one of another site', async () => {
    const ask = (origin: string) => fetch(`${server.url}/v1/server`, { headers: { origin } })
    expect((await ask(server.url)).status).toBe(200)
    const foreign = await ask(server.url.replace('https', 'http'))
    expect([foreign.status, ((await foreign.json()) as { code: string }).code]).toEqual([
      403,
      'ORIGIN_REFUSED',
    ])
  })

  it('people register, meet and talk, over WebSockets', async () => {
    const [alice, bob] = [await openAs(server.url, 'alice'), await openAs(server.url, 'bob')]
    expect(alice.state().connection).toMatchObject({ route: 'websocket' })
    const room = await meet(alice, bob, 'bob')
    await alice.send({ room, text: 'by TLS of its own' })
    await untilMessages(bob, room, 1)
  })

  it('people come by asking again and again where there are no WebSockets', async () => {
    const without = await start({ limits: { unidentifiedSocketsPerAddressMax: 0, longPollMs: 500 } })
    const [alice, bob] = await Promise.all(['alice', 'bob'].map((who) => openAs(without.server.url, who)))
    if (!alice || !bob) throw new Error('nobody came')
    expect(alice.state().connection).toMatchObject({ route: 'poll' })
    const room = await meet(alice, bob, 'bob')
    await alice.send({ room, text: 'slowly' })
    await untilMessages(bob, room, 1)
  })

  it.each(['polling', 'websocket'] as const)(
    'the open lane talks by %s, with a cookie that goes nowhere else',
    async (transport) => {
      const body = { username: `by-${transport}`, password: goodPassword }
      expect((await rest(server.url, 'POST /register', { body })).status).toBe(201)
      const login = await rest(server.url, 'POST /login', { body })
      expect(login.headers.get('set-cookie')).toMatch(/^__Host-sotto_session=[^;]+;.*; Secure$/)
      const socket = io(server.url, {
        transports: [transport],
        auth: { token: login.body['token'] },
        forceNew: true,
        reconnection: false,
        ca: first.certificate,
      } as object)
      ends.push(() => socket.close())
      await new Promise<void>((resolve, reject) => {
        socket.on('connect', () => resolve())
        socket.on('connect_error', reject)
      })
      expect(socket.io.engine.transport.name).toBe(transport)
    },
  )
})

describe('answers by TLS that nobody reads', () => {
  afterEach(endAll)
  const answerBytes = 16 * 1024 * 1024

  const asking = async (writeStallMs: number) => {
    const webDirectory = join(directory, `web-${made++}`)
    mkdirSync(webDirectory)
    writeFileSync(join(webDirectory, 'large.js'), 'x'.repeat(answerBytes))
    const { server, log } = await start({ webDirectory, limits: { writeStallMs } })
    const { socket } = await shake(server.port, 'TLSv1.3')
    socket.on('error', () => undefined)
    socket.write('GET /large.js HTTP/1.1\r\nHost: localhost\r\n\r\n')
    return { socket, stalled: () => log.filter((line) => line.includes('"event":"write_stalled"')).length }
  }

  it('LIVE-9 end their connection when nothing of them is taken in for a while', async () => {
    const { socket, stalled } = await asking(300)
    socket.pause()
    await expect.poll(stalled, { timeout: 20_000 }).toBe(1)
    socket.resume()
    await new Promise((resolve) => socket.once('close', resolve))
  })

  it('LIVE-9 are delivered to whoever reads slowly', async () => {
    const { socket, stalled } = await asking(1500)
    let bytes = 0
    await new Promise<void>((resolve) => {
      socket.on('data', (data: Buffer) => {
        bytes += data.length
        if (bytes > answerBytes) return resolve()
        socket.pause()
        setTimeout(() => socket.resume(), 2)
      })
      socket.once('close', () => resolve())
    })
    expect(bytes).toBeGreaterThan(answerBytes)
    expect(stalled()).toBe(0)
  })
})

describe('a certificate that is renewed', () => {
  afterEach(endAll)
  const look = { certificateLookMs: 10 }
  const saying = (log: readonly string[], event: string): readonly string[] =>
    log.filter((line) => line.includes(`"event":"${event}"`))

  it('is shown without a restart, and nobody is cut off', async () => {
    const tls = filesOf(first)
    const { server, log } = await start({ tls, limits: look })
    const [old, renewed] = await fingerprints()
    expect(await shownBy(server.port)).toBe(old)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    ends.push(() => agent.destroy())
    await headersOf(server.port, 'localhost', agent)
    const live = new WebSocket(`wss://localhost:${server.port}${livePath}`)
    ends.push(() => live.terminate())
    let isCut = false
    live.on('close', () => (isCut = true))
    await new Promise((resolve, reject) => live.once('open', resolve).once('error', reject))
    const [kept] = Object.values(agent.freeSockets).flat()

    writeFileSync(tls.certificate, second.certificate)
    writeFileSync(tls.key, second.key)
    await expect.poll(() => shownBy(server.port), { timeout: 20_000 }).toBe(renewed)
    expect(saying(log, 'certificate_replaced')).toHaveLength(1)
    await headersOf(server.port, 'localhost', agent)
    expect(Object.values(agent.freeSockets).flat()).toEqual([kept])
    expect(isCut).toBe(false)
  })

  it('is not shown where its key is not there yet, and says so; the one before stays', async () => {
    const tls = filesOf(first)
    const { server, log } = await start({ tls, limits: look })
    const [old, renewed] = await fingerprints()
    writeFileSync(tls.certificate, second.certificate)
    await expect.poll(() => saying(log, 'certificate_refused'), { timeout: 20_000 }).toHaveLength(1)
    expect(saying(log, 'certificate_refused')[0]).toMatch(/"rule":"other_pair".*SSL_CERT_PATH/)
    expect(await shownBy(server.port)).toBe(old)
    rmSync(tls.key)
    await expect.poll(() => saying(log, 'certificate_refused'), { timeout: 20_000 }).toHaveLength(2)
    expect(await shownBy(server.port)).toBe(old)
    writeFileSync(tls.key, second.key, { mode: 0o600 })
    await expect.poll(() => shownBy(server.port), { timeout: 20_000 }).toBe(renewed)
  })

  it('is asked for in the log before it ends', async () => {
    const { log } = await start({ tls: filesOf(selfSigned(['localhost'], 3 * dayMs)), limits: look })
    await expect.poll(() => saying(log, 'certificate_ends'), { timeout: 20_000 }).toHaveLength(1)
  })
})

describe('a certificate that cannot be used stops the start, with the reason', () => {
  afterEach(endAll)
  const encrypted = (type: 'pkcs8' | 'sec1'): string =>
    createPrivateKey(first.key).export({
      type,
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'secret words',
    }) as string
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })

  it.each([
    ['is not there', { key: first.key }, /fullchain\.pem is not there/],
    ['has no key', { certificate: first.certificate }, /privkey\.pem is not there/],
    ['is none', { certificate: 'x', key: first.key }, /fullchain\.pem holds no certificate in PEM/],
    ['is a key', { certificate: first.key, key: first.certificate }, /fullchain\.pem holds no certificate/],
    [
      'is cut off',
      { ...first, certificate: first.certificate.replace(/[^]{100}\n-/, '\n-') },
      /holds no certificate/,
    ],
    ['has no key in its file', { ...first, key: 'x' }, /privkey\.pem holds no private key/],
    ['has an encrypted key', { ...first, key: encrypted('pkcs8') }, /privkey\.pem holds an encrypted key/],
    ['has one of before', { ...first, key: encrypted('sec1') }, /privkey\.pem holds an encrypted key/],
    [
      'has the key of another',
      { ...first, key: second.key },
      /privkey\.pem does not belong to the certificate/,
    ],
    [
      'has a key of another kind',
      { ...first, key: weak.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string },
      /privkey\.pem does not belong/,
    ],
    [
      'stands behind another',
      { certificate: second.certificate + first.certificate, key: first.key },
      /fullchain\.pem has the certificate of this server behind another one/,
    ],
    ['has expired', selfSigned(['localhost'], -1000), /fullchain\.pem has expired/],
    ['begins later', selfSigned(['localhost'], 20 * dayMs), /fullchain\.pem is not valid yet/],
  ] as const)('%s', async (_, pair, why) => {
    await expect(start({ tls: filesOf(pair) })).rejects.toMatchObject({ code: 'bad_request', message: why })
  })

  it.each([0o604, 0o644, 0o606, 0o660])('has a key that others can read or change: %o', async (mode) => {
    await expect(start({ tls: filesOf(first, mode) })).rejects.toThrow(/chmod 600/)
  })

  it('has a key that a group of the system may read', async () => {
    await start({ tls: filesOf(first, 0o640) })
  })

  it('is a folder', async () => {
    await expect(start({ tls: { ...filesOf(first), certificate: directory } })).rejects.toThrow(/is no file/)
  })

  it('reads a certificate of exactly so many bytes and no more', async () => {
    const padded = (bytes: number) => ({
      ...first,
      certificate: first.certificate + '\n'.repeat(bytes - first.certificate.length),
    })
    await start({ tls: filesOf(padded(limits.certificateBytesMax)) })
    await expect(start({ tls: filesOf(padded(limits.certificateBytesMax + 1)) })).rejects.toThrow(/too large/)
  })
})
