import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { operations } from '@sotto/protocol'
import { io } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { goodPassword, rest } from '../open/lane/rest.ts'
import { password } from '../stories/world.ts'
import { selfSigned } from './certificate.ts'

const bin = fileURLToPath(new URL('../../packages/cli/bin/sotto.mjs', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'sotto-settings-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Nothing of the machine that runs the tests speaks for a server. */
const bare = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:SOTTO_|HOST$|PORT$|NODE_ENV$|FLASK_)/.test(name)),
)

let made = 0
const folder = (): string => {
  const path = join(directory, String(made++))
  mkdirSync(path)
  return path
}

interface Ran {
  readonly exit: number | null
  readonly out: string
  readonly err: string
}

interface Program {
  readonly out: () => string
  readonly err: () => string
  /** Resolves when standard output holds the text, or the program has ended. */
  says(text: string): Promise<void>
  stop(): Promise<Ran>
  readonly ended: Promise<Ran>
}

const running = new Set<Program>()
const endAll = async (): Promise<void> => {
  await Promise.all([...running].map((program) => program.stop()))
}

const run = (
  args: readonly string[],
  {
    env = {},
    cwd = directory,
    input = '',
  }: { env?: Record<string, string>; cwd?: string; input?: string } = {},
): Program => {
  const child = spawn(process.execPath, [bin, ...args], { cwd, env: { ...bare, NO_COLOR: '1', ...env } })
  let [out, err] = ['', '']
  const looking = new Set<() => void>()
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString()
    for (const look of looking) look()
  })
  child.stderr.on('data', (data: Buffer) => (err += data.toString()))
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const ended = once(child, 'close').then(([exit]): Ran => {
    running.delete(program)
    return { exit: exit as number | null, out, err }
  })
  const program: Program = {
    out: () => out,
    err: () => err,
    says: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (out.includes(text)) resolve()
        }
        looking.add(look)
        look()
        void ended.then(() => resolve())
      }),
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
    ended,
  }
  running.add(program)
  return program
}

/** A server that has begun, or has said why it does not. */
const serve = async (
  env: Record<string, string>,
  { args = ['--port', '0'], cwd = folder() }: { args?: readonly string[]; cwd?: string } = {},
): Promise<Program & { readonly url: string }> => {
  const program = run(['serve', ...args], { env: { SOTTO_DATA: join(folder(), 'data'), ...env }, cwd })
  await program.says('Stop with')
  return { ...program, url: /Sotto serves on +(\S+)/.exec(program.out())?.[1] ?? '' }
}

/** Does not begin, and says in one line why. */
const refused = async (program: Promise<Program>, why: RegExp): Promise<void> => {
  const { exit, out, err } = await (await program).ended
  expect([exit, out]).toEqual([2, ''])
  expect(err).toMatch(why)
  expect(err).not.toMatch(/ {4}at |hunter2/)
}

describe('settings of the systems that Sotto replaces', () => {
  afterEach(endAll)

  it('are each named at start, with what is used instead, and never with what stands in them', async () => {
    const { err, url } = await serve({
      SECRET_KEY: 'hunter2',
      FLASK_ENV: 'development',
      MONGO_URI: 'mongodb://user:hunter2@db/chat',
      DATABASE_URL: 'postgres://user:hunter2@db/chat',
      CORS_ORIGINS: '*',
      SOTTO_TRUST_PROXIES: 'hunter2',
    })
    expect(url).toMatch(/^http:\/\/localhost:\d+$/)
    expect(err()).toMatch(/^SECRET_KEY is not used: Sotto makes secrets of its own/m)
    expect(err()).toMatch(/^FLASK_ENV is not used: .*SOTTO_LOG_LEVEL/m)
    expect(err()).toMatch(/^MONGO_URI is not used: .*SOTTO_DATA/m)
    expect(err()).toMatch(/^DATABASE_URL is not used: .*SOTTO_DATA/m)
    expect(err()).toMatch(/^CORS_ORIGINS is not used: .*--allow-origin/m)
    expect(err()).toMatch(/^SOTTO_TRUST_PROXIES is not a setting of sotto serve/m)
    expect(err()).not.toContain('hunter2')
  })

  it('that hold a secret of some instructions stop a server that is no trial', async () => {
    await refused(
      serve({ FLASK_ENV: 'production', SECRET_KEY: 'your-secret-key-here' }),
      /SECRET_KEY holds a secret from published instructions/,
    )
    await refused(serve({ HOST: '0.0.0.0', JWT_SECRET: 'dev' }), /JWT_SECRET holds a secret/)
    const trial = await serve({ SECRET_KEY: 'dev' })
    expect(trial.err()).toMatch(/^SECRET_KEY is not used/m)
  })
})

