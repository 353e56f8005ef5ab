import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, type ServerOptions, type WebSocket, WebSocketServer } from 'ws'
import type { ServerLimits } from '../configuration.ts'
import type { Lease, MemoryBudget } from './memory.ts'

interface Dependencies {
  readonly memory: MemoryBudget
  readonly limits: Pick<
    ServerLimits,
    'fragmentsPerMessageMax' | 'chunksPerFrameMax' | 'socketBacklogBytesMax'
  >
  addressOf(request: IncomingMessage): string
}

/** What Node reads of a socket at once: less is kept of anybody anyway. */
const chunkBytes = 64 * 1024

const sizeOf = (data: RawData): number =>
  Array.isArray(data) ? data.reduce((sum, part) => sum + part.length, 0) : data.byteLength

/** Of a masked frame (RFC 6455 §5.2). */
const headerBytes = (payloadBytes: number): number => {
  if (payloadBytes < 126) return 6
  return payloadBytes < 0x1_0000 ? 8 : 14
}

/** Counts what has come of a message that is not whole yet; ends the socket where there is no room for it. */
const countIncoming = (socket: Duplex, webSocket: WebSocket, lease: Lease): void => {
  let partBytes = 0
  let lastChunkBytes = 0
  socket.prependListener('data', (chunk: Buffer) => {
    lastChunkBytes = chunk.length
    partBytes += chunk.length
    if (!lease.keep(partBytes) && partBytes > chunkBytes) webSocket.terminate()
  })
  webSocket.prependListener('message', (data: RawData) => {
    const bytes = sizeOf(data)
    // Headers of fragments are not known here; what is left after a message is of the chunk that ended it.
    partBytes = Math.min(Math.max(0, partBytes - bytes - headerBytes(bytes)), lastChunkBytes)
    lease.keep(partBytes)
  })
  socket.once('close', () => lease.end())
}

/** Answers pings of the peer while it reads the answers: RFC 6455 §5.5.3 asks only for the most recent. */
const answerPings = (socket: Duplex, webSocket: WebSocket, backlogBytesMax: number): void => {
  webSocket.on('ping', (data) => {
    if (socket.writableLength < backlogBytesMax) webSocket.pong(data)
  })
}

type BoundedServer = new (options?: ServerOptions) => WebSocketServer

/** The WebSocket server of both lanes: what comes in pieces, and what is answered unasked, is within the budgets. */
export const boundedWebSocketServer = ({ memory, limits, addressOf }: Dependencies): BoundedServer =>
  class extends WebSocketServer {
    constructor(options?: ServerOptions) {
      const bounds = {
        maxFragments: limits.fragmentsPerMessageMax,
        maxBufferedChunks: limits.chunksPerFrameMax,
      }
      super({ ...options, ...bounds, autoPong: false })
    }

    override handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      then: (webSocket: WebSocket, request: IncomingMessage) => void,
    ): void {
      super.handleUpgrade(request, socket, head, (webSocket) => {
        countIncoming(socket, webSocket, memory.open(addressOf(request)))
        answerPings(socket, webSocket, limits.socketBacklogBytesMax)
        then(webSocket, request)
      })
    }
  }
