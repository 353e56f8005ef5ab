import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'

/** What a server, or whatever stands between, does with requests and sockets. */
export interface Behaviour {
  readonly http?: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void
  /** Absent: upgrades are refused, as by a proxy that knows no WebSocket. */
  readonly socket?: (socket: WebSocket) => void
  /** Upgrades are taken and never answered, as by a proxy that waits for its own. */
  readonly upgrade?: 'hangs'
}

export interface StandIn {
  readonly origin: string
  close(): Promise<void>
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Whoever asked has gone in the middle of asking. */
const destroyed = (): void => {}

/** A peer on the network that behaves as told; the other end of the wire, not a copy of the server. */
export const standIn = async ({ http, socket, upgrade }: Behaviour): Promise<StandIn> => {
  const server = createServer((request, response) => {
    // What the server answers; who stands in for something else says so.
    response.setHeader('content-type', 'application/cbor')
    if (http) bodyOf(request).then((body) => http(request, response, body), destroyed)
    else response.writeHead(404).end()
  })
  const hanging = new Set<Duplex>()
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, stream, head) => {
    if (upgrade === 'hangs') return hanging.add(stream.on('error', destroyed))
    if (!socket) return stream.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    sockets.handleUpgrade(request, stream, head, (opened) => {
      // What a test does to a socket on purpose is no failure of the test.
      opened.on('error', () => {})
      socket(opened)
    })
    return undefined
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const client of sockets.clients) client.terminate()
      for (const stream of hanging) stream.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
