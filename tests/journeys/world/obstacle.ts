import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { failureBody, type FailureCode, failures, SottoError } from '@sotto/protocol'

/** What something in between does with a request, and with the one that would become a WebSocket. */
export type Way = (request: IncomingMessage, response: ServerResponse) => void

const answers =
  (status: number, type: string, body: string | Buffer, headers: Record<string, string> = {}): Way =>
  (_, response) =>
    void response.writeHead(status, { ...headers, ...(type ? { 'content-type': type } : {}) }).end(body)

const page = '<!doctype html><title>Welcome to our hotel</title><form action="/login">'
const pageWith = (status: number, headers: Record<string, string> = {}): Way =>
  answers(status, 'text/html', page, headers)

/** In the very form of the server, which nobody has signed. */
const refuses = (code: FailureCode, detail: Readonly<Record<string, string | number>> = {}): Way =>
  answers(
    failures[code].status,
    'application/json; charset=utf-8',
    JSON.stringify(failureBody(new SottoError(code, undefined, detail), new Date().toISOString())),
  )

/** All the ways in which something may answer for the server. */
export const ways: Readonly<Record<string, Way>> = {
  'a page in place of everything': pageWith(200),
  'a login somewhere else': pageWith(302, { location: 'http://127.0.0.1:9/login' }),
  'JSON of somebody else': answers(200, 'application/json', '{"ok":true}'),
  noise: (_, response) => answers(200, 'application/octet-stream', randomBytes(512))(_, response),
  'noise that calls itself ours': (_, response) =>
    answers(200, 'application/cbor', randomBytes(512))(_, response),
  nothing: answers(204, '', ''),
  'a login': pageWith(401, { 'www-authenticate': 'Basic' }),
  'a gateway that knows no tokens': answers(401, 'application/json', '{"code":"unauthorized"}'),
  'a ban': pageWith(403),
  'nothing there': pageWith(404),
  'a proxy that wants a login': pageWith(407, { 'proxy-authenticate': 'Basic' }),
  'too many requests, until next year': pageWith(429, { 'retry-after': '31536000' }),
  'a proxy that failed': pageWith(500),
  'a proxy without a server': pageWith(502),
  'a proxy that is overloaded': pageWith(503, { 'retry-after': '86400' }),
  'a network of others without a server': pageWith(522),
  'a network that wants a login': pageWith(511),
  'an end of the session that nobody has signed': refuses('session_expired'),
  'a refusal of the device that nobody has signed': refuses('device_unknown'),
  'another key that nobody has signed': refuses('integrity', { rule: 'log_key' }),
  'an absurd wait': refuses('rate', { retryAfterMs: 1e12 }),
  'half an answer': (_, response) => {
    response.writeHead(200, { 'content-type': 'application/cbor', 'content-length': '1000' })
    response.write('half', () => response.destroy())
  },
  'a page without end': (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' })
    const timer = setInterval(() => response.write('<p>'), 50)
    response.on('close', () => clearInterval(timer))
  },
  'a reset': (_, response) => {
    const { socket } = response
    if (socket) socket.resetAndDestroy()
  },
  'no HTTP at all': (_, response) => void response.socket?.end('220 mail.example.org ESMTP\r\n'),
  'no answer': () => {},
}

export interface Obstructed {
  readonly url: string
  /** Cuts all lines; from then on this answers. */
  stand(way: Way): void
  /** The same for what is asked from now on; lines that are open go on. */
  standBeside(way: Way): void
  /** Hands everything on to the server at a port. Whoever waits for an answer goes on waiting. */
  goAway(port?: number): void
  /** Requests answered since something stands there. */
  answered(): number
  close(): Promise<void>
}

/** An address behind which there is a server, or whatever stands between. */
export const obstructed = async (serverPort: number): Promise<Obstructed> => {
  let way: Way | null = null
  let port = serverPort
  let answered = 0
  const lines = new Set<Duplex>()

  const handOn = (asked: IncomingMessage, answer: ServerResponse): void => {
    const { method, url: path, headers } = asked
    const onward = request({ host: 'localhost', port, method, path, headers }, (from) => {
      answer.writeHead(from.statusCode ?? 502, from.headers)
      from.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    answer.on('close', () => onward.destroy())
    asked.pipe(onward)
  }
  const upgrade = (asked: IncomingMessage, line: Duplex, head: Buffer): void => {
    const onward = connect(port, 'localhost')
    const { rawHeaders } = asked
    const named = rawHeaders.flatMap((name, i) =>
      i % 2 === 0 ? [`${name}: ${rawHeaders[i + 1] ?? ''}`] : [],
    )
    onward.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${named.join('\r\n')}\r\n\r\n`)
    onward.write(head)
    onward.pipe(line).pipe(onward)
    const end = (): void => {
      onward.destroy()
      line.destroy()
    }
    for (const side of [onward, line]) side.on('error', end).on('close', end)
  }

  const server = createServer((asked, answer) => {
    if (!way) return handOn(asked, answer)
    answered += 1
    asked.resume()
    way(asked, answer)
  })
  server.on('connection', (line) => {
    lines.add(line)
    line.on('close', () => lines.delete(line)).on('error', () => {})
  })
  server.on('upgrade', upgrade)
  server.listen(0, 'localhost')
  await once(server, 'listening')
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    stand: (next) => {
      way = next
      answered = 0
      // Without a listener the request for a WebSocket is one like all others.
      server.removeAllListeners('upgrade')
      for (const line of lines) line.destroy()
    },
    standBeside: (next) => {
      way = next
      answered = 0
    },
    goAway: (to = serverPort) => {
      way = null
      port = to
      server.removeAllListeners('upgrade').on('upgrade', upgrade)
    },
    answered: () => answered,
    close: async () => {
      server.close()
      for (const line of lines) line.destroy()
      await once(server, 'close')
    },
  }
}
