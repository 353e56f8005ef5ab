import type { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import type { MemoryBudget } from '../budget/memory.ts'
import type { Bus } from '../bus/bus.ts'
import type { ServerLimits } from '../configuration.ts'
import { makeHangUp } from './hangUp.ts'
import { hear } from './hearing.ts'
import { makeHeartbeat } from './heartbeat.ts'
import { makeIncoming } from './incoming.ts'
import { type ClosingReason, isClosed, type Line } from './line.ts'
import { makeOutgoing, type Outgoing } from './outgoing.ts'
import { checkSession } from './renewal.ts'
import { takeFrame, type TakingDependencies } from './taking.ts'
import { makeTopics } from './topics.ts'
import { wireFrame } from './wire.ts'

/** One WebSocket of a client. */
export interface Connection {
  close(reason: ClosingReason): void
  /** Once per ping interval: a socket from which nothing came since the last time is dead. */
  ping(): void
  /** Once in a while: closes the socket if its session has ended by the clock. */
  checkSession(): Promise<void>
}

export interface ConnectionDependencies extends TakingDependencies {
  readonly bus: Bus
  readonly limits: ServerLimits
  readonly memory: MemoryBudget
  schedule(outgoing: Outgoing): void
  /** The account has one more socket; whoever keeps count may close an older one. */
  onIdentified(connection: Connection, account: Uint8Array): void
  onClosed(connection: Connection): void
}

/** Close codes of RFC 6455 §7.4: 1012 service restart, 1003 unsupported data, from 4000 on our own. */
const closeCode: Readonly<Record<ClosingReason, number>> = {
  restart: 1012,
  session: 4401,
  too_many: 4429,
}
const unsupportedData = 1003

const bytesOf = (data: RawData): Uint8Array => {
  const buffer = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer)
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}

/** Speaks the live lane with one client, from its first frame to the last. */
export const makeConnection = (
  socket: Duplex,
  webSocket: WebSocket,
  address: string,
  dependencies: ConnectionDependencies,
): Connection => {
  const { bus, clock, limits, log, memory } = dependencies
  const heartbeat = makeHeartbeat(webSocket)
  const hangUp = makeHangUp(webSocket, limits.socketCloseMs)
  const leases = { incoming: memory.open(address), outgoing: memory.open(address) }
  const outgoing = makeOutgoing({
    socket,
    backlogBytesMax: limits.socketBacklogBytesMax,
    schedule: dependencies.schedule,
    onBehind: () => log.debug('socket_behind'),
    onDrained: () => incoming.drained(),
    lease: leases.outgoing,
  })
  const incoming = makeIncoming({
    webSocket,
    lease: leases.incoming,
    clock,
    limits,
    backlogBytes: outgoing.backlogBytes,
    handle: (frame) => takeFrame(line, frame, dependencies),
  })
  const line: Line = {
    phase: { kind: 'new' },
    topics: makeTopics(bus, (event) => hear(line, event)),
    leases: Object.values(leases),
    send: (frame) => outgoing.answer(wireFrame(frame)),
    push: outgoing.push,
    identified: (account) => dependencies.onIdentified(connection, account),
    close: (reason) => {
      if (isClosed(line)) return
      line.send({ kind: 'closing', reason })
      end()
      outgoing.flush()
      // A socket that is not read would never hear the answer.
      incoming.end()
      hangUp.begin(closeCode[reason])
    },
  }
  const helloTimer = setTimeout(() => {
    if (line.phase.kind === 'new') line.close('session')
  }, limits.helloTimeoutMs)
  /** Nothing is heard and nothing is said any more. */
  const end = (): void => {
    line.phase = { kind: 'closed' }
    clearTimeout(helloTimer)
    line.topics.end()
  }
  const connection: Connection = {
    close: line.close,
    ping: heartbeat.ping,
    checkSession: () => checkSession(line, dependencies),
  }

  webSocket.on('message', (data, isBinary) => {
    heartbeat.heard()
    // What was on its way when the socket was closed.
    if (isClosed(line)) return
    if (isBinary) return incoming.receive(bytesOf(data))
    end()
    hangUp.begin(unsupportedData)
  })
  webSocket.on('ping', incoming.count)
  webSocket.on('pong', (data) => {
    incoming.count()
    heartbeat.answered(data.toString('latin1'))
  })
  webSocket.on('error', () => undefined)
  webSocket.on('close', () => {
    end()
    incoming.end()
    for (const lease of line.leases) lease.end()
    hangUp.done()
    log.debug('socket_closed')
    dependencies.onClosed(connection)
  })
  return connection
}
