import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { livePath } from '@sotto/protocol'
import { WebSocketServer } from 'ws'
import { type Connection, type ConnectionDependencies, makeConnection } from './connection.ts'
import type { Outgoing } from './outgoing.ts'

/** Takes the WebSockets of a server. */
export interface Gateway {
  /** Tells every client to come back later, and resolves when all sockets are closed, at the latest after the grace. */
  close(): Promise<void>
}

type Dependencies = Omit<ConnectionDependencies, 'schedule' | 'onIdentified' | 'onClosed'> & {
  /** Whether a page of another site wants to speak in a visitor's name. */
  isForeign(request: IncomingMessage): boolean
}

/** Sockets that have not said who they are. */
const unidentifiedMax = 2000
const sessionCheckMs = 1000

const statusLine = { 403: 'Forbidden', 404: 'Not Found', 503: 'Service Unavailable' } as const

const refuse = (socket: Duplex, status: keyof typeof statusLine): void => {
  socket.end(`HTTP/1.1 ${status} ${statusLine[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
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
  const { limits } = dependencies
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.frameBytesMax,
  })
  /** With the account, once it is known. */
  const connections = new Map<Connection, string | null>()
  const byAccount = new Map<string, Set<Connection>>()
  let unidentified = 0
  let closing: (() => void) | null = null

  const identify = (connection: Connection, account: string): void => {
    if (!connections.has(connection)) return
    unidentified--
    connections.set(connection, account)
    const sockets = byAccount.get(account) ?? new Set()
    byAccount.set(account, sockets.add(connection))
    if (sockets.size <= limits.socketsPerAccountMax) return
    // The oldest goes: of a client that reconnects again and again it is the one that is dead.
    const [oldest] = sockets
    if (oldest) sockets.delete(oldest)
    oldest?.close('too_many')
  }

  const forget = (connection: Connection): void => {
    const account = connections.get(connection)
    if (account === null) unidentified--
    else if (account !== undefined) {
      const sockets = byAccount.get(account)
      sockets?.delete(connection)
      if (sockets?.size === 0) byAccount.delete(account)
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
    const [path] = (request.url ?? '').split('?')
    if (path !== livePath) return refuse(socket, 404)
    if (dependencies.isForeign(request)) return refuse(socket, 403)
    if (closing || unidentified >= unidentifiedMax) return refuse(socket, 503)
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      unidentified++
      connections.set(makeConnection(socket, webSocket, connectionDependencies), null)
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
