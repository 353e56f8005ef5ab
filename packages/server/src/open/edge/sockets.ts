import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { Server, type Socket } from 'socket.io'
import { sayLastWord } from '../../budget/lastWord.ts'
import { boundedWebSocketServer } from '../../budget/webSockets.ts'
import type { Edge } from '../../http/edge.ts'
import type { OpenCaller, OpenSessions } from '../accounts/sessions.ts'
import { asRefusal, openFailureBody, openFailures, OpenRefusal, refuse } from '../failure.ts'
import { makeRate } from '../../rate.ts'
import { type Attendance, makeAttendance } from './attendance.ts'
import { tokenOf } from './claim.ts'
import { codec } from './codec.ts'
import type { ConnectionDependencies } from './connection.ts'
import { type EngineConnection, type Line, makeLine } from './line.ts'

export const socketPath = '/socket.io/'

/** The sockets of the open lane: Socket.IO 4, of which nothing is reached without our checks in front. */
export interface SocketServer {
  /** Whether a request may reach the library. @throws OpenRefusal `TRANSPORT_INVALID`, SottoError `rate` */
  check(request: IncomingMessage, address: string): void
  answer(request: IncomingMessage, response: ServerResponse): void
  /** Takes a WebSocket; false where it is not for this lane. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
  readonly attendance: Pick<Attendance, 'isOnline' | 'online'>
  isClosing(): boolean
  /** Takes no new socket, and tells all there are that the server closes; resolves when they have read it, or soon after. */
  sayClosing(): Promise<void>
  close(): Promise<void>
}

interface Dependencies extends ConnectionDependencies {
  readonly sessions: OpenSessions
  readonly edge: Pick<Edge, 'isForeign' | 'addressOf' | 'isSecure' | 'allowedOrigin'>
  /** Somebody’s last socket has gone. */
  onOffline(user: { readonly id: number; readonly name: string }): void
}

/** What is used of Engine.IO, whose own server does not listen: requests come from ours. */
interface Engine {
  readonly clients: Readonly<Record<string, unknown>>
  on(
    event: 'connection',
    listener: (connection: EngineConnection & { readonly request: IncomingMessage }) => void,
  ): void
  handleRequest(request: IncomingMessage, response: ServerResponse): void
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

const sessionCheckMs = 1000
const pingTimeoutMs = 20_000
const transports: ReadonlySet<string> = new Set(['polling', 'websocket'])
const parameters: ReadonlySet<string> = new Set(['EIO', 'transport', 'sid', 't'])

const queryOf = (request: IncomingMessage): URLSearchParams =>
  new URLSearchParams((request.url ?? '').split('?')[1] ?? '')

const refuseUpgrade = (socket: Duplex, refusal: OpenRefusal, nowMs: number, withinMs: number): void => {
  const { status } = openFailures[refusal.code]
  const body = JSON.stringify(openFailureBody(refusal, nowMs))
  sayLastWord(
    socket,
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    withinMs,
  )
}

/** Resolves when all of it is done, or the time is over. */
const within = async (timeMs: number, all: readonly Promise<void>[]): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeMs)))
  await Promise.race([Promise.all(all), over])
  clearTimeout(timer)
}

export const makeSocketServer = (dependencies: Dependencies): SocketServer => {
  const { sessions, clock, limits, edge, memory } = dependencies
  const io = new Server(createServer(), {
    path: socketPath,
    serveClient: false,
    parser: codec,
    transports: ['polling', 'websocket'],
    maxHttpBufferSize: limits.openFrameBytesMax,
    httpCompression: false,
    perMessageDeflate: false,
    pingInterval: limits.pingIntervalMs,
    pingTimeout: pingTimeoutMs,
    connectTimeout: limits.helloTimeoutMs,
    wsEngine: boundedWebSocketServer({ ...dependencies, addressOf: edge.addressOf }),
  })
  const engine = io.engine as unknown as Engine
  const lines = new WeakMap<object, Line>()
  engine.on('connection', (connection) => {
    const line = makeLine(connection, memory.open(edge.addressOf(connection.request)))
    lines.set(connection, line)
  })
  const handshakes = makeRate(clock, {
    perSecond: limits.openAttemptsPerSecondPerAddress,
    burst: 10 * limits.openAttemptsPerSecondPerAddress,
  })
  let isClosing = false
  const attendance = makeAttendance(dependencies)

  const check: SocketServer['check'] = (request, address) => {
    const query = queryOf(request)
    const names = [...query.keys()]
    if (names.some((name) => !parameters.has(name)) || new Set(names).size !== names.length)
      refuse('TRANSPORT_INVALID')
    if (query.get('EIO') !== '4' || !transports.has(query.get('transport') ?? '')) refuse('TRANSPORT_INVALID')
    const sid = query.get('sid')
    if (isClosing && sid === null) refuse('UNAVAILABLE')
    if (sid === null) handshakes.take(address)
    else if (!Object.hasOwn(engine.clients, sid)) refuse('TRANSPORT_INVALID')
    if (sid === null && request.method !== 'GET') refuse('TRANSPORT_INVALID')
  }

  const authenticate = async (socket: Socket): Promise<OpenCaller> => {
    const { auth, headers } = socket.handshake
    return sessions.authenticate(tokenOf(headers, edge.isSecure(socket.request), auth['token'] as unknown))
  }

  io.use((socket, next) => {
    authenticate(socket).then(
      (caller) => {
        socket.data = caller
        next()
      },
      (error: unknown) => {
        const refusal = asRefusal(error) ?? new OpenRefusal('INTERNAL')
        const failure = openFailureBody(refusal, clock.nowMs())
        next(Object.assign(new Error(failure.error), { data: failure }))
      },
    )
  })

  io.on('connection', (socket: Socket) => {
    const line = lines.get(socket.conn)
    if (!line) throw new Error('a connection that nobody watches')
    attendance.welcome(socket, socket.data as OpenCaller, { line, address: edge.addressOf(socket.request) })
  })

  const sessionChecks = setInterval(attendance.checkSessions, sessionCheckMs)

  return {
    check,
    answer: (request, response) => engine.handleRequest(request, response),
    upgrade: (request, socket, head) => {
      if ((request.url ?? '').split('?')[0] !== socketPath) return false
      try {
        if (edge.allowedOrigin(request) === undefined && edge.isForeign(request)) refuse('ORIGIN_REFUSED')
        check(request, edge.addressOf(request))
        engine.handleUpgrade(request, socket, head)
      } catch (error) {
        const refusal = asRefusal(error) ?? new OpenRefusal('INTERNAL')
        refuseUpgrade(socket, refusal, clock.nowMs(), limits.socketCloseMs)
      }
      return true
    },
    attendance,
    isClosing: () => isClosing,
    sayClosing: async () => {
      isClosing = true
      await within(limits.openClosingMs, attendance.sayClosing())
    },
    close: async () => {
      isClosing = true
      clearInterval(sessionChecks)
      await io.close()
    },
  }
}
