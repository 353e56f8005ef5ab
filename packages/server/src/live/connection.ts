import type { Duplex } from 'node:stream'
import {
  type ClientFrame,
  decodeClientFrame,
  type FailureCode,
  operations,
  type ServerFrame,
  SottoError,
} from '@sotto/protocol'
import type { RawData, WebSocket } from 'ws'
import type { Caller, Sessions } from '../authentication/sessions.ts'
import { tokenHash } from '../authentication/token.ts'
import { type Bus, type BusEvent, deviceTopic, roomTopic, sessionTopic } from '../bus/bus.ts'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { Delivery } from '../delivery/delivery.ts'
import type { DeviceCaller } from '../directory/keyPackages.ts'
import type { EventLog } from '../logging/eventLog.ts'
import type { MemoryBudget } from '../budget/memory.ts'
import { costOf } from '../budget/operationCosts.ts'
import { accountKey, type WorkBudget } from '../budget/work.ts'
import { type EarlyEvents, makeEarlyEvents } from './early.ts'
import { makeIncoming } from './incoming.ts'
import { makeOutgoing, type Outgoing } from './outgoing.ts'
import { wireFrame } from './wire.ts'

export type ClosingReason = (ServerFrame & { readonly kind: 'closing' })['reason']

/** One WebSocket of a client. */
export interface Connection {
  close(reason: ClosingReason): void
  /** Once per ping interval: a socket from which nothing came since the last time is dead. */
  ping(): void
  /** Once in a while: closes the socket if its session has ended by the clock. */
  checkSession(): Promise<void>
}

export interface ConnectionDependencies {
  readonly sessions: Sessions
  readonly delivery: Delivery
  readonly bus: Bus
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
  readonly memory: MemoryBudget
  readonly work: WorkBudget
  schedule(outgoing: Outgoing): void
  /** The account has one more socket; whoever keeps count may close an older one. */
  onIdentified(connection: Connection, account: Uint8Array): void
  onClosed(connection: Connection): void
}

type State =
  | { readonly kind: 'new' }
  /** The session is being looked up, and the rooms; what is published meanwhile waits. */
  | { readonly kind: 'greeting'; readonly early: EarlyEvents }
  | { readonly kind: 'live'; readonly caller: DeviceCaller }
  | { readonly kind: 'closed' }

/** Close codes of RFC 6455 §7.4: 1012 service restart, 1003 unsupported data, from 4000 on our own. */
const closeCode: Readonly<Record<ClosingReason, number>> = {
  restart: 1012,
  session: 4401,
  too_many: 4429,
}
const unsupportedData = 1003

/** A use of the session is passed on when this part of the idle time has gone by. */
const renewalsPerIdleTime = 720

const aboutSession: ReadonlySet<FailureCode> = new Set(['unauthorized', 'session_expired', 'device_unknown'])

const requireDevice = (caller: Caller): DeviceCaller => {
  if (!caller.device) throw new SottoError('device_unknown')
  return { ...caller, device: caller.device }
}

const bytesOf = (data: RawData): Uint8Array => {
  const buffer = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer)
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}

const failureOf = (error: unknown): { code: FailureCode; detail: string } =>
  error instanceof SottoError
    ? { code: error.code, detail: JSON.stringify(error.detail) }
    : { code: 'internal', detail: '{}' }

