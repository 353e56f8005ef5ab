import { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import type { Provider } from '@sotto/mls'
import {
  type Acknowledgement,
  decodeAs,
  decodeServerFrame,
  encodeAs,
  encodeClientFrame,
  type FailureCode,
  type FailureDetail,
  limits,
  type Operation,
  type ServerFrame,
  SottoError,
} from '@sotto/protocol'
import type { WebSocket } from 'ws'
import { processBus } from '../../packages/server/src/bus/processBus.ts'
import { limitsOf } from '../../packages/server/src/configuration.ts'
import { makeMemoryBudget } from '../../packages/server/src/budget/memory.ts'
import { noLoad } from '../../packages/server/src/budget/load.ts'
import { type Core, makeCore } from '../../packages/server/src/core.ts'
import { type LogKey, makeLogKey } from '../../packages/server/src/delivery/logKey.ts'
import type { Append } from '../../packages/server/src/delivery/store.ts'
import { proofRoutes } from '../../packages/server/src/http/proofRoutes.ts'
import { type Connection, makeConnection } from '../../packages/server/src/live/connection.ts'
import { makeEventLog } from '../../packages/server/src/logging/eventLog.ts'
import type { OpenRoom } from '../../packages/server/src/openRoom/store.ts'
import type { Secrets } from '../../packages/server/src/secrets.ts'
import { lookIntervalMs } from '../../packages/server/src/steadyClock.ts'
import type { Store } from '../../packages/server/src/store/openStore.ts'
import { copyData, emptyData, type MemoryData } from '../../packages/server/test/memory/data.ts'
import { memoryStore } from '../../packages/server/test/memory/memoryStore.ts'
import type { Clock } from './clock.ts'
import type { LaneServer } from './lane/server.ts'
import { never } from './never.ts'
import { worldOpaque } from './password.ts'
import type { Random } from './random.ts'
import type { Trace } from './trace.ts'

// oxlint-disable-next-line typescript/no-explicit-any -- operations of all kinds pass through here
export type AnyOperation = Operation<any, any, any>

export type Answer =
  | { readonly kind: 'done'; readonly body: Uint8Array }
  | { readonly kind: 'failed'; readonly code: FailureCode; readonly detail: FailureDetail }
  /** The server died before it could answer. */
  | { readonly kind: 'gone' }

/** Where a server dies: at its next write or its next acknowledgement. */
export type ServerCut = 'before_write' | 'after_write' | 'after_ack'

/** One socket, seen from outside. */
export interface Socket {
  send(frame: Uint8Array): void
  close(): void
}

export interface WorldServer {
  readonly logKey: LogKey
  /** What is on its disk now. */
  data(): MemoryData
  isUp(): boolean
  start(): void
  /** Nothing of what it was doing goes on; its disk stays as it is. */
  crash(): void
  /** Crashes at this point of what it does next; null: nowhere any more. */
  cutAt(cut: ServerCut | null): void
  /** Replaces its disk; it must be down. */
  restore(backup: MemoryData): void
  backup(): MemoryData
  setFull(isFull: boolean): void
  jump(offsetMs: number): void
  /** Sets its clock right again. */
  rightClock(): void
  nowMs(): number
  /** Notes what its clock says, as it does all the time. */
  look(): void
  request(op: AnyOperation, input: Uint8Array, params: unknown, token: string | null): Promise<Answer>
  connect(token: string, hear: (frame: ServerFrame) => void, closed: () => void): Socket
  /** All that it has written into its log file. */
  readonly written: string[]
  /** What it called a bug of its own. */
  readonly bugs: string[]
}

export type ServerSecrets = Omit<Secrets, 'opaqueSetup'>

export const serverSecrets = (random: Random): ServerSecrets => ({
  logKeySeed: random.bytes(32),
  senderTagKey: random.bytes(32),
  logIdKey: random.bytes(32),
})

export interface WorldServerOptions {
  readonly clock: Clock
  readonly random: Random
  readonly trace: Trace
  readonly secrets: ServerSecrets
  provider(): Provider
  /** Hears of every batch that has become durable. */
  onAppended(batch: readonly Append[]): void
  /** An acknowledgement leaves. */
  onPromise(ack: Acknowledgement): void
  onCrash(): void
  /** A room becomes the open one in the place of another; `data` is what the server knows of both. */
  onOpenRoomReplaced(before: OpenRoom, next: OpenRoom, data: MemoryData): void
  /** The open lane, where there is one. */
  readonly lane?: LaneServer
}

const writes: ReadonlySet<string> = new Set([
  'append',
  'createAccount',
  'openSession',
  'touchSession',
  'endSession',
  'extendChain',
  'putKeyPackages',
  'takeKeyPackage',
  'putSlot',
  'settleWelcome',
  'putForkTag',
])

interface Life {
  isAlive: boolean
  core: Core
  readonly sockets: Set<LiveSocket>
}

interface LiveSocket {
  readonly connection: Connection
  drop(): void
}

export const makeWorldServer = (options: WorldServerOptions): WorldServer => {
  const { clock, random, trace } = options
  const { secrets } = options
  const logKey = makeLogKey(secrets.logKeySeed)
  const written: string[] = []
  const bugs: string[] = []
  const worldLimits = {
    ...limitsOf({ port: 0, dataDirectory: '', webDirectory: null }),
    keyPackageClaimsPerHour: 10_000,
    keyPackageClaimsPerDay: 10_000,
    keyPackageClaimsPerTargetPerDay: 10_000,
    loginTriesPerWindow: 1000,
    // A frame that has to wait would wait by the time of this machine.
    framesPerSecond: 1_000_000,
    workUsPerSecondPerAccount: 1_000_000_000,
    frameBurst: 1_000_000,
  }
  let data = emptyData()
  let life: Life | null = null
  let cut: ServerCut | null = null
  let isFull = false
  let offsetMs = 0
  const serverClock = { nowMs: () => Math.max(0, clock.nowMs() + offsetMs) }

  const crash = (): void => {
    if (!life) return
    trace.note('server crash')
    const { sockets } = life
    life.isAlive = false
    life = null
    cut = null
    for (const socket of sockets) socket.drop()
    options.lane?.crash()
    options.onCrash()
  }
  const struck = (point: ServerCut): boolean => {
    if (cut !== point) return false
    crash()
    return true
  }

  const noteReplaced = (next: OpenRoom): void => {
    const { openRoom: before } = data
    if (before && !Buffer.from(before.room).equals(next.room)) options.onOpenRoomReplaced(before, next, data)
  }

  const gated = <Port extends object>(port: Port, own: Life): Port =>
    Object.fromEntries(
      Object.entries(port).map(([name, method]: [string, (...args: unknown[]) => Promise<unknown>]) => {
        const isWrite = writes.has(name)
        return [
          name,
          async (...args: unknown[]): Promise<unknown> => {
            if (!own.isAlive) return never()
            if (isWrite) {
              await pause(random.between(0, 4))
              if (!own.isAlive || struck('before_write')) return never()
              if (isFull) throw new SottoError('read_only')
            }
            if (name === 'putOpenRoom') noteReplaced(args[0] as OpenRoom)
            const result = await method(...args)
            if (!own.isAlive) return never()
            if (isWrite) trace.note('stored', name)
            if (name === 'append') options.onAppended(args[0] as readonly Append[])
            return isWrite && struck('after_write') ? never() : result
          },
        ]
      }),
    ) as Port

  const pause = (delayMs: number): Promise<void> =>
    new Promise((resolve) => void clock.after(delayMs, resolve))

  const look = (): void => {
    const timeMs = life?.core.steady.nowMs()
    if (timeMs !== undefined && !isFull) data.lastMs = timeMs
  }

  const start = (): void => {
    if (life) return
    const store = memoryStore(() => data)
    const own: Life = { isAlive: true, core: null as unknown as Core, sockets: new Set() }
    const log = makeEventLog({
      level: 'info',
      destination: { write: (line) => void written.push(line) },
      idKey: secrets.logIdKey,
    })
    const gates: Pick<
      Store,
      'authentication' | 'invites' | 'directory' | 'delivery' | 'openRoom' | 'budgets' | 'space'
    > = {
      authentication: gated(store.authentication, own),
      invites: gated(store.invites, own),
      directory: gated(store.directory, own),
      delivery: gated(store.delivery, own),
      openRoom: gated(store.openRoom, own),
      budgets: gated(store.budgets, own),
      space: store.space,
    }
    const bus = processBus()
    const common = { provider: options.provider(), bus, clock: serverClock, limits: worldLimits }
    own.core = makeCore({
      ...common,
      lastMs: data.lastMs,
      store: gates,
      registration: 'open',
      load: noLoad,
      secrets,
      opaque: worldOpaque,
      log: {
        ...log,
        failure: (error, fields) => {
          if (own.isAlive) bugs.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
          log.failure(error, fields)
        },
      },
    })
    open = (token, hear, closed) => {
      const { sessions, delivery } = own.core
      return openSocket(
        own,
        { ...common, sessions, delivery, log, memory: makeMemoryBudget(worldLimits), work: own.core.work },
        token,
        hear,
        closed,
      )
    }
    life = own
    options.lane?.start({
      own,
      core: own.core,
      limits: worldLimits,
      log,
      isFull: () => isFull,
      struck,
    })
    const lookAgain = (): void => {
      if (!own.isAlive) return
      look()
      clock.after(lookIntervalMs, lookAgain)
    }
    lookAgain()
    trace.note('server start')
  }

  type Gateway = Omit<Parameters<typeof makeConnection>[3], 'schedule' | 'onIdentified' | 'onClosed'>
  let open: WorldServer['connect']

  const openSocket = (
    own: Life,
    gateway: Gateway,
    token: string,
    hear: (frame: ServerFrame) => void,
    closed: () => void,
  ): Socket => {
    const webSocket = new EventEmitter()
    let isOpen = true
    let isPaused = false
    const waiting: Uint8Array[] = []
    const end = (): void => {
      if (!isOpen) return
      isOpen = false
      own.sockets.delete(live)
      closed()
      if (own.isAlive) webSocket.emit('close')
    }
    const receive = (frame: Uint8Array): void => {
      if (isPaused) waiting.push(frame)
      else webSocket.emit('message', Buffer.from(frame), true)
    }
    const duplex = {
      writableLength: 0,
      destroyed: false,
      cork: () => {},
      uncork: () => {},
      write: (bytes: Buffer, done?: () => void) => {
        if (isOpen && own.isAlive)
          for (const frame of framesIn(bytes)) {
            if (frame.kind === 'ack') options.onPromise(frame.ack)
            hear(frame)
            if (frame.kind === 'ack' && struck('after_ack')) return
          }
        if (done) clock.after(0, done)
      },
    }
    Object.assign(webSocket, {
      pause: () => (isPaused = true),
      resume: () => {
        isPaused = false
        while (!isPaused && waiting.length > 0 && isOpen) receive(waiting.shift() as Uint8Array)
      },
      close: () => clock.after(1, end),
      terminate: end,
      ping: (nonce: string) =>
        clock.after(1, () => isOpen && own.isAlive && webSocket.emit('pong', Buffer.from(nonce))),
    })
    const connection = makeConnection(
      duplex as unknown as Duplex,
      webSocket as unknown as WebSocket,
      'world',
      {
        ...gateway,
        schedule: (outgoing) => {
          clock.after(0, () => {
            if (own.isAlive) outgoing.flush()
          })
        },
        onIdentified: () => {},
        onClosed: () => {},
      },
    )
    const live: LiveSocket = {
      connection,
      drop: () => {
        isOpen = false
        closed()
      },
    }
    own.sockets.add(live)
    const every = (delayMs: number, task: () => void): void => {
      clock.after(delayMs, () => {
        if (!isOpen || !own.isAlive) return
        task()
        every(delayMs, task)
      })
    }
    every(limits.pingIntervalMs, connection.ping)
    every(10_000, () => void connection.checkSession())
    receive(encodeClientFrame({ kind: 'hello', token }))
    return {
      send: (frame) => {
        if (isOpen && own.isAlive) receive(frame)
      },
      close: end,
    }
  }

  const answer = async (
    own: Life,
    op: AnyOperation,
    body: Uint8Array,
    params: unknown,
    token: string | null,
  ): Promise<Answer> => {
    try {
      const { routes, sessions } = own.core
      const proofs = proofRoutes({ logKey, edge: { goesBy: () => true }, sessions })
      const route = [...routes, ...proofs].find(({ operation }) => operation.name === op.name)
      if (!route) throw new SottoError('not_found')
      const caller = await callerOf(own, op, token)
      const input = { ...(params as object), ...(decodeAs(op.body, body, op.name) as object) }
      const signal = new AbortController().signal
      const output = await route.answer({ input, caller, address: 'world', signal })
      if (own.isAlive && isPromise(output)) options.onPromise(output.ack)
      return { kind: 'done', body: encodeAs(op.output, output) }
    } catch (error) {
      if (error instanceof SottoError) return { kind: 'failed', code: error.code, detail: error.detail }
      if (own.isAlive) bugs.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
      return { kind: 'failed', code: 'internal', detail: {} }
    }
  }

  const callerOf = async (own: Life, { access }: AnyOperation, token: string | null) => {
    if (access === 'anyone') return null
    if (token === null) throw new SottoError('unauthorized')
    const caller = await own.core.sessions.authenticate(token)
    if (access === 'device' && caller.device === null) throw new SottoError('forbidden')
    return caller
  }

  return {
    logKey,
    data: () => data,
    isUp: () => life !== null,
    start,
    crash,
    cutAt: (point) => {
      cut = point
    },
    restore: (backup) => {
      if (life) throw new Error('the server is running')
      data = copyData(backup)
    },
    backup: () => copyData(data),
    setFull: (full) => {
      isFull = full
    },
    jump: (offset) => {
      offsetMs += Math.round(offset)
    },
    rightClock: () => {
      offsetMs = 0
    },
    nowMs: serverClock.nowMs,
    look,
    request: async (op, input, params, token) => {
      const own = life
      if (!own) return { kind: 'gone' }
      const gone = new Promise<Answer>((resolve) => {
        const watch = { connection: null as unknown as Connection, drop: () => resolve({ kind: 'gone' }) }
        own.sockets.add(watch)
        void answer(own, op, input, params, token).then((done) => {
          own.sockets.delete(watch)
          resolve(done)
        })
      })
      return gone
    },
    connect: (token, hear, closed) => {
      if (life) return open(token, hear, closed)
      clock.after(0, closed)
      return { send: () => {}, close: () => {} }
    },
    written,
    bugs,
  }
}

/** The frames in what was written to a socket (RFC 6455 §5.2). */
const framesIn = (bytes: Buffer): readonly ServerFrame[] => {
  const frames: ServerFrame[] = []
  for (let at = 0; at < bytes.length;) {
    const short = bytes[at + 1] as number
    const [header, length] =
      short < 126
        ? [2, short]
        : short === 126
          ? [4, bytes.readUInt16BE(at + 2)]
          : [10, Number(bytes.readBigUInt64BE(at + 2))]
    frames.push(decodeServerFrame(new Uint8Array(bytes.subarray(at + header, at + header + length))))
    at += header + length
  }
  return frames
}

const isPromise = (output: unknown): output is { readonly ack: Acknowledgement } =>
  typeof output === 'object' && output !== null && 'ack' in output && !('messages' in output)
