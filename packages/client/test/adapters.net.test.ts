import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import {
  decodeAs,
  decodeClientFrame,
  encodeAs,
  encodeServerFrame,
  failureBody,
  limits,
  operations,
  type Shape,
  SottoError,
} from '@sotto/protocol'
import { netTransport } from '../adapters/net/index.ts'
import type { LiveConnection, LiveEvent, Transport } from '../src/index.ts'
import { assertFailure } from './contracts/contract.ts'
import { type Behaviour, standIn, type StandIn } from './net/standIn.ts'

const opened: StandIn[] = []
const peer = async (behaviour: Behaviour): Promise<string> => {
  const there = await standIn(behaviour)
  opened.push(there)
  return there.origin
}
afterEach(async () => {
  for (const there of opened.splice(0)) await there.close()
})

const room = new Uint8Array(16).fill(7)
const account = new Uint8Array(32).fill(1)
const device = new Uint8Array(16).fill(2)
const ack = {
  room,
  seq: 3,
  hash: new Uint8Array(32),
  timeMs: 5,
  signature: new Uint8Array(64),
}
const server = { protocol: 'sotto/1', logKey: new Uint8Array(32), timeMs: 42 }

const callServer = (transport: Transport) => transport.call(operations.readServer, {}, null)
const failureAt = async (origin: string): Promise<SottoError> => {
  const failure = await callServer(netTransport({ server: origin })).catch((error: unknown) => error)
  if (failure instanceof SottoError) return failure
  throw new Error('no failure of ours')
}
const refusal = (error: SottoError) => failureBody(error, '2026-11-30T10:00:00.000Z')
const sendJson = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))

