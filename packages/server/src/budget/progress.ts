import type { Socket } from 'node:net'

/** What is used of the handle under a socket: what it has not yet handed to the system; not in Node's public types. */
interface Handle {
  readonly writeQueueSize?: number
  /** By TLS: that of the socket below, which what is encrypted goes into. */
  readonly _parent?: Handle
}

const queuedIn = (handle: Handle | null | undefined): string =>
  handle ? `${handle.writeQueueSize ?? 0} ${queuedIn(handle._parent)}` : ''

/** Changes whenever the other side has taken in something of what is written to it. */
const markOf = (socket: Socket): string => {
  const { _handle: handle } = socket as Socket & { readonly _handle?: Handle | null }
  return `${socket.bytesWritten - socket.writableLength} ${queuedIn(handle)}`
}

interface Watched {
  mark: string
  sinceMs: number
}

/** Looks per allowed time without progress. */
const looks = 6

/**
 * Ends every connection to which something is written that its other side does not take in for `stallMs`, whatever it
 * says meanwhile. One look at all sockets, whichever protocol they speak; `destroyAll` ends those too that no server knows
 * any more.
 */
export const watchWrites = (
  server: { on(event: 'connection' | 'secureConnection', listener: (socket: Socket) => void): unknown },
  stallMs: number,
  onStalled: () => void,
): { end(): void; destroyAll(): void } => {
  const sockets = new Map<Socket, Watched | null>()
  const watch = (socket: Socket): void => {
    sockets.set(socket, null)
    socket.once('close', () => sockets.delete(socket))
  }
  server.on('connection', watch)
  // By TLS what is written stands in a socket around the first one.
  server.on('secureConnection', watch)

  const look = (socket: Socket, watched: Watched | null, nowMs: number): Watched | null => {
    if (socket.writableLength === 0) return null
    const mark = markOf(socket)
    if (watched?.mark !== mark) return { mark, sinceMs: nowMs }
    if (nowMs - watched.sinceMs < stallMs) return watched
    onStalled()
    socket.destroy()
    return null
  }

  const timer = setInterval(() => {
    const nowMs = performance.now()
    for (const [socket, watched] of sockets) sockets.set(socket, look(socket, watched, nowMs))
  }, stallMs / looks).unref()
  return {
    end: () => clearInterval(timer),
    destroyAll: () => {
      for (const socket of sockets.keys()) socket.destroy()
    },
  }
}
