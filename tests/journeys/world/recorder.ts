import { createServer, request, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer, type RawData } from 'ws'

/**
 * A wire tap: stands between clients and a server and keeps every byte that passes, with the masks of WebSocket
 * frames taken off. It also is the cable that a test can pull.
 */
export interface Recorder {
  readonly url: string
  /** Everything that has passed, in both directions: request lines, headers, bodies, frames. */
  traffic(): Buffer
  /** Breaks every connection that is open now. */
  cut(): void
  close(): Promise<void>
}

const bytesOf = (data: RawData): Buffer =>
  Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data)

export const record = async (targetPort: number): Promise<Recorder> => {
  const chunks: Buffer[] = []
  const keep = (bytes: Buffer | string): void => {
    chunks.push(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes))
  }
  const keepHead = (message: IncomingMessage): void =>
    keep(`${message.method ?? ''} ${message.url ?? ''}\n${message.rawHeaders.join('\n')}\n`)

  const proxy = createServer((incoming, outgoing) => {
    keepHead(incoming)
    const onward = request(
      {
        host: '127.0.0.1',
        port: targetPort,
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
      },
      (answer) => {
        keepHead(answer)
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.on('data', keep)
        answer.pipe(outgoing)
        answer.on('error', () => outgoing.destroy())
      },
    )
    onward.on('error', () => outgoing.destroy())
    incoming.on('data', keep)
    incoming.pipe(onward)
  })

  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 16 * 1024 * 1024,
  })
  const open = new Set<WebSocket>()
  proxy.on('upgrade', (incoming, socket, head) => {
    keepHead(incoming)
    socket.on('error', () => socket.destroy())
    const { host, origin, 'user-agent': agent } = incoming.headers
    const upstream = new WebSocket(`ws://127.0.0.1:${targetPort}${incoming.url ?? ''}`, {
      perMessageDeflate: false,
      headers: {
        ...(host ? { host } : {}),
        ...(origin ? { origin } : {}),
        ...(agent ? { 'user-agent': agent } : {}),
      },
    })
    upstream.on('error', () => socket.destroy())
    upstream.once('open', () =>
      sockets.handleUpgrade(incoming, socket, head, (downstream) => {
        const both = [downstream, upstream] as const
        for (const end of both) {
          const other = end === upstream ? downstream : upstream
          open.add(end)
          end.on('message', (data, binary) => {
            keep(bytesOf(data))
            if (other.readyState === WebSocket.OPEN) other.send(data, { binary })
          })
          end.on('error', () => other.terminate())
          end.on('close', () => {
            open.delete(end)
            other.terminate()
          })
        }
      }),
    )
  })

  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    url: `http://localhost:${(proxy.address() as AddressInfo).port}`,
    traffic: () => Buffer.concat(chunks),
    cut: () => {
      for (const socket of open) socket.terminate()
      proxy.closeAllConnections()
    },
    close: async () => {
      for (const socket of open) socket.terminate()
      proxy.closeAllConnections()
      proxy.close()
      await once(proxy, 'close')
    },
  }
}