describe('an operation over HTTP', () => {
  it('sends path, token and body, and reads the answer', async () => {
    const seen: Record<string, unknown> = {}
    const origin = await peer({
      http: (request, response, body) => {
        seen['url'] = `${request.method} ${request.url}`
        seen['token'] = request.headers.authorization
        seen['body'] = decodeAs(operations.submitMessage.body, new Uint8Array(body))
        response.end(encodeAs(operations.submitMessage.output, { ack }))
      },
    })
    const message = Uint8Array.of(1, 2)
    const answer = await netTransport({ server: origin }).call(
      operations.submitMessage,
      { room, message, aux: null },
      'secret',
    )
    expect(seen).toEqual({
      url: `POST /v1/rooms/${'07'.repeat(16)}/messages`,
      token: 'Bearer secret',
      body: { message, aux: null },
    })
    expect(answer).toEqual({ ack })
  })

  it.each([
    ['a failure of the server', 409, refusal(new SottoError('fork', 'x', { head: 7 })), 'fork'],
    [
      'ERR-1: one in the case of this version',
      409,
      { ...refusal(new SottoError('fork')), code: 'FORK' },
      'fork',
    ],
    ['one in no case', 409, { ...refusal(new SottoError('fork')), code: 'Fork' }, 'integrity'],
    ['one of a newer server', 418, { ...refusal(new SottoError('fork')), code: 'teapot' }, 'integrity'],
  ] as const)('%s keeps its meaning', async (_, status, body, code) => {
    const origin = await peer({ http: (_request, response) => sendJson(response, status, body) })
    const failure = await failureAt(origin)
    expect(failure).toMatchObject({ code })
    expect(failure.detail).not.toHaveProperty('obstacle')
  })

  it.each([
    ['a code of ours without the rest', 401, { code: 'session_expired' }],
    ['a gateway', 401, { code: 'unauthorized', message: 'token missing' }],
    ['another gateway', 403, { error: 'forbidden', code: 'forbidden' }],
    ['a framework', 404, { timestamp: '2026-11-30T10:00:00Z', status: 404, error: 'Not Found', path: '/v1' }],
    ['a time that is none', 404, { ...refusal(new SottoError('room_unknown')), timestamp: 'now' }],
    ['a code under another status', 403, refusal(new SottoError('session_expired'))],
    ['a code that is a word of the language', 418, { code: '__proto__' }],
    ['no object', 401, ['unauthorized']],
    ['null', 401, null],
  ] as const)('a refusal counts in the form of the server alone: %s', async (_, status, body) => {
    const origin = await peer({ http: (_request, response) => sendJson(response, status, body) })
    expect(await failureAt(origin)).toMatchObject({ code: 'offline', detail: { obstacle: 'not_sotto' } })
  })

  it('a refusal counts with the type of the server alone', async () => {
    const body = JSON.stringify(refusal(new SottoError('session_expired')))
    const origin = await peer({
      http: (_request, response) => response.writeHead(401, { 'content-type': 'text/html' }).end(body),
    })
    expect(await failureAt(origin)).toMatchObject({ code: 'offline' })
  })

  it('a refusal of more than one may have is none', async () => {
    const filled = (bytes: number) => {
      const body = JSON.stringify({ ...refusal(new SottoError('forbidden')), filling: '' })
      return body.replace('"filling":""', `"filling":"${'x'.repeat(bytes - body.length)}"`)
    }
    const codeOf = async (bytes: number) => {
      const origin = await peer({
        http: (_request, response) =>
          response.writeHead(403, { 'content-type': 'application/json' }).end(filled(bytes)),
      })
      return (await failureAt(origin)).code
    }
    expect(await codeOf(limits.failureBytesMax)).toBe('forbidden')
    expect(await codeOf(limits.failureBytesMax + 1)).toBe('offline')
  })

  it('keeps numbers and short texts of a failure, and nothing else', async () => {
    const detail = { head: 7, rule: 'C3', nested: { a: 1 }, long: 'x'.repeat(1000), obstacle: 'gateway' }
    const body = { ...refusal(new SottoError('policy')), detail }
    const origin = await peer({ http: (_request, response) => sendJson(response, 403, body) })
    const failure = await failureAt(origin)
    expect(failure.code).toBe('policy')
    expect(failure.detail).toEqual({ head: 7, rule: 'C3' })
  })

  it('a server that falls silent is given up, before its answer and in the middle of it', async () => {
    const silent = await peer({ http: () => {} })
    await assertFailure(callServer(netTransport({ server: silent, silenceMs: 50 })), 'timeout', 'no answer')
    const stuck = await peer({ http: (_request, response) => void response.write('x') })
    await assertFailure(
      callServer(netTransport({ server: stuck, silenceMs: 50 })),
      'timeout',
      'half an answer',
    )
  })

  it.each([
    [200, 'application/cbor', 'integrity'],
    [200, 'text/html', 'offline'],
    [403, 'application/json', 'offline'],
  ] as const)('an answer without end is not kept: %i %s', async (status, type, code) => {
    const chunk = Buffer.alloc(1024 * 1024)
    const origin = await peer({
      http: (_request, response) => {
        response.writeHead(status, { 'content-type': type })
        const more = (): void => {
          while (response.write(chunk));
          response.once('drain', more)
        }
        more()
      },
    })
    expect((await failureAt(origin)).code).toBe(code)
  })

  it('an answer that trickles in without end is given up', async () => {
    const origin = await peer({
      http: (_request, response) => {
        // Never silent, and far below the least speed.
        const timer = setInterval(() => response.write('x'), 10)
        response.on('close', () => clearInterval(timer))
      },
    })
    await assertFailure(callServer(netTransport({ server: origin, silenceMs: 300 })), 'timeout', 'trickle')
  })

  it('an answer may take long in all, as long as it comes', async () => {
    const silenceMs = 300
    const origin = await peer({
      http: (_request, response) => {
        const body = encodeAs(operations.readServer.output, server)
        // As large as what is read in twice the time of silence at the least speed.
        const filling = Buffer.alloc(limits.answerBytesPerSecondMin)
        let pieces = 0
        response.write(body)
        const timer = setInterval(() => {
          response.write(filling)
          if (++pieces * 50 > 2 * silenceMs) {
            clearInterval(timer)
            response.end()
          }
        }, 50)
      },
    })
    // It arrives whole, and only then is found to be no answer of this operation.
    await assertFailure(callServer(netTransport({ server: origin, silenceMs })), 'integrity', 'slow')
  })

  it.each([
    ['a page in place of an operation', 200, 'text/html', '<html>', 'offline', 'not_sotto'],
    ['text in place of an operation', 200, '', 'hello', 'offline', 'not_sotto'],
    ['JSON in place of an operation', 200, 'application/json', '{"ok":true}', 'offline', 'not_sotto'],
    [
      'noise in place of an operation',
      200,
      'application/octet-stream',
      '\u0000\u0001',
      'offline',
      'not_sotto',
    ],
    ['nothing in place of an operation', 204, '', '', 'offline', 'not_sotto'],
    ['another program', 404, 'text/plain', 'no', 'offline', 'not_sotto'],
    ['a proxy that asks for a password', 401, 'text/html', '<html>', 'offline', 'not_sotto'],
    ['a proxy that forbids', 403, 'text/html', '<html>', 'offline', 'not_sotto'],
    // That such an answer came at all is not told.
    ['a proxy that wants to be asked', 407, 'text/html', '<html>', 'offline', undefined],
    ['a network that wants a login', 511, 'text/html', '<html>', 'unavailable', 'not_sotto'],
    ['http at the port of https', 400, 'text/html', '<html>', 'offline', 'not_sotto'],
    ['a proxy that has failed', 500, 'text/html', '<html>', 'unavailable', 'gateway'],
    ['a proxy without a server', 502, 'text/html', '<html>', 'unavailable', 'gateway'],
    ['a proxy that has waited', 504, 'text/html', '<html>', 'unavailable', 'gateway'],
    ['a network of others without a server', 522, 'text/html', '<html>', 'unavailable', 'gateway'],
    ['a proxy that takes less', 413, 'text/html', '<html>', 'too_large', 'body_limit'],
    ['a proxy that counts', 429, 'text/html', '<html>', 'unavailable', 'crowded'],
    ['a server that is not ready', 503, 'ours', 'unavailable', 'unavailable', undefined],
    ['a name it does not go by', 403, 'ours', 'host_refused', 'host_refused', undefined],
    ['an answer of ours that is damaged', 200, 'application/cbor', 'x', 'integrity', undefined],
  ] as const)('says what has answered: %s', async (_, status, type, body, code, obstacle) => {
    const origin = await peer({
      http: (_request, response) => {
        if (type === 'ours') sendJson(response, status, refusal(new SottoError(body)))
        else response.writeHead(status, { 'content-type': type }).end(status === 204 ? undefined : body)
      },
    })
    const failure = await failureAt(origin)
    expect(failure).toMatchObject({ code })
    expect(failure.detail['obstacle']).toBe(obstacle)
  })

  it('says what has kept it from an answer', async () => {
    const gone = await standIn({})
    await gone.close()
    const speaks = await peer({ http: (_request, response) => response.end() })
    const portal = await peer({
      http: (_request, response) => response.writeHead(301, { location: 'https://localhost/' }).end(),
    })
    const noHttp = createServer(
      (socket) => void socket.on('data', () => socket.write('220 mail.example.org\r\n')),
    )
    noHttp.listen(0, '127.0.0.1')
    await once(noHttp, 'listening')
    const mail = `http://127.0.0.1:${(noHttp.address() as AddressInfo).port}`
    for (const [address, obstacle] of [
      [gone.origin, 'refused'],
      ['http://nobody.invalid', 'name_unknown'],
      [speaks.replace('http', 'https'), 'no_tls'],
      [portal, 'redirected'],
      [mail, 'not_sotto'],
    ] as const) {
      const failure = await callServer(netTransport({ server: address })).catch((error: unknown) => error)
      expect(failure, address).toMatchObject({ code: 'offline', detail: { obstacle } })
    }
    noHttp.close()
  })

  it('does not follow a captive portal', async () => {
    const portal = await peer({ http: (_request, response) => response.end('log in') })
    const origin = await peer({
      http: (_request, response) => response.writeHead(302, { location: portal }).end(),
    })
    await assertFailure(callServer(netTransport({ server: origin })), 'offline', 'redirect')
  })

  it('an address that is none is refused before anything is sent', () => {
    for (const address of ['', 'chat.example.org', 'ftp://chat.example.org', 'javascript:alert(1)'])
      expect(() => netTransport({ server: address })).toThrow(SottoError)
  })
})

