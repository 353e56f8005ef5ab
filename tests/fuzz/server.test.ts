import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, memoryDisk, memoryKeys } from '@sotto/client'
import { codeWritten, encodeCanonical, encodeClientFrame, failures, operations } from '@sotto/protocol'
import { type RunningServer, startServer } from '@sotto/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { online } from '../stories/talk.ts'
import { openDevice, password } from '../stories/world.ts'
import { type Chance, chanceOf } from './chance.ts'
import { mutate } from './mutate.ts'

/** A started server, and whatever comes to its door: by HTTP, past HTTP, and by WebSocket. */
const utf8 = new TextEncoder()
const unlimited = 1_000_000

interface Answer {
  readonly status: number
  readonly body: string
}

describe('a server that is told anything', () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'sotto-fuzz-'))
  const lines: string[] = []
  let server: RunningServer
  let client: Client
  let token = ''

  beforeAll(async () => {
    server = await startServer({
      port: 0,
      dataDirectory,
      webDirectory: null,
      logLevel: 'info',
      logDestination: { write: (line: string) => void lines.push(line) },
      limits: {
        requestsPerSecondPerAddress: unlimited,
        workUsPerSecondPerAddress: unlimited,
        loginTriesPerWindow: unlimited,
      },
    })
    client = await openDevice(
      server.url,
      { disk: memoryDisk(), keys: memoryKeys() },
      {
        transport: (inner) => ({
          ...inner,
          call: (op, input, used) => {
            token = used ?? token
            return inner.call(op, input, used)
          },
        }),
      },
    )
    await client.register({ name: 'alice', password })
    await online(client)
  })
  afterAll(async () => {
    await client.close()
    await server.close()
    rmSync(dataDirectory, { recursive: true, force: true })
  })

  /** A failure of ours is told with a code of ours, and is never a fault of the server. */
  const judge = ({ status, body }: Answer, what: string): void => {
    expect([what, status >= 200 && status < 600 && status !== 500]).toEqual([what, true])
    if (status < 400) return
    const { code: written, error } = JSON.parse(body) as { code: string; error: string }
    const code = codeWritten(written)
    expect([what, written, error]).toEqual([what, code?.toUpperCase(), failures[code ?? 'internal'].text])
  }

  const isStillThere = async (): Promise<void> => {
    const response = await fetch(`${server.url}${operations.readServer.path}`)
    expect(response.status).toBe(200)
    expect(client.state().connection.kind).toBe('online')
    expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([])
  }

  const bodies = [
    [],
    ['alice', new Uint8Array(40)],
    [new Uint8Array(16), new Uint8Array(32)],
    [new Uint8Array(99), null],
    [3, 'C3a', new Uint8Array(16), new Uint8Array(64)],
    [[[new Uint8Array(90), [new Uint8Array(64), new Uint8Array(64)]]]],
    [7, new Uint8Array(200)],
    [[new Uint8Array(300)], null, false],
    [[[new Uint8Array(16), 4]], 1],
  ].map((value) => encodeCanonical(value as never))

  const pathOf = (path: string, chance: Chance): string =>
    path.replaceAll(/:\w+/g, () =>
      chance.pick([
        '00'.repeat(16),
        'ff'.repeat(32),
        'root',
        'data',
        '%00',
        '..%2f..%2fetc',
        '%ff%fe',
        'x'.repeat(3000),
        encodeURIComponent('аlice\u202e'),
        '-1',
        '__proto__',
      ]),
    )

  const queries = [
    '',
    '?from=0',
    '?from=-1',
    '?from=1e9',
    '?from=0&from=1',
    '?from=00',
    '?from=9007199254740993',
    '?__proto__=1',
    '?from[]=0',
    '?from=%00',
    `?from=${'9'.repeat(400)}`,
    '?&&==',
  ]

  test('by HTTP: each operation, with whatever for a body', async () => {
    const chance = chanceOf(5)
    for (const operation of Object.values(operations))
      // A long poll is meant to wait.
      for (let times = 0; times < (operation.name === 'poll' ? 0 : 25); times++) {
        const target = pathOf(operation.path, chance) + chance.pick(queries)
        const body = mutate(chance, bodies)
        const headers: Record<string, string> = {
          'content-type': chance.pick([
            'application/cbor',
            'application/cbor',
            'application/json',
            'x',
            'text/plain',
          ]),
        }
        const bearer = chance.pick([token, token, 'x', '', 'A'.repeat(129), `${token}=`])
        if (bearer) headers['authorization'] = chance.pick([`Bearer ${bearer}`, bearer, `bearer ${bearer}`])
        // What would end the session that the others need.
        if (operation.name === 'logout') delete headers['authorization']
        const { method } = operation
        const response = await fetch(server.url + target, {
          method,
          headers,
          ...(method === 'GET' ? {} : { body: new Uint8Array(body) }),
        })
        const text = await response.text()
        judge(
          { status: response.status, body: text },
          `${method} ${target.slice(0, 200)} ${Buffer.from(body).toString('hex').slice(0, 400)}`,
        )
      }
    await isStillThere()
  })

  test('by HTTP: other methods and other places', async () => {
    const chance = chanceOf(6)
    const places = [
      '/',
      '/v1',
      '/v1/rooms',
      '/v1/live',
      '/v1/vault/root',
      '//v1/server',
      '/v1/server/',
      '/%2e%2e/v1',
    ]
    for (const method of ['DELETE', 'PATCH', 'OPTIONS', 'PUT', 'POST', 'GET', 'PROPFIND'])
      for (const place of places) {
        const body = method === 'GET' ? {} : { body: new Uint8Array(mutate(chance, bodies)) }
        const response = await fetch(server.url + place, { method, ...body })
        const text = await response.text()
        expect([method, place, response.status]).not.toEqual([method, place, 500])
        expect(text.length).toBeLessThan(2000)
      }
    await isStillThere()
  })

  /** All that a server says to bytes on a socket, until one of both is done. */
  const said = (bytes: Uint8Array): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(server.port, '127.0.0.1')
      const answer: Buffer[] = []
      const finish = (): void => {
        socket.destroy()
        resolve(Buffer.concat(answer).toString('latin1'))
      }
      socket.on('data', (chunk: Buffer) => {
        answer.push(chunk)
        // One answer is enough.
        finish()
      })
      socket.on('error', finish)
      socket.on('close', finish)
      socket.on('connect', () => socket.end(bytes))
    })

  test('past HTTP: requests that are none', async () => {
    const chance = chanceOf(7)
    const requests = [
      'GET /v1/server HTTP/1.1\r\nHost: x\r\n\r\n',
      'POST /v1/rooms HTTP/1.1\r\nHost: x\r\nContent-Type: application/cbor\r\nContent-Length: 3\r\n\r\nabc',
      'POST /v1/rooms HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
      'GET /v1/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      `GET /v1/server HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nCookie: ${'a=b; '.repeat(50)}\r\n\r\n`,
      'POST /v1/rooms HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n',
    ].map((text) => utf8.encode(text))
    for (let times = 0; times < 300; times++) {
      const answer = await said(mutate(chance, requests))
      if (answer) expect(answer).toMatch(/^HTTP\/1\.1 [1234]\d\d |^HTTP\/1\.1 50[135] /)
    }
    await isStillThere()
  })

  const frames = [
    encodeClientFrame({ kind: 'hello', token: 'no such session' }),
    encodeClientFrame({ kind: 'ping', nonce: 7 }),
    encodeClientFrame({
      kind: 'submit',
      requestId: 1,
      room: new Uint8Array(16),
      message: new Uint8Array(50),
      aux: null,
    }),
  ]

  /** Says hello if that is wanted, then the frames; the code with which it ends. */
  const talk = (hello: boolean, sent: readonly Uint8Array[], isBinary = true): Promise<number> =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/v1/live`)
      socket.on('open', () => {
        if (hello) socket.send(encodeClientFrame({ kind: 'hello', token }))
        for (const frame of sent) socket.send(frame, { binary: isBinary })
        socket.close()
      })
      // What is wrong with a socket is followed by its end.
      socket.on('error', () => undefined)
      socket.on('close', (code) => resolve(code))
    })

  test('by WebSocket: frames of any kind, before a hello and after it', async () => {
    const chance = chanceOf(8)
    for (let times = 0; times < 60; times++) {
      const sent = Array.from({ length: 12 }, () => mutate(chance, frames))
      const code = await talk(times % 2 === 1, sent, times % 10 !== 9)
      // 1005: closed by us, without a word; 1006: dropped, as strangers are who send too much.
      expect([1000, 1003, 1005, 1006, 1007, 1009, 1012, 4401, 4408, 4429]).toContain(code)
    }
    await isStillThere()
  })
})
