import { io } from 'socket.io-client'
import { rest } from './rest.ts'
import { type BenchClient, type ConnectOptions, Refusal, type Wire } from './wire.ts'

const patienceMs = 20_000

const wire = (url: string, auth: object, { transports, headers }: ConnectOptions): Wire => {
  const socket = io(url, {
    auth,
    reconnection: false,
    forceNew: true,
    transports: [...(transports ?? ['websocket', 'polling'])],
    // A proxy may pass no WebSockets; a row that is about one way takes no other.
    tryAllTransports: transports === undefined,
    ...(headers ? { extraHeaders: { ...headers } } : {}),
  })
  const connected = new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve())
    socket.once('connect_error', (error) => {
      socket.disconnect()
      reject(new Refusal('data' in error ? error.data : undefined))
    })
  })
  connected.catch(() => {})
  const dropped = new Promise<void>((resolve) => {
    socket.once('disconnect', () => resolve())
  })
  return {
    connected,
    dropped,
    onEvent: (listener) => void socket.onAny(listener),
    emit: (event, payload) => socket.timeout(patienceMs).emitWithAck(event, payload) as Promise<unknown>,
    close: () => void socket.disconnect(),
  }
}

/** A client in JavaScript: fetch and socket.io-client. */
export const nodeClient: BenchClient = { rest, wire }
