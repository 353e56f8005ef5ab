import type { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Lease } from '../../budget/memory.ts'
import { type Arrivals, makeArrivals } from './arrivals.ts'

/** What is used of a transport of Engine.IO 6: a WebSocket, or the answer to the poll that is open. */
interface EngineTransport extends EventEmitter {
  readonly name: string
  readonly socket?: { readonly bufferedAmount: number }
  readonly res?: ServerResponse | null
}

/** What is used of a connection of Engine.IO 6; `sendPacket` is not in its public types. */
export interface EngineConnection extends EventEmitter {
  readonly transport: EngineTransport
  sendPacket(type: 'ping'): void
  close(discard?: boolean): void
}

/** One connection of Engine.IO, from its first packet on: what waits in it, and what has arrived. */
export interface Line {
  readonly lease: Lease
  /** What the other side has not taken in. */
  backlogBytes(): number
  /** Calls back when the other side has answered a ping that was sent behind everything so far. */
  whenArrived(tell: () => void): void
  /** Called whenever something has left. */
  onWritten(listener: () => void): void
}

interface Packet {
  readonly type: string
  readonly data?: string
}

/** Watches a connection. Pongs that nobody asked for end it: they are no protocol, and would count as life. */
export const makeLine = (connection: EngineConnection, lease: Lease): Line => {
  const arrivals: Arrivals = makeArrivals()
  let listener = (): void => {}
  /** In the library's buffer, and in the answers to polls. */
  let queuedBytes = 0
  let polledBytes = 0

  const backlogBytes = (): number =>
    queuedBytes + polledBytes + (connection.transport.socket?.bufferedAmount ?? 0)

  const written = (): void => {
    arrivals.written()
    lease.keep(backlogBytes())
    listener()
  }

  /** What a poll is answered with has left when its answer has, and not when that was handed to Node. */
  const followPoll = (response: ServerResponse, bytes: number): void => {
    polledBytes += bytes
    response.once('close', () => {
      polledBytes -= bytes
      written()
    })
  }

  const follow = (transport: EngineTransport): void => {
    if (transport.name === 'websocket') transport.on('drain', written)
  }

  connection.on('packetCreate', ({ type, data }: Packet) => {
    queuedBytes += 1 + (data?.length ?? 0)
    if (type === 'ping') arrivals.asked()
    lease.keep(backlogBytes())
  })
  connection.on('flush', () => {
    arrivals.flushed()
    const { res: response } = connection.transport
    if (response) followPoll(response, queuedBytes)
    queuedBytes = 0
  })
  connection.on('packet', ({ type }: Packet) => {
    if (type === 'pong' && !arrivals.answered()) connection.close(true)
  })
  connection.on('upgrade', follow)
  connection.once('close', () => lease.end())
  follow(connection.transport)

  return {
    lease,
    backlogBytes,
    whenArrived: (tell) => {
      arrivals.whenArrived(tell)
      connection.sendPacket('ping')
    },
    onWritten: (then) => void (listener = then),
  }
}
