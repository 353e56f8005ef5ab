import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { livePath, operations } from '@sotto/protocol'

/** Ways to hold a connection and say next to nothing. */
export const slownesses = ['silent', 'headers', 'body', 'web socket', 'half a frame'] as const
export type Slowness = (typeof slownesses)[number]

/** Connections of somebody who wants the server to wait. */
export interface SlowSockets {
  /** Those that the server has not closed yet. */
  open(): readonly Slowness[]
  end(): void
}

const dripEveryMs = 1000

const upgrade = (host: string): string =>
  [
    `GET ${livePath} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '',
    '',
  ].join('\r\n')

/** What is said at once; afterwards a byte a second comes, or nothing. */
const opening = (kind: Slowness, host: string): { readonly first: Buffer; readonly drips: boolean } => {
  switch (kind) {
    case 'silent':
      return { first: Buffer.alloc(0), drips: false }
    case 'headers':
      return { first: Buffer.from(`GET / HTTP/1.1\r\nHost: ${host}\r\nX-Slow: `), drips: true }
    case 'body': {
      const head = `POST ${operations.loginStart.path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/cbor\r\nContent-Length: 1000\r\n\r\n`
      return { first: Buffer.from(head), drips: true }
    }
    case 'web socket':
      return { first: Buffer.from(upgrade(host)), drips: false }
    case 'half a frame':
      // A masked binary frame of 64 KiB of which only the head comes (RFC 6455 §5.2).
      return { first: Buffer.concat([Buffer.from(upgrade(host)), Buffer.from([0x82, 0xff])]), drips: false }
  }
}

export const openSlowSockets = async (port: number, each: number): Promise<SlowSockets> => {
  const host = `localhost:${port}`
  const sockets = new Map<Socket, Slowness>()
  const dripping = new Set<Socket>()
  const kinds = slownesses.flatMap((kind) => Array.from({ length: each }, () => kind))
  await Promise.all(
    kinds.map(async (kind) => {
      const socket = connect(port, 'localhost')
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        dripping.delete(socket)
      })
      socket.resume()
      await once(socket, 'connect')
      sockets.set(socket, kind)
      const { first, drips } = opening(kind, host)
      if (first.length > 0) socket.write(first)
      if (drips) dripping.add(socket)
    }),
  )
  const timer = setInterval(() => {
    for (const socket of dripping) if (socket.writable) socket.write('x')
  }, dripEveryMs)
  return {
    open: () => [...sockets.values()],
    end: () => {
      clearInterval(timer)
      for (const socket of sockets.keys()) socket.destroy()
    },
  }
}
