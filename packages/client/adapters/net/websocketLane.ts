import {
  type ClientFrame,
  decodeServerFrame,
  encodeClientFrame,
  limits,
  livePath,
  type ServerFrame,
} from '@sotto/protocol'
import { afterSilence } from '../../src/ports/silence.ts'
import type { LiveConnection, LiveEvent } from '../../src/ports/transport.ts'
import { timerScheduler } from './timerScheduler.ts'

export interface LaneTiming {
  /** Silence after which the other side is asked whether it is there. */
  readonly pingIntervalMs: number
  /** How long the socket may take to open. */
  readonly openMs: number
  /** How long the first frame and a pong may take to come. */
  readonly answerMs: number
}

const addressOf = (server: string): string => {
  const url = new URL(livePath, server)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url.href
}

/** Undefined for whatever is not one well-formed frame within its limit. */
const readFrame = (data: unknown): ServerFrame | undefined => {
  if (!(data instanceof ArrayBuffer) || data.byteLength > limits.frameBytesMax) return undefined
  try {
    return decodeServerFrame(new Uint8Array(data))
  } catch {
    return undefined
  }
}

/** The live lane over a WebSocket: one CBOR frame per message; a line that has gone dead is found out by ping. */
export const openWebSocketLane = (
  server: string,
  token: string,
  listener: (event: LiveEvent) => void,
  timing: LaneTiming,
): LiveConnection => {
  const socket = new WebSocket(addressOf(server))
  socket.binaryType = 'arraybuffer'
  let closed = false
  let nonce = 0
  let stopTimer = (): void => {}

  const close = (): void => {
    if (closed) return
    closed = true
    stopTimer()
    socket.close()
    listener({ kind: 'closed' })
  }
  const transmit = (frame: ClientFrame): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(new Uint8Array(encodeClientFrame(frame)))
  }
  const closeUnlessHeard = (withinMs: number): void => {
    stopTimer()
    stopTimer = afterSilence(timerScheduler, withinMs, close)
  }
  const heard = (): void => {
    stopTimer()
    stopTimer = timerScheduler.after(timing.pingIntervalMs, () => {
      nonce = (nonce + 1) >>> 0
      transmit({ kind: 'ping', nonce })
      closeUnlessHeard(timing.answerMs)
    })
  }

  closeUnlessHeard(timing.openMs)
  socket.addEventListener('open', () => {
    if (closed) return
    closeUnlessHeard(timing.answerMs)
    transmit({ kind: 'hello', token })
    listener({ kind: 'opened', route: 'websocket' })
  })
  socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (closed) return
    const frame = readFrame(data)
    // What is not understood cannot be skipped: the log, read again, is the truth.
    if (!frame) return close()
    heard()
    listener({ kind: 'frame', frame })
  })
  socket.addEventListener('close', close)
  socket.addEventListener('error', close)
  return { send: transmit, close }
}
