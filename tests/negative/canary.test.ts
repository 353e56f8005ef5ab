import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs'
import { createServer, connect, type Socket } from 'node:net'
import { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Client, memoryDisk, memoryKeys, SottoError, textDraft, type Transport } from '@sotto/client'
import { encodeClientFrame, encodeServerFrame } from '@sotto/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filesUnder, leaks } from '../journeys/world/canary.ts'
import { meet, untilMessages } from '../stories/talk.ts'
import { openDevice } from '../stories/world.ts'

const secrets = {
  password: 'canary password nobody knows 5e1d',
  text: 'the canary sings at noon 77c0',
  room: 'canary room name 1f3b',
  draft: 'a canary that was never sent 90aa',
  refused: 'a canary that found no place 4b2c',
}

/** Every byte that goes by between the clients and the server, and every address that is asked for. */
const startTap = async (target: number) => {
  const bytes: Buffer[] = []
  const sockets = new Set<Socket>()
  const tap = createServer((client) => {
    const server = connect(target, '127.0.0.1')
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from)
      from.on('data', (chunk: Buffer) => {
        bytes.push(chunk)
        to.write(chunk)
      })
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
    }
  })
  await new Promise<void>((resolve) => tap.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(tap.address() as AddressInfo).port}`,
    bytes: () => Buffer.concat(bytes),
    close: () => {
      for (const socket of sockets) socket.destroy()
      tap.close()
    },
  }
}

/** All that a process could leave in a dump: what it may write to, as it is now. */
const memoryOf = function* (pid: number): Generator<Buffer> {
  const file = openSync(`/proc/${pid}/mem`, 'r')
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const found = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line)
      if (!found) continue
      const [from, to] = [BigInt(`0x${found[1]}`), BigInt(`0x${found[2]}`)]
      const part = 1 << 24
      for (let at = from; at < to; at += BigInt(part - 4096)) {
        const length = Math.min(part, Number(to - at))
        const bytes = Buffer.alloc(length)
        try {
          readSync(file, bytes, 0, length, at)
        } catch {
          // What is mapped and not there.
          continue
        }
        yield bytes
      }
    }
  } finally {
    closeSync(file)
  }
}

/** As a program holds a text, or the bytes of one. */
const plainFormsOf = (secret: string): readonly Buffer[] =>
  (['utf8', 'utf16le'] as const).map((form) => Buffer.from(secret, form))

const hasMemory = existsSync('/proc/self/mem')

describe('T-CANARY what only members know', () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'sotto-canary-'))
  const lines: string[] = []
  const live: Uint8Array[] = []
  const child = spawn(process.execPath, [new URL('child/serve.ts', import.meta.url).pathname, dataDirectory])
  let tap: Awaited<ReturnType<typeof startTap>>
  let clients: readonly Client[] = []
  let rows: ReadonlyMap<string, Buffer> = new Map()
  const failures: unknown[] = []
  const full = Promise.withResolvers<void>()

  /** WebSocket frames are masked on the line: so what goes into them is noted, too. */
  const noting = (inner: Transport): Transport => ({
    ...inner,
    live: (token, hear) => {
      const opened = inner.live(token, (event) => {
        if (event.kind === 'frame') {
          live.push(encodeServerFrame(event.frame))
          if (event.frame.kind === 'refused' && event.frame.code === 'read_only') full.resolve()
        }
        hear(event)
      })
      return {
        ...opened,
        send: (frame) => {
          live.push(encodeClientFrame(frame))
          opened.send(frame)
        },
      }
    },
  })

  beforeAll(async () => {
    createInterface(child.stderr).on('line', (line) => lines.push(line))
    const url = await new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve))
    tap = await startTap(Number(new URL(url).port))
    const devices = ['alice', 'bob'].map((name) => ({ name, disk: memoryDisk(), keys: memoryKeys() }))
    clients = await Promise.all(devices.map((device) => openDevice(tap.url, device, { transport: noting })))
    const [alice, bob] = clients as [Client, Client]
    for (const [at, { name }] of devices.entries())
      await (clients[at] as Client).register({ name, password: secrets.password })
    const id = await meet(alice, bob, 'bob', secrets.room)
    await alice.send({ room: id, text: secrets.text })
    await untilMessages(bob, id, 1)
    await alice.setDraft({ room: id, draft: textDraft(secrets.draft) })

    // The paths of errors: what is not there, not allowed, not understood, and too much for the disk.
    const asking: readonly [string, RequestInit][] = [
      [`/v1/accounts/${encodeURIComponent(secrets.text)}`, {}],
      [`/v1/rooms/${encodeURIComponent(secrets.room)}/log?from=${encodeURIComponent(secrets.text)}`, {}],
      [`/${encodeURIComponent(secrets.draft)}`, { method: 'POST', body: secrets.text }],
      ['/v1/rooms', { method: 'POST', body: secrets.text, headers: { 'content-type': 'application/cbor' } }],
      [
        '/v1/server',
        { headers: { 'user-agent': secrets.text, cookie: `x=${encodeURIComponent(secrets.text)}` } },
      ],
    ]
    for (const [target, init] of asking) failures.push(await (await fetch(new URL(target, url), init)).text())
    for (const attempt of [
      () => alice.invite({ room: id, name: secrets.text }),
      () => alice.createRoom({ name: secrets.text.repeat(40) }),
      () => alice.send({ room: 'ff'.repeat(16), text: secrets.text }),
      () => alice.register({ name: 'carol', password: secrets.password }),
      () => alice.login({ name: 'alice', password: `${secrets.password} wrong` }),
    ])
      failures.push(await attempt().catch((error: unknown) => error))
    // Until the database is as large as it may be.
    const long = secrets.refused.repeat(1200)
    for (let at = 0; at < 30; at++)
      await alice.send({ room: id, text: long }).catch((error: unknown) => failures.push(error))
    await full.promise
    rows = new Map(
      devices.flatMap(({ name, disk }) =>
        [...disk.rows].map(([key, value]) => [`${name}: ${key}`, Buffer.from(value)] as const),
      ),
    )
  })

  afterAll(async () => {
    await Promise.allSettled(clients.map((client) => client.close()))
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    tap.close()
    rmSync(dataDirectory, { recursive: true, force: true })
  })

  test('T-CANARY is in no byte on the line, in no address, and in no frame', () => {
    const all = tap.bytes()
    expect(all.length).toBeGreaterThan(50_000)
    // What was asked on purpose went past the tap.
    const places = new Map([
      ['the line', all],
      ['the frames', Buffer.concat(live)],
    ])
    expect(leaks(secrets, places)).toEqual([])
  })

  test('T-CANARY is in no answer to a request that failed, and in no error', () => {
    expect(failures.length).toBeGreaterThan(9)
    const said = failures.map((failure) =>
      failure instanceof Error
        ? [failure.message, failure.stack, JSON.stringify(failure), failure instanceof SottoError].join(' ')
        : String(failure),
    )
    expect(leaks(secrets, new Map([['what was said', Buffer.from(said.join('\n'))]]))).toEqual([])
  })

  test('T-CANARY is in no line of the log of a server that says everything', () => {
    expect(lines.length).toBeGreaterThan(5)
    expect(leaks(secrets, new Map([['the log', Buffer.from(lines.join('\n'))]]))).toEqual([])
  })

  test('T-CANARY is in no file of the server, also after the disk was full', () => {
    const files = filesUnder(dataDirectory)
    expect(files.size).toBeGreaterThan(4)
    expect(leaks(secrets, files)).toEqual([])
  })

  test('T-CANARY is in no row that a device has stored', () => {
    expect(rows.size).toBeGreaterThan(50)
    expect(leaks(secrets, rows)).toEqual([])
    const keys = Buffer.from([...rows.keys()].join('\n'))
    expect(leaks(secrets, new Map([['the keys of rows', keys]]))).toEqual([])
  })

  test.skipIf(!hasMemory)(
    'T-CANARY is in no dump of the memory of the server (skipped without /proc)',
    () => {
      // Said to it on purpose, over its errors: only the rest is secret.
      const kept = { password: secrets.password, refused: secrets.refused, known: dataDirectory }
      const forms = Object.entries(kept).map(([name, secret]) => [name, plainFormsOf(secret)] as const)
      const found = new Set<string>()
      for (const bytes of memoryOf(child.pid as number))
        for (const [name, needles] of forms)
          if (!found.has(name) && needles.some((needle) => bytes.includes(needle))) found.add(name)
      // What the server was started with is there: so this is how one would find the others.
      expect([...found]).toEqual(['known'])
    },
  )
})
