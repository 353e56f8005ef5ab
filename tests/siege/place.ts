import { once } from 'node:events'
import { Agent, request as httpRequest } from 'node:http'
import { connect as tcpConnect, type Socket } from 'node:net'
import { WebSocket } from 'ws'

export interface Asked {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
}

export interface Answered {
  readonly status: number
  readonly body: Buffer
}

/** Somewhere in the loopback network, as seen by the server: each attacker asks from an address of its own. */
export interface Place {
  readonly port: number
  /** @throws Error when the connection breaks */
  ask(asked: Asked): Promise<Answered>
  /** A bare connection. Whoever reads nothing from it pauses it. */
  connect(): Promise<Socket>
  webSocket(path: string): Promise<WebSocket>
  /** Ends every connection that was opened from here. */
  leave(): void
}

const host = '127.0.0.1'

export const placeAt = (address: string, port: number, socketsMax = 32): Place => {
  const agent = new Agent({ keepAlive: true, maxSockets: socketsMax, localAddress: address })
  const open = new Set<{ destroy(): void }>()

  const ask: Place['ask'] = ({ method, path, headers = {}, body }) =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
      const options = { host, port, method, path, agent, headers: { ...headers, ...length } }
      const request = httpRequest(options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }))
        response.on('error', reject)
      })
      request.on('error', reject)
      request.end(body)
    })

  return {
    port,
    ask,
    connect: async () => {
      const socket = tcpConnect({ host, port, localAddress: address })
      open.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => open.delete(socket))
      await once(socket, 'connect')
      return socket
    },
    webSocket: async (path) => {
      const webSocket = new WebSocket(`ws://${host}:${port}${path}`, { localAddress: address })
      const entry = { destroy: () => webSocket.terminate() }
      open.add(entry)
      webSocket.on('error', () => {})
      webSocket.on('close', () => open.delete(entry))
      await once(webSocket, 'open')
      return webSocket
    },
    leave: () => {
      for (const one of open) one.destroy()
      agent.destroy()
    },
  }
}