describe('.env', () => {
  afterEach(endAll)
  const withFile = (text: string, mode = 0o600): string => {
    const cwd = folder()
    writeFileSync(join(cwd, '.env'), text)
    chmodSync(join(cwd, '.env'), mode)
    return cwd
  }

  it('is read, and says less than the environment, which says less than the command line', async () => {
    const data = join(folder(), 'data')
    const cwd = withFile(
      `PORT=1\nSOTTO_REGISTRATION="closed" # a remark\nSOTTO_LOG_LEVEL=silent\nSOTTO_DATA=${data}\nSECRET_KEY=hunter2\nFOO=1\nNODE_OPTIONS=--no-such-option\n`,
    )
    const program = run(['serve', '--port', '0'], {
      cwd,
      env: { SOTTO_REGISTRATION: 'invite', SOTTO_DATA: '' },
    })
    await program.says('Stop with')
    const { out, err } = await program.stop()
    expect(err).toMatch(/^Settings read from \S+\/\.env: PORT, SOTTO_DATA, SOTTO_LOG_LEVEL\.$/m)
    expect(err).toMatch(/^SECRET_KEY is not used/m)
    expect(err).toMatch(/^FOO is not a setting/m)
    expect(err).not.toMatch(/hunter2|"event"/)
    expect(out).toContain(data)
    expect(out).toContain('by invitation')
    // Who runs it speaks of the same data.
    const accounts = await run(['admin', 'accounts', '--json'], { cwd }).ended
    expect(accounts).toMatchObject({ exit: 0, err: '' })
  })

  it('is not believed where others can change it, or have made it', async () => {
    for (const mode of [0o666, 0o620, 0o602])
      await refused(
        serve({}, { cwd: withFile('PORT=0\n', mode) }),
        /can be changed by others.*chmod go-w .*SOTTO_ENV_FILE=off/,
      )
    if (process.getuid?.() === 0) {
      const cwd = withFile('PORT=0\n')
      chownSync(join(cwd, '.env'), 0, 0)
      await (await serve({}, { cwd })).stop()
      chownSync(join(cwd, '.env'), 65_534, 65_534)
      await refused(serve({}, { cwd }), /belongs to another user/)
      await (await serve({ SOTTO_ENV_FILE: 'off' }, { cwd })).stop()
    }
  })

  it('is no pipe that is waited for, and another one where that is said', async () => {
    const cwd = folder()
    execFileSync('mkfifo', [join(cwd, '.env')])
    await refused(serve({}, { cwd }), /\.env is not a file/)
    const other = join(folder(), 'production.env')
    writeFileSync(other, 'SOTTO_REGISTRATION=closed\n', { mode: 0o600 })
    const { out } = await serve({ SOTTO_ENV_FILE: other }, { cwd })
    expect(out()).toContain('Registration is closed')
    await refused(serve({ SOTTO_ENV_FILE: `${other}.none` }, { cwd }), /production\.env\.none is not there/)
  })

  it('says nothing to the commands of people, in whose folders others may have put one', async () => {
    const cwd = withFile('SOTTO_SERVER=http://localhost:1\nSOTTO_PROFILE=/nowhere\n', 0o666)
    const { err } = await run(['rooms', '--profile', join(cwd, 'profile')], { cwd }).ended
    expect(err).toMatch(/no account on this device/)
  })
})

describe('SSL_CERT_PATH and SSL_KEY_PATH', () => {
  const pair = selfSigned(['localhost'])
  const [certificate, key] = [join(directory, 'fullchain.pem'), join(directory, 'privkey.pem')]
  const settings = { SSL_CERT_PATH: certificate, SSL_KEY_PATH: key }
  const data = join(directory, 'tls-data')
  let [url, said] = ['', '']
  beforeAll(async () => {
    writeFileSync(certificate, pair.certificate)
    writeFileSync(key, pair.key, { mode: 0o600 })
    const server = await serve({ ...settings, SOTTO_DATA: data, SOTTO_REGISTRATION: 'open' })
    ;({ url } = server)
    said = server.err()
  })
  afterAll(endAll)

  const trusting = { NODE_EXTRA_CA_CERTS: certificate }
  const sotto = (args: readonly string[], env: Record<string, string> = trusting, input = '') =>
    run(['--profile', join(directory, 'profile'), ...args], { env, input }).ended

  it('give TLS, which terminals take with its certificate beside those of the system, and say so without', async () => {
    expect(url).toMatch(/^https:\/\/localhost:\d+$/)
    expect(said).not.toMatch(/Warning|is not used/)
    const register = ['register', 'alice', '--server', url, '--password-stdin']
    const untrusted = await sotto(register, {}, `${password}\n`)
    expect(untrusted.exit).toBe(10)
    expect(untrusted.err).toMatch(/its certificate is not trusted[^]*NODE_EXTRA_CA_CERTS/)
    expect(await sotto(register, trusting, `${password}\n`)).toMatchObject({ exit: 0 })
    expect(await sotto(['room', 'create', 'General'])).toMatchObject({ exit: 0 })
    expect((await sotto(['send', 'General', 'by TLS'])).err).not.toContain('without WebSocket')
    expect(await sotto(['lane', 'register', 'program', '--server', url])).toMatchObject({ exit: 0 })
  })

  it('are taken by a gateway, too', async () => {
    const profile = join(directory, 'gateway')
    const args = [
      '--profile',
      profile,
      '--json',
      'gateway',
      '--server',
      url,
      '--port',
      '0',
      '--room',
      'Plain',
    ]
    const gateway = run(args, { env: trusting })
    await gateway.says('\n')
    const { url: local, token } = JSON.parse(gateway.out()) as {
      readonly url: string
      readonly token: string
    }
    const socket = io(local, { auth: { token }, reconnection: false, transports: ['websocket'] })
    const answer: unknown = await socket.timeout(60_000).emitWithAck('login', { username: 'plain' })
    socket.disconnect()
    expect(answer).toMatchObject({ ok: true, username: 'plain' })
  })

  it('leave the commands of the host as they are: no network, no certificate', async () => {
    const { exit, out } = await run(['admin', 'accounts', '--json', '--data', data]).ended
    expect(exit).toBe(0)
    expect(out).toContain('"name":"alice"')
  })

  it('stop the start where they do not fit, or one is missing', async () => {
    const other = join(directory, 'other.pem')
    writeFileSync(other, selfSigned(['localhost']).key, { mode: 0o600 })
    await refused(
      serve({ ...settings, SSL_KEY_PATH: other }),
      /--key FILE \(SSL_KEY_PATH\): \S+ does not belong/,
    )
    await refused(serve({ SSL_CERT_PATH: certificate }), /--key FILE \(SSL_KEY_PATH\) is missing/)
    await refused(serve({ SSL_KEY_PATH: key }), /--cert FILE \(SSL_CERT_PATH\) is missing/)
  })
})

