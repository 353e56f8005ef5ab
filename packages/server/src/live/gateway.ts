import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type FailureCode, failureBody, failures, livePath, SottoError, writtenCode } from '@sotto/protocol'
import type { WebSocket } from 'ws'
import { boundedWebSocketServer } from '../budget/webSockets.ts'
import { makeCounts } from '../counts.ts'
import type { Edge } from '../http/edge.ts'
import { sayLastWord } from '../budget/lastWord.ts'
import { originForm } from '../http/target.ts'
import { type Connection, type ConnectionDependencies, makeConnection } from './connection.ts'
import type { Outgoing } from './outgoing.ts'

/** Takes the WebSockets of a server. */
export interface Gateway {
  /** Tells every client to come back later, and resolves when all sockets are closed, at the latest after the grace. */
  close(): Promise<void>
}

type Dependencies = Omit<ConnectionDependencies, 'schedule' | 'onIdentified' | 'onClosed'> & {
  readonly edge: Pick<Edge, 'isForUs' | 'isForeign' | 'addressOf'>
  /** Takes what is asked for under another path; false where that is nobody's. */
  upgradeElsewhere?(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
}

const sessionCheckMs = 1000

/** Of a WebSocket frame with the longest header (RFC 6455 §5.2). */
const frameHeaderBytesMax = 14

/** Says why there is no WebSocket, as every other refusal is said. */
const refuse = (socket: Duplex, code: FailureCode, nowMs: number, withinMs: number): void => {
  const { status } = failures[code]
  const failure = failureBody(new SottoError(code), new Date(nowMs).toISOString())
  const body = JSON.stringify({ ...failure, code: writtenCode(code) })
  sayLastWord(
    socket,
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nCache-Control: no-store\r\n` +
      `Content-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    withinMs,
  )
}

type Peer =
  | {
      readonly kind: 'unidentified'
      readonly address: string
      /** Lets the socket send more from now on. */
      listen(): void
    }
  | { readonly kind: 'identified'; readonly account: string }

/** Gives up a socket that sends more than a greeting: nobody's bytes are kept before it is known whose they are. */
const boundHello = (socket: Duplex, webSocket: WebSocket, bytesMax: number): (() => void) => {
  let bytes = 0
  const count = (chunk: Buffer): void => {
    bytes += chunk.length
    if (bytes > bytesMax + frameHeaderBytesMax) webSocket.terminate()
  }
  socket.on('data', count)
  return () => void socket.off('data', count)
}

/** Everything that was written to in one turn of the event loop goes out in one write per socket. */
const makeTick = (): ((outgoing: Outgoing) => void) => {
  let dirty: Outgoing[] = []
  const flush = (): void => {
    const written = dirty
    dirty = []
    for (const outgoing of written) outgoing.flush()
  }
  return (outgoing) => {
    if (dirty.length === 0) setImmediate(flush)
    dirty.push(outgoing)
  }
}

export const makeGateway = (server: Server, dependencies: Dependencies): Gateway => {
  const { limits, edge, clock } = dependencies
  const WebSocketServer = boundedWebSocketServer({ ...dependencies, addressOf: edge.addressOf })
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.frameBytesMax,
  })
  const connections = new Map<Connection, Peer>()
  const byAccount = new Map<string, Set<Connection>>()
  /** How many there are of each address. One address cannot keep the others out. */
  const unidentified = makeCounts()
  let closing: (() => void) | null = null

  const identify = (connection: Connection, account: string): void => {
    const peer = connections.get(connection)
    if (peer?.kind !== 'unidentified') return
    peer.listen()
    unidentified.less(peer.address)
    connections.set(connection, { kind: 'identified', account })
    const sockets = byAccount.get(account) ?? new Set()
    byAccount.set(account, sockets.add(connection))
    if (sockets.size <= limits.socketsPerAccountMax) return
    // The oldest goes: of a client that reconnects again and again it is the one that is dead.
    const [oldest] = sockets
    if (oldest) sockets.delete(oldest)
    oldest?.close('too_many')
  }

  const forget = (connection: Connection): void => {
    const peer = connections.get(connection)
    switch (peer?.kind) {
      case 'unidentified':
        unidentified.less(peer.address)
        break
      case 'identified': {
        const sockets = byAccount.get(peer.account)
        sockets?.delete(connection)
        if (sockets?.size === 0) byAccount.delete(peer.account)
        break
      }
      case undefined:
    }
    connections.delete(connection)
    if (connections.size === 0) closing?.()
  }

  const connectionDependencies: ConnectionDependencies = {
    ...dependencies,
    schedule: makeTick(),
    onIdentified: (connection, account) => identify(connection, Buffer.from(account).toString('latin1')),
    onClosed: forget,
  }

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy())
    const deny = (code: FailureCode): void => refuse(socket, code, clock.nowMs(), limits.socketCloseMs)
    if (!edge.isForUs(request)) return deny('host_refused')
    request.url = originForm(request.url ?? '')
    const [path] = request.url.split('?')
    if (path !== livePath) {
      if (!dependencies.upgradeElsewhere?.(request, socket, head)) deny('not_found')
      return
    }
    if (edge.isForeign(request)) return deny('origin_refused')
    const address = edge.addressOf(request)
    const isCrowded = unidentified.of(address) >= limits.unidentifiedSocketsPerAddressMax
    if (closing || isCrowded) return deny('unavailable')
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      unidentified.more(address)
      const listen = boundHello(socket, webSocket, limits.helloBytesMax)
      const connection = makeConnection(socket, webSocket, address, connectionDependencies)
      connections.set(connection, { kind: 'unidentified', address, listen })
    })
  }
  server.on('upgrade', upgrade)

  const pings = setInterval(() => {
    for (const connection of connections.keys()) connection.ping()
  }, limits.pingIntervalMs)
  const sessionChecks = setInterval(() => {
    for (const connection of connections.keys()) void connection.checkSession()
  }, sessionCheckMs)

  return {
    close: async () => {
      clearInterval(pings)
      clearInterval(sessionChecks)
      const allClosed = new Promise<void>((resolve) => {
        closing = resolve
      })
      for (const connection of connections.keys()) connection.close('restart')
      if (connections.size === 0) return
      const grace = setTimeout(() => closing?.(), limits.shutdownGraceMs)
      await allClosed
      clearTimeout(grace)
    },
  }
}
