import { spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  encrypt,
  pemIn,
  postJson,
  receiver,
  type Said,
  sender,
  type Style,
  usual,
} from './pair/oldPrograms.ts'
import { makeTap, type Tap } from './pair/tap.ts'
import { makeWorld, values, type World } from './world/processes.ts'

const script = fileURLToPath(new URL('./pair/old.py', import.meta.url))
const interpreter = '/usr/bin/python3'
const hasPython =
  spawnSync(interpreter, ['-c', 'import socketio, websocket, requests, cryptography']).status === 0

let world: World
let tap: Tap
/** Addresses as an old program is given one: two gateways, of two people. */
let left: string
let right: string
/** Where the right gateway listens, and its token. */
let rightSays: Said

const startGateway = async (profile: string, ...options: readonly string[]) => {
  const words = ['gateway', '--server', tap.url, '--port', '0', ...options]
  const running = world.start(profile, '--json', ...words)
  await running.says('\n')
  const [said = {}] = values(running.out())
  return { said, address: String(said['programs']) }
}

beforeAll(async () => {
  world = await makeWorld()
  await world.serve()
  tap = await makeTap(world.url)
  left = (await startGateway('left')).address
  const started = await startGateway('right', '--oaep', 'sha1')
  ;[right, rightSays] = [started.address, started.said]
}, 120_000)

const open: { readonly socket: { disconnect(): unknown } }[] = []
const kept = async <T extends { readonly socket: { disconnect(): unknown } }>(
  one: Promise<T>,
): Promise<T> => {
  const program = await one
  open.push(program)
  return program
}
const children: { kill(signal: 'SIGKILL'): unknown }[] = []
afterAll(async () => {
  for (const { socket } of open) socket.disconnect()
  for (const child of children) child.kill('SIGKILL')
  tap.close()
  await world.end()
})

/** One of the two programs in Python. */
const inPython = (...args: readonly string[]) => {
  const child = spawn(interpreter, [script, ...args], {
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  })
  children.push(child)
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (out += text))
  const says = async (text: string): Promise<void> => {
    await expect.poll(() => out, { timeout: 60_000 }).toContain(text)
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { child, says, out: () => out, ended }
}

const canary = 'the canary sings at dusk 51c7'
const texts = [canary, 'exit', 'a: b: https://example.org/?q=1', '{"message": "é🙂"}', ' ', '  spaces  ']
const shown = texts.filter((text) => text.trim() !== '')
const sha1: Style = { oaepHash: 'sha1', encoding: 'base64', cipher: 'aes-256-cbc' }

const heardBy = async ({ heard }: Awaited<ReturnType<typeof receiver>>, count: number) => {
  await expect.poll(() => heard.length, { timeout: 120_000 }).toBeGreaterThanOrEqual(count)
  return heard
}