/** Collects the events of one connection. */
const listen = (transport: Transport) => {
  const events: LiveEvent[] = []
  const waiting = new Set<() => void>()
  const connection: LiveConnection = transport.live('token', (event) => {
    events.push(event)
    for (const look of waiting) look()
  })
  const until = <T>(find: (events: readonly LiveEvent[]) => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = find(events)
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  const closed = () => until((all) => all.find((event) => event.kind === 'closed'))
  const frame = (kind: string) =>
    until((all) =>
      all
        .flatMap((event) => (event.kind === 'frame' && event.frame.kind === kind ? [event.frame] : []))
        .at(0),
    )
  return { events, connection, closed, frame, until }
}

const ready = encodeServerFrame({ kind: 'ready', account, device, timeMs: 1, heads: [], welcomes: 0 })

describe('the live lane over a WebSocket', () => {
  it('says hello, hears frames, and tells its end once', async () => {
    const said: unknown[] = []
    const origin = await peer({
      socket: (socket) =>
        socket.on('message', (data) => {
          said.push(decodeClientFrame(new Uint8Array(data as Buffer)))
          socket.send(ready)
        }),
    })
    const lane = listen(netTransport({ server: origin }))
    await lane.frame('ready')
    lane.connection.close()
    lane.connection.close()
    expect(said).toEqual([{ kind: 'hello', token: 'token' }])
    expect(lane.events.map(({ kind }) => kind)).toEqual(['opened', 'frame', 'closed'])
  })

  it.each([
    ['text', 'hello'],
    ['bytes that are no frame', Buffer.from([1, 2, 3])],
    ['a frame larger than any', Buffer.alloc(limits.frameBytesMax + 1)],
  ])('%s ends the connection', async (_, garbage) => {
    const origin = await peer({ socket: (socket) => socket.send(garbage) })
    const lane = listen(netTransport({ server: origin }))
    await lane.closed()
    expect(lane.events.filter(({ kind }) => kind === 'frame')).toEqual([])
  })

  it('finds out by ping that the line is dead', async () => {
    let pings = 0
    const origin = await peer({
      socket: (socket) =>
        socket.on('message', (data) => {
          const frame = decodeClientFrame(new Uint8Array(data as Buffer))
          if (frame.kind === 'hello') socket.send(ready)
          if (frame.kind === 'ping') pings += 1
        }),
    })
    const lane = { pingIntervalMs: 20, openMs: 1000, answerMs: 500 }
    await listen(netTransport({ server: origin, lane })).closed()
    expect(pings).toBe(1)
  })

  it('a peer that says nothing after the handshake is given up', async () => {
    const origin = await peer({ socket: () => {} })
    await listen(
      netTransport({ server: origin, lane: { pingIntervalMs: 1000, openMs: 30, answerMs: 30 } }),
    ).closed()
  })
})

/** A room whose log can grow, behind a proxy that knows no WebSocket. */
const pollServer = () => {
  let head = 3
  let welcomes: readonly Uint8Array[] = []
  const waiting = new Set<() => void>()
  const submitted: unknown[] = []
  const answer = <T>(op: { readonly output: Shape<T> }, value: T): Buffer =>
    Buffer.from(encodeAs(op.output, value))
  const waitingWelcome = (of: Uint8Array) => ({
    room: of,
    seq: 1,
    entryHash: new Uint8Array(32),
    epoch: 1,
    inviter: null,
    welcome: new Uint8Array(1),
    treeHash: new Uint8Array(48),
    meta: null,
    timeMs: 1,
  })
  const http: Behaviour['http'] = (request, response, body) => {
    switch (`${request.method} ${request.url}`) {
      case 'GET /v1/server':
        return void response.end(answer(operations.readServer, server))
      case 'GET /v1/auth/session':
        return void response.end(
          answer(operations.readSession, { account, device, name: 'alice', expiresMs: 1 }),
        )
      case 'GET /v1/rooms':
        return void response.end(
          answer(operations.listRooms, { rooms: [{ room, epoch: 0, head: { ...ack, seq: head } }] }),
        )
      case 'GET /v1/welcomes':
        return void response.end(answer(operations.listWelcomes, { welcomes: welcomes.map(waitingWelcome) }))
      case `POST /v1/rooms/${'07'.repeat(16)}/messages`: {
        const { message } = decodeAs(operations.submitMessage.body, new Uint8Array(body))
        submitted.push([...message])
        if (message[0] === 9)
          return void sendJson(response, 409, refusal(new SottoError('stale_epoch', 'x', { epoch: 4 })))
        return void response.end(answer(operations.submitMessage, { ack: { ...ack, seq: ++head } }))
      }
      case 'POST /v1/poll': {
        const asked = decodeAs(operations.poll.body, new Uint8Array(body))
        const reply = (): boolean => {
          const hints = asked.rooms
            .filter(({ from }) => from <= head)
            .map((one) => ({ room: one.room, head }))
          if (hints.length === 0 && welcomes.length === asked.welcomesKnown) return false
          waiting.delete(reply)
          response.end(answer(operations.poll, { hints, welcomes: welcomes.length }))
          return true
        }
        if (!reply()) waiting.add(reply)
        return
      }
      default:
        return void response.writeHead(404).end()
    }
  }
  const wake = (): void => {
    for (const reply of waiting) reply()
  }
  return {
    http,
    submitted,
    grow: (to: number) => {
      head = to
      wake()
    },
    invite: (to: Uint8Array) => {
      welcomes = [...welcomes, to]
      wake()
    },
  }
}

describe('the live lane by long poll', () => {
  it('says ready, tells what is behind and who is invited, and sends in order', async () => {
    const there = pollServer()
    const lane = listen(netTransport({ server: await peer(there), route: 'poll' }))
    expect(await lane.frame('ready')).toMatchObject({
      account,
      device,
      timeMs: 42,
      welcomes: 0,
      heads: [{ seq: 3 }],
    })
    expect(lane.events[0]).toEqual({ kind: 'opened', route: 'poll' })

    there.grow(8)
    expect(await lane.frame('behind')).toEqual({ kind: 'behind', room, head: 8 })

    const invitation = new Uint8Array(16).fill(9)
    there.invite(invitation)
    expect(await lane.frame('welcome')).toEqual({ kind: 'welcome', room: invitation })

    for (const requestId of [1, 2])
      lane.connection.send({ kind: 'submit', requestId, room, message: Uint8Array.of(requestId), aux: null })
    lane.connection.send({ kind: 'submit', requestId: 3, room, message: Uint8Array.of(9), aux: null })
    expect(await lane.frame('refused')).toEqual({
      kind: 'refused',
      requestId: 3,
      code: 'stale_epoch',
      detail: '{"epoch":4}',
    })
    const acks = lane.events.flatMap((event) =>
      event.kind === 'frame' && event.frame.kind === 'ack' ? [event.frame.requestId] : [],
    )
    expect(acks).toEqual([1, 2])
    expect(there.submitted).toEqual([[1], [2], [9]])

    lane.connection.send({ kind: 'ping', nonce: 5 })
    expect(await lane.frame('pong')).toEqual({ kind: 'pong', nonce: 5 })
    lane.connection.close()
    expect(lane.events.at(-1)).toEqual({ kind: 'closed' })
  })

  it('stands in at once where a WebSocket brings nothing, and lets it try once more when its time is over', async () => {
    const there = pollServer()
    const pollLane = { firstMs: 100, maxMs: 200 }
    const transport = netTransport({ server: await peer(there), pollLane })
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const lane = listen(transport)
      await lane.frame('ready')
      expect(lane.events[0]).toEqual({ kind: 'opened', route: 'poll' })
      await lane.closed()
      expect(lane.events.filter(({ kind }) => kind === 'closed')).toHaveLength(1)
    }
  })

  it('stands in where a proxy takes a WebSocket and lets it hang', async () => {
    const { http } = pollServer()
    const origin = await peer({ http, upgrade: 'hangs' })
    const lane = listen(
      netTransport({ server: origin, lane: { pingIntervalMs: 1000, openMs: 50, answerMs: 1000 } }),
    )
    await lane.frame('ready')
    expect(lane.events[0]).toEqual({ kind: 'opened', route: 'poll' })
    lane.connection.close()
    expect(lane.events.at(-1)).toEqual({ kind: 'closed' })
  })

  it('does not stand in for a line that was closed on this side', async () => {
    const asked: unknown[] = []
    const origin = await peer({ http: (request) => void asked.push(request.url) })
    const lane = listen(netTransport({ server: origin }))
    lane.connection.close()
    await lane.closed()
    expect(lane.events).toEqual([{ kind: 'closed' }])
    expect(asked).toEqual([])
  })

  it('does not stand in where nobody answers at all', async () => {
    const there = await standIn({})
    await there.close()
    const transport = netTransport({ server: there.origin })
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const lane = listen(transport)
      await lane.closed()
      expect(lane.events).toMatchObject([{ kind: 'closed' }])
    }
  })

  it('ends, so that the outbox asks again, when nobody knows whether a message was taken', async () => {
    const there = pollServer()
    const origin = await peer({
      http: (request, response, body) => {
        if (request.url?.endsWith('/messages')) request.socket.destroy()
        else there.http?.(request, response, body)
      },
    })
    const lane = listen(netTransport({ server: origin, route: 'poll' }))
    await lane.frame('ready')
    lane.connection.send({ kind: 'submit', requestId: 1, room, message: Uint8Array.of(1), aux: null })
    await lane.closed()
    expect(lane.events.map(({ kind }) => kind)).toEqual(['opened', 'frame', 'closed'])
  })

  it('a session that has ended is told before the end', async () => {
    const body = refusal(new SottoError('session_expired'))
    const origin = await peer({
      http: (request, response) =>
        request.url === '/v1/server'
          ? response.end(encodeAs(operations.readServer.output, server))
          : sendJson(response, 401, body),
    })
    const lane = listen(netTransport({ server: origin, route: 'poll' }))
    expect(await lane.frame('refused')).toMatchObject({ requestId: null, code: 'session_expired' })
    await lane.closed()
  })

  it('an answer without news that is not held is no long poll', async () => {
    const there = pollServer()
    const origin = await peer({
      http: (request, response, body) =>
        request.url === '/v1/poll'
          ? response.end(encodeAs(operations.poll.output, { hints: [], welcomes: 0 }))
          : there.http?.(request, response, body),
    })
    await listen(netTransport({ server: origin, route: 'poll' })).closed()
  })
})