const external = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address

describe.skipIf(external === undefined)(
  'HOST=0.0.0.0 on plain http, asked from another address than loopback (needs a network interface)',
  () => {
    afterEach(endAll)
    const body = { username: 'program', password: goodPassword }
    const at = (url: string): string => url.replace('localhost', external ?? '')
    const register = (server: string, name: string) =>
      run(['--profile', join(directory, name), 'register', name, '--server', server, '--password-stdin'], {
        input: `${password}\n`,
      }).ended

    it('takes no password in any lane, says why and what helps; from this machine it does', async () => {
      const server = await serve({ HOST: '0.0.0.0', SOTTO_REGISTRATION: 'open' })
      expect(server.err()).toMatch(
        /Warning: this is plain http[^]*SSL_CERT_PATH, SSL_KEY_PATH[^]*SOTTO_PUBLIC_URL, SOTTO_TRUST_PROXY/,
      )
      const url = at(server.url)
      for (const call of ['POST /register', 'POST /login'] as const) {
        const answer = await rest(url, call, { body })
        expect([answer.status, answer.body['code']]).toEqual([403, 'PLAIN_HTTP'])
      }
      const o = operations
      for (const { path } of [
        o.registerStart,
        o.registerFinish,
        o.loginStart,
        o.loginStartOfDevice,
        o.loginFinish,
      ]) {
        const answer = await fetch(url + path, {
          method: 'POST',
          headers: { 'content-type': 'application/cbor' },
          body: new Uint8Array([0xa0]),
        })
        const { code } = (await answer.json()) as { readonly code: string }
        expect([path, answer.status, code]).toEqual([path, 403, 'PLAIN_HTTP'])
      }
      const terminal = await register(url, 'alice')
      expect(terminal.exit).toBe(6)
      expect(terminal.err).toMatch(
        /Passwords are not accepted over plain http from other machines\.\n.*SSL_CERT_PATH/,
      )
      const lane = await run([
        '--profile',
        join(directory, 'lane'),
        'lane',
        'register',
        'bot',
        '--server',
        url,
      ]).ended
      expect([lane.exit, lane.err]).toEqual([
        6,
        expect.stringMatching(/No passwords over plain http[^]*SSL_CERT_PATH/),
      ])
      expect((await fetch(`${url}/healthz`)).status).toBe(200)

      expect(await register(server.url, 'bob')).toMatchObject({ exit: 0 })
      expect((await rest(server.url, 'POST /register', { body })).status).toBe(201)
      expect(server.err()).toContain('"event":"plain_http"')
    })

    it('takes them from a network that is said to be trusted, with a warning at each start', async () => {
      const env = { HOST: '0.0.0.0', SOTTO_REGISTRATION: 'open', SOTTO_TRUST_NETWORK: external ?? '' }
      const server = await serve(env)
      expect(server.err()).toMatch(
        /Warning: passwords and sessions are accepted over plain http from .* \(--trust-network\)/,
      )
      expect((await rest(at(server.url), 'POST /register', { body })).status).toBe(201)
      await refused(
        serve({ ...env, SOTTO_TRUST_NETWORK: '0.0.0.0/0' }),
        /--trust-network.*0\.0\.0\.0\/0 is no network/,
      )
    })
  },
)