describe('an old sender and an old receiver, each with a gateway', () => {
  it('in Node: PEM one way, base64 of PEM and SHA-1 the other, and a text is what it was', async () => {
    const bob = await kept(receiver(right, 'bob', sha1))
    const alice = await kept(sender(left, 'alice'))
    for (const text of texts) await alice.say('bob', text)
    expect(await heardBy(bob, shown.length)).toEqual(shown.map((text) => ({ sender: 'alice', text })))
    const [first = {}] = bob.raw
    expect(Object.keys(first).toSorted()).toEqual(['encrypted_payload', 'recipient', 'sender'])
    expect(first['recipient']).toBe('bob')
    expect(Object.keys(first['encrypted_payload'] as object).toSorted()).toEqual([
      'encrypted_data',
      'encrypted_key',
      'iv',
    ])

    const hers = await kept(receiver(left, 'alice'))
    const his = await kept(sender(right, 'bob', sha1))
    await his.say('alice', 'and back')
    // A sender waits for nothing.
    his.socket.disconnect()
    expect(await heardBy(hers, 1)).toEqual([{ sender: 'bob', text: 'and back' }])
    for (const one of [bob, alice, hers]) one.socket.disconnect()
  })

  it.skipIf(!hasPython)(
    'in Python, both ways (needs python3-socketio, -requests, -cryptography)',
    async () => {
      const receives = inPython('receiver', left, 'anna')
      await receives.says('waiting for messages')
      const ben = await kept(sender(right, 'ben', sha1))
      await ben.say('anna', canary)
      await receives.says(`ben: ${canary}`)
      const carl = await kept(receiver(right, 'carl', sha1))
      const sends = inPython('sender', left, 'anna', 'carl', 'base64')
      sends.child.stdin.end(`first\n${canary}\nexit\n`)
      expect(await sends.ended, sends.out()).toBe(0)
      expect((await heardBy(carl, 3)).map(({ text }) => text)).toEqual(['first', canary, 'exit'])
      // The receiver of the same name goes on with its own key.
      await ben.say('anna', 'once more')
      await receives.says('ben: once more')
      for (const one of [ben, carl]) one.socket.disconnect()
    },
  )

  it('ten people’s burst of 200 arrives whole and in order', async () => {
    const reader = await kept(receiver(right, 'reader', sha1))
    const names = Array.from({ length: 10 }, (_, at) => `burst${at}`)
    const people = await Promise.all(names.map((name) => kept(sender(left, name))))
    const said = (at: number) => `${names[at]} says ${'x'.repeat(at * 40)}`
    await Promise.all(
      people.map(async ({ say }, at) => {
        for (let n = 0; n < 20; n++) await say('reader', `${said(at)} ${n}`)
      }),
    )
    const heard = await heardBy(reader, 200)
    expect(heard).toHaveLength(200)
    for (const [at, name] of names.entries())
      expect(heard.filter((one) => one.sender === name).map(({ text }) => text)).toEqual(
        Array.from({ length: 20 }, (_, n) => `${said(at)} ${n}`),
      )
    for (const one of [reader, ...people]) one.socket.disconnect()
  }, 240_000)

  it('what is sent while the receiver is away waits for it', async () => {
    const first = await kept(receiver(right, 'sleeper', sha1))
    first.socket.disconnect()
    const writer = await kept(sender(left, 'writer'))
    await writer.say('sleeper', 'while away')
    await writer.say('sleeper', 'still away')
    // A new start makes a new key.
    const again = await kept(receiver(right, 'sleeper', sha1))
    expect((await heardBy(again, 2)).map(({ text }) => text)).toEqual(['while away', 'still away'])
    for (const one of [writer, again]) one.socket.disconnect()
  })
})

describe('how old programs write is seen', () => {
  it('the hash of OAEP and the length of the key, where a program also sends', async () => {
    const style: Style = { ...sha1, cipher: 'aes-128-cbc' }
    const speaks = await kept(sender(left, 'dora', style))
    await speaks.say('dora', 'to myself')
    const hears = await kept(receiver(left, 'dora', style))
    expect(await heardBy(hears, 1)).toEqual([{ sender: 'dora', text: 'to myself' }])
    for (const one of [speaks, hears]) one.socket.disconnect()
  })

  it('a receiver that joins before it registers, and names in capitals', async () => {
    const socket = io(left, { reconnection: false, forceNew: true })
    open.push({ socket })
    const heard: Said[] = []
    socket.on('message', (said: Said) => heard.push(said))
    const ask = socket.timeout(60_000)
    expect(await ask.emitWithAck('join', 'Emma')).toMatchObject({ ok: true, username: 'emma' })
    const frank = await kept(sender(left, 'Frank'))
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const own = publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()
    await frank.say('Emma', 'hello')
    expect((await postJson(`${left}/register`, { username: 'Emma', public_key: own })).status).toBe(201)
    await expect.poll(() => heard.length, { timeout: 60_000 }).toBe(1)
    expect(heard[0]).toMatchObject({ sender: 'frank', recipient: 'Emma' })
    const found = async (query: string) => (await fetch(`${left}/users?${query}`)).json()
    const public_key = expect.stringMatching(/^-----BEGIN RSA PUBLIC KEY-----/)
    const both = [
      { username: 'emma', public_key },
      { username: 'Emma', public_key },
    ]
    expect(await found('format=list&username=Emma')).toEqual(both)
    expect(await found('username=emma&format=object')).toEqual({ users: both })
    expect(await found('username=nobody')).toEqual({})
    // As libraries add it that find a query there already.
    const added = await fetch(`${left}users&format=list&username=emma`)
    expect(await added.json()).toEqual(both)
    expect(await found('format=xml')).toMatchObject({ code: 'PAYLOAD_INVALID', field: 'format' })
    for (const one of [{ socket }, frank]) one.socket.disconnect()
  })
})