/** Speaks the live lane with one client, from its first frame to the last. */
export const makeConnection = (
  socket: Duplex,
  webSocket: WebSocket,
  address: string,
  dependencies: ConnectionDependencies,
): Connection => {
  const { sessions, delivery, bus, clock, limits, log, memory, work } = dependencies
  let state: State = { kind: 'new' }
  let heardSincePing = true
  let pings = 0
  let renewedMs = clock.nowMs()
  const held = { incoming: memory.open(address), outgoing: memory.open(address) }
  const subscriptions = new Map<string, () => void>()

  const outgoing = makeOutgoing({
    socket,
    backlogBytesMax: limits.socketBacklogBytesMax,
    schedule: dependencies.schedule,
    onBehind: () => log.debug('socket_behind'),
    onDrained: () => incoming.drained(),
    lease: held.outgoing,
  })
  const incoming = makeIncoming({
    webSocket,
    lease: held.incoming,
    clock,
    limits,
    backlogBytes: outgoing.backlogBytes,
    handle: (frame) => handle(frame),
  })
  const send = (frame: ServerFrame): void => outgoing.answer(wireFrame(frame))

  const subscribe = (topic: string): void => {
    if (!subscriptions.has(topic)) subscriptions.set(topic, bus.subscribe(topic, hear))
  }
  const unsubscribe = (topic: string): void => {
    subscriptions.get(topic)?.()
    subscriptions.delete(topic)
  }

  const hear = (event: BusEvent): void => {
    switch (state.kind) {
      case 'greeting':
        if (!state.early.note(event)) connection.close('restart')
        return
      case 'live':
        return tell(event)
      case 'new':
      case 'closed':
    }
  }

  const tell = (event: BusEvent): void => {
    switch (event.kind) {
      case 'appended':
      case 'returned':
      case 'asked':
      case 'welcome':
      case 'chain_grew':
        return outgoing.push(event)
      case 'joined':
        return subscribe(roomTopic(event.room))
      case 'left':
        return unsubscribe(roomTopic(event.room))
      case 'handed_out':
        return
      case 'session_ended':
        return connection.close('session')
    }
  }

  const greet = async (token: string): Promise<void> => {
    const early = makeEarlyEvents(limits.earlyEventsMax)
    state = { kind: 'greeting', early }
    try {
      // Listening first: a session that ends while it is looked up has ended for this socket, too.
      const hash = tokenHash(token)
      if (hash) subscribe(sessionTopic(hash))
      const caller = requireDevice(await sessions.authenticate(token))
      const key = accountKey(caller.account)
      for (const lease of Object.values(held)) lease.belongTo(key)
      // A greeting lists the rooms.
      work.takeForAccount(key, costOf(operations.listRooms).baseUs)
      // What happens while the rooms are read is in the answer, or comes behind it.
      subscribe(deviceTopic(caller.device))
      for (const { room } of await delivery.places(caller)) subscribe(roomTopic(room))
      const heads = await delivery.heads(caller)
      const welcomes = await delivery.countWelcomes(caller)
      if (isClosed()) return
      state = { kind: 'live', caller }
      const { account, device } = caller
      send({
        kind: 'ready',
        account,
        device,
        timeMs: clock.nowMs(),
        heads: heads.map(({ head }) => head),
        welcomes,
      })
      for (const event of early.events) hear(event)
      log.debug('socket_opened', { account, device })
      dependencies.onIdentified(connection, account)
    } catch (error) {
      if (!(error instanceof SottoError)) log.failure(error)
      if (isClosed()) return
      const failure = failureOf(error)
      send({ kind: 'refused', requestId: null, ...failure })
      // Only who knows that the session is no good is sent to sign in; trouble of ours passes.
      connection.close(aboutSession.has(failure.code) ? 'session' : 'restart')
    }
  }

  const isClosed = (): boolean => state.kind === 'closed'

  const submit = async (caller: DeviceCaller, frame: ClientFrame & { kind: 'submit' }): Promise<void> => {
    const { requestId, room, message, aux } = frame
    const { account } = caller
    log.count({ account }, { requests: 1, bytes: message.length + (aux?.length ?? 0) })
    try {
      const ack = await delivery.submit(caller, room, { message, aux })
      if (!isClosed()) send({ kind: 'ack', requestId, ack })
    } catch (error) {
      if (!(error instanceof SottoError)) log.failure(error, { operation: 'live.submit' })
      log.count({ account }, { code: failureOf(error).code })
      if (!isClosed()) send({ kind: 'refused', requestId, ...failureOf(error) })
    }
  }

  /** Using a socket is using its session. */
  const noteUse = (caller: DeviceCaller): void => {
    const nowMs = clock.nowMs()
    if (nowMs - renewedMs < limits.sessionIdleMs / renewalsPerIdleTime) return
    renewedMs = nowMs
    void renew(caller)
  }

  const renew = async (caller: DeviceCaller): Promise<void> => {
    try {
      const renewed = requireDevice(await sessions.renew(caller))
      if (state.kind === 'live') state = { kind: 'live', caller: renewed }
    } catch (error) {
      if (!(error instanceof SottoError)) log.failure(error)
      else if (error.code === 'session_expired' || error.code === 'unauthorized') connection.close('session')
    }
  }

  const take = (frame: ClientFrame): Promise<void> | null => {
    switch (state.kind) {
      case 'new':
        if (frame.kind === 'hello') return greet(frame.token)
        send({ kind: 'refused', requestId: null, code: 'unauthorized', detail: '{}' })
        return null
      case 'greeting':
        send({ kind: 'refused', requestId: null, code: 'unauthorized', detail: '{}' })
        return null
      case 'live':
        noteUse(state.caller)
        switch (frame.kind) {
          case 'hello':
            send({ kind: 'refused', requestId: null, code: 'bad_request', detail: '{}' })
            return null
          case 'submit':
            return submit(state.caller, frame)
          case 'ping':
            send({ kind: 'pong', nonce: frame.nonce })
            return null
        }
      case 'closed':
        return null
    }
  }

  const receive = (data: RawData, isBinary: boolean): void => {
    heardSincePing = true
    // What was on its way when the socket was closed.
    if (isClosed()) return
    if (!isBinary) {
      ended()
      return hangUp(unsupportedData)
    }
    incoming.receive(bytesOf(data))
  }

  const handle = (bytes: Uint8Array): Promise<void> | null => {
    try {
      return take(decodeClientFrame(bytes))
    } catch (error) {
      if (!(error instanceof SottoError)) log.failure(error, { operation: 'live' })
      const code = error instanceof SottoError ? error.code : 'internal'
      send({ kind: 'refused', requestId: null, code, detail: '{}' })
      return null
    }
  }

  const helloTimer = setTimeout(() => {
    if (state.kind === 'new') connection.close('session')
  }, limits.helloTimeoutMs)

  let closeTimer: NodeJS.Timeout | undefined
  /** A peer that does not answer the closing of its socket would keep it. */
  const hangUp = (code: number): void => {
    webSocket.close(code)
    closeTimer ??= setTimeout(() => webSocket.terminate(), limits.socketCloseMs).unref()
  }

  const ended = (): void => {
    if (isClosed() && subscriptions.size === 0) return
    state = { kind: 'closed' }
    clearTimeout(helloTimer)
    for (const topic of subscriptions.keys()) unsubscribe(topic)
  }

  const connection: Connection = {
    close: (reason) => {
      if (isClosed()) return
      send({ kind: 'closing', reason })
      ended()
      outgoing.flush()
      // A socket that is not read would never hear the answer.
      incoming.end()
      hangUp(closeCode[reason])
    },
    ping: () => {
      if (!heardSincePing) return webSocket.terminate()
      heardSincePing = false
      webSocket.ping(String(++pings))
    },
    checkSession: async () => {
      if (state.kind === 'live' && sessions.isOver(state.caller)) await renew(state.caller)
    },
  }

  webSocket.on('message', receive)
  webSocket.on('ping', incoming.count)
  webSocket.on('pong', (data) => {
    incoming.count()
    // Only the answer to the last ping is life: a peer could send others without reading anything.
    if (data.toString('latin1') === String(pings)) heardSincePing = true
  })
  webSocket.on('error', () => undefined)
  webSocket.on('close', () => {
    ended()
    incoming.end()
    for (const lease of Object.values(held)) lease.end()
    clearTimeout(closeTimer)
    log.debug('socket_closed')
    dependencies.onClosed(connection)
  })
  return connection
}
