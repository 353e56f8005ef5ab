import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** How a line behaves. TCP stays what it is: bytes come in order and unchanged, or not at all. */
export type Weather =
  | { readonly kind: 'clear' }
  /** Every piece takes so long. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'throttle'; readonly bytesPerSecond: number }
  /** Half open: connections are accepted and kept, and nothing is read from them or said to them. */
  | { readonly kind: 'deaf' }
  /** What is said to the server arrives, and nothing that it says. */
  | { readonly kind: 'mute' }
  /** Connections are closed as soon as they come. */
  | { readonly kind: 'closed' }

/** A line to a server that can be cut, bent and stopped up. */
export interface Proxy {
  readonly url: string
  /** Holds for what is open and for what comes. */
  weather(now: Weather): void
  /** Breaks every connection that is open. @returns how many there were */
  cut(): number
  open(): number
  close(): Promise<void>
}

type Way = 'up' | 'down'

const pieceBytesMax = 4096

export const openProxy = async (targetPort: number): Promise<Proxy> => {
  let weather: Weather = { kind: 'clear' }
  let changed = Promise.withResolvers<void>()
  const sockets = new Set<Socket>()

  const isHeld = (way: Way): boolean => weather.kind === 'deaf' || (weather.kind === 'mute' && way === 'down')

  /** Resolves when a piece may pass; until then nothing more is read, and the other side's buffers fill. */
  const pass = async (bytes: number, way: Way): Promise<void> => {
    while (isHeld(way)) await changed.promise
    switch (weather.kind) {
      case 'delay':
        return delay(weather.delayMs)
      case 'throttle':
        return delay((bytes * 1000) / weather.bytesPerSecond)
      case 'clear':
      case 'closed':
      case 'deaf':
      case 'mute':
        return undefined
    }
  }

  const pump = async (from: Socket, to: Socket, way: Way): Promise<void> => {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>)
        for (let at = 0; at < chunk.length; at += pieceBytesMax) {
          const piece = chunk.subarray(at, at + pieceBytesMax)
          await pass(piece.length, way)
          if (to.destroyed) return
          if (!to.write(piece)) await Promise.race([once(to, 'drain'), once(to, 'close')])
        }
      to.end()
    } catch {
      to.destroy()
    }
  }

  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  }

  const server = createServer({ allowHalfOpen: true }, (near) => {
    if (weather.kind === 'closed') return near.destroy()
    const far = connect({ port: targetPort, host: 'localhost', allowHalfOpen: true })
    keep(near)
    keep(far)
    for (const [end, other] of [[near, far] as const, [far, near] as const])
      end.on('close', () => other.destroy())
    void pump(near, far, 'up')
    void pump(far, near, 'down')
    return undefined
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')

  const cut = (): number => {
    const count = sockets.size / 2
    for (const socket of sockets) socket.resetAndDestroy()
    return count
  }
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    weather: (now) => {
      weather = now
      changed.resolve()
      changed = Promise.withResolvers()
    },
    cut,
    open: () => sockets.size / 2,
    close: async () => {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
