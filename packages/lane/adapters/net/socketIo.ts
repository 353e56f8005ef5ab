import { io } from 'socket.io-client'
import type { LaneSocket, SocketListener } from '../../src/index.ts'

const retryMs = 500
/** The library adds as much as half of it by chance. */
const reconnectMaxMs = 5000
const openMs = 10_000

const dataOf = (error: Error): unknown => ('data' in error ? error.data : undefined)

/** One connection by the library `socket.io-client`, which comes back from everything but a refusal. */
export const socketIo = (server: string, listener: SocketListener): LaneSocket => {
  let isClosed = false
  const socket = io(server, {
    transports: ['websocket', 'polling'],
    // A proxy may pass no WebSockets.
    tryAllTransports: true,
    reconnectionDelay: retryMs,
    reconnectionDelayMax: reconnectMaxMs,
    timeout: openMs,
    forceNew: true,
    auth: (give) => {
      void listener.token().then((token) => {
        if (!isClosed) give(token === undefined ? {} : { token })
      })
    },
  })
  socket.on('connect_error', (error) => listener.onRefused(dataOf(error), socket.active))
  socket.on('disconnect', (reason) =>
    listener.onClosed(reason === 'io server disconnect' ? 'server' : 'network'),
  )
  socket.onAny((event: string, payload: unknown) => listener.onEvent(event, payload))
  return {
    connect: () => void socket.connect(),
    emit: (event, payload, acknowledged) => void socket.emit(event, payload, acknowledged),
    close: () => {
      isClosed = true
      socket.disconnect()
    },
  }
}