describe('what is refused', () => {
  const refusals = (program: {
    readonly socket: { on(event: 'error', hear: (said: Said) => void): unknown }
  }) => {
    const all: Said[] = []
    program.socket.on('error', (said) => all.push(said))
    return all
  }

  it('is told by code, in the acknowledgement and as an event, and what cannot be opened all alike', async () => {
    const gina = await kept(sender(left, 'gina'))
    const hugo = await kept(receiver(right, 'hugo', sha1))
    const errors = refusals(gina)
    const key = await gina.keyOf('hugo')
    const other = await gina.keyOf('gina')
    const good = encrypt('fine', key, usual)
    const turned = (text: string): string => {
      const bytes = Buffer.from(text, 'base64')
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 0x40, bytes.length - 1)
      return bytes.toString('base64')
    }
    const to = (encrypted_payload: unknown, recipient = 'hugo') => ({
      sender: 'gina',
      recipient,
      encrypted_payload,
    })
    const closed = [
      // Padding: the last byte of the one block, by way of the iv.
      { ...good, iv: turned(good.iv) },
      { ...good, encrypted_data: turned(good.encrypted_data) },
      { ...good, encrypted_key: turned(good.encrypted_key) },
      encrypt('for another', other, usual),
      encrypt('for myself', gina.publicKey, usual),
      { ...good, encrypted_key: good.encrypted_key.slice(0, 20) },
    ]
    const answers: string[] = []
    for (const payload of closed) answers.push(JSON.stringify(await gina.ask(to(payload))))
    expect(new Set(answers).size).toBe(1)
    expect(JSON.parse(answers[0] ?? '')).toMatchObject({ ok: false, code: 'NOT_FOR_US' })

    const big = 'y'.repeat(49_152)
    for (const [payload, code] of [
      [to(encrypt(`${big}y`, key, usual)), 'PAYLOAD_TOO_LARGE'],
      [to(encrypt(`${big}${big}`, key, usual)), 'PAYLOAD_TOO_LARGE'],
      [to(encrypt(big.repeat(4), key, usual)), 'PAYLOAD_TOO_LARGE'],
      [to(encrypt('', key, usual)), 'TEXT_EMPTY'],
      [to(good, 'nobody.here'), 'USER_NOT_FOUND'],
      [to(good, 'x y'), 'USER_NOT_FOUND'],
      [{ ...to(good), sender: 'hugo' }, 'IDENTITY_MISMATCH'],
      [to({ ...good, iv: good.iv.slice(0, 16) }), 'PAYLOAD_INVALID'],
      [to({ ...good, iv: 7 }), 'PAYLOAD_INVALID'],
      [to({ ...good, encrypted_data: '!' }), 'PAYLOAD_INVALID'],
      [to({ ...good, encrypted_data: good.iv.slice(0, 10) }), 'PAYLOAD_INVALID'],
      [to({ message: 'plain' }), 'PAYLOAD_INVALID'],
      [to(undefined), 'PAYLOAD_INVALID'],
      [{ sender: 'gina', encrypted_payload: good }, 'PAYLOAD_INVALID'],
    ] as const) {
      expect(await gina.ask(payload), code).toMatchObject({ ok: false, code })
      expect(errors.at(-1)).toMatchObject({ code, success: false, message: expect.any(String) })
    }
    expect(await gina.ask(to(encrypt(big, key, usual)))).toMatchObject({ ok: true })
    expect(await gina.ask(to(JSON.stringify(good)))).toMatchObject({ ok: true })
    expect((await heardBy(hugo, 2)).map(({ text }) => text)).toEqual([big, 'fine'])
    for (const one of [gina, hugo]) one.socket.disconnect()
  })

  it('nothing more is opened for a recipient of whom much was wrong, and others are as before', async () => {
    const iris = await kept(sender(left, 'iris'))
    const [jack, kate] = [
      await kept(receiver(right, 'jack', sha1)),
      await kept(receiver(right, 'kate', sha1)),
    ]
    const key = await iris.keyOf('jack')
    const codes: unknown[] = []
    for (let n = 0; n < 21; n++) {
      const wrong = encrypt('wrong', iris.publicKey, usual)
      const said = await iris.ask({ sender: 'iris', recipient: 'jack', encrypted_payload: wrong })
      codes.push(said['code'])
    }
    expect(codes).toEqual([...Array<string>(20).fill('NOT_FOR_US'), 'RATE_LIMITED'])
    const right_ = encrypt('right', key, usual)
    expect(await iris.ask({ sender: 'iris', recipient: 'jack', encrypted_payload: right_ })).toMatchObject({
      code: 'RATE_LIMITED',
    })
    await iris.say('kate', 'to another')
    expect((await heardBy(kate, 1)).map(({ text }) => text)).toEqual(['to another'])
    expect(jack.heard).toEqual([])
    for (const one of [iris, jack, kate]) one.socket.disconnect()
  })

  it('a key that is none, a name of another profile, and whoever does not say the token', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const register = (body: unknown, address = left) => postJson(`${address}/register`, body)
    for (const public_key of [
      undefined,
      '',
      'x'.repeat(9000),
      Buffer.from('no key').toString('base64'),
      privateKey.export({ type: 'pkcs8', format: 'pem' }),
      Buffer.from(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()).toString('base64'),
      short.export({ type: 'spki', format: 'pem' }),
      curve.export({ type: 'spki', format: 'pem' }),
    ])
      expect(await register({ username: 'liam', public_key })).toMatchObject({
        status: 400,
        body: { code: 'KEY_INVALID', field: 'public_key', success: false },
      })
    expect(await register({ username: 'liam', public_key: pem })).toMatchObject({
      status: 201,
      body: { success: true, username: 'liam', public_key: pem },
    })
    expect(await register({ public_key: pem })).toMatchObject({ status: 400, body: { field: 'username' } })
    expect(await register({ username: 'x y', public_key: pem })).toMatchObject({ status: 400 })
    expect(await register({ username: 'liam', public_key: pem }, right)).toMatchObject({
      status: 409,
      body: { code: 'USERNAME_TAKEN' },
    })
    const url = String(rightSays['url'])
    expect(await register({ username: 'mia', public_key: pem }, url)).toMatchObject({
      status: 401,
      body: { code: 'UNAUTHORIZED' },
    })
    expect((await fetch(`${url}/users`)).status).toBe(401)
    expect((await fetch(`${right}/users`, { headers: { origin: 'https://evil.example' } })).status).toBe(403)
    expect((await fetch(`${right}/register`)).status).toBe(405)
    const form = { method: 'POST', body: JSON.stringify({ username: 'mia', public_key: pem }) }
    expect((await fetch(`${right}/register`, form)).status).toBe(415)
    const withToken = { authorization: `Bearer ${String(rightSays['token'])}` }
    const users = (await (await fetch(`${url}/users`, { headers: withToken })).json()) as Record<
      string,
      string
    >
    expect(pemIn(users['liam'] ?? '', sha1)).toContain('BEGIN PUBLIC KEY')
    expect(pemIn(users['liam'] ?? '', sha1)).not.toBe(pem)
  })
})

it('no text is in what travelled or in what the server keeps, and no key of a program left its machine', () => {
  const traffic = tap.read()
  // Only a gateway says it, behind a mask.
  expect(traffic.includes('"recipient":"bob"')).toBe(true)
  const files = readdirSync(world.data, { recursive: true, encoding: 'utf8' })
    .map((name) => join(world.data, name))
    .filter((path) => statSync(path).isFile())
  expect(files.length).toBeGreaterThan(1)
  const places = [['traffic', traffic] as const, ...files.map((path) => [path, readFileSync(path)] as const)]
  const secrets = [canary, 'https://example.org', 'and back', 'while away', 'burst9 says']
  for (const secret of secrets)
    for (const form of ['utf8', 'utf16le', 'base64', 'hex'] as const) {
      const wanted =
        form === 'utf8' || form === 'utf16le'
          ? Buffer.from(secret, form)
          : Buffer.from(Buffer.from(secret).toString(form).replace(/=+$/, '').slice(0, -2))
      for (const [where, bytes] of places) expect(bytes.includes(wanted), `${secret} in ${where}`).toBe(false)
    }
  // A key of the lane is a point of a curve; RSA would have come from an old program. In PEM it begins otherwise.
  const text = traffic.toString('latin1')
  expect(text).toContain('BEGIN PUBLIC KEY-----\\nMFkw')
  const rsa = [/"kty":"RSA"/, /BEGIN PUBLIC KEY-----\\nMII/, /BEGIN RSA/]
  const coded = Buffer.from('-----BEGIN PUBLIC KEY-----\nMII').toString('base64')
  for (const form of [...rsa, coded]) expect(text.search(form), String(form)).toBe(-1)
})
