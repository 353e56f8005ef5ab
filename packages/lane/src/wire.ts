import { io, type Socket } from 'socket.io-client'
import { failureOfAnswer, type LaneCode, LaneError } from './failure.ts'
import { isPassing, patienceMs, pauseMs, wait } from './patience.ts'
import { isJsonObject, type JsonObject } from './strict.ts'

export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'online' }
  | { readonly kind: 'offline' }
  /** The session has ended or was never good; nothing is tried any more. */
  | { readonly kind: 'refused'; readonly failure: LaneError }

/** One Socket.IO connection that comes back by itself. */
export interface Wire {
  state(): ConnectionState
  /**
   * Sends an event and gives what acknowledges it; sent again after a connection that broke, where it may arrive twice.
   * Waits where the server asks to.
   *
   * @throws LaneError with the code of the refusal, `TIMEOUT`, `OFFLINE`, `CLOSED`
   */
  ask(event: string, payload: object): Promise<JsonObject>
  /** Resolves when the server has let us in. @throws LaneError `UNAUTHORIZED`, `SESSION_EXPIRED`, `TIMEOUT` */
  ready(): Promise<void>
  close(): void
}

export interface WireOptions {
  readonly server: string
  /** A token that is good now: after a refusal a fresh one is asked for once. */
  token(isFresh: boolean): Promise<string>
  onEvent(event: string, payload: JsonObject): void
  onState(state: ConnectionState): void
}

const acknowledgementMs = 15_000
const retryMs = 500
/** The library adds as much as half of it by chance. */
const reconnectMaxMs = 5000
const openMs = 10_000

/** Refusals of what is sent again after a break, which say that the first one had arrived. */
const arrivedBefore: Readonly<Record<string, LaneCode>> = {
  send_message: 'IV_REUSED',
  leave_room: 'NOT_MEMBER',
  leave_chat: 'CHAT_NOT_FOUND',
}

/** Two of them would be two. Whoever asks is told that it is not known, and may ask again. */
const onceOnly: ReadonlySet<string> = new Set(['initiate_chat'])

/** Whether a session is over; a fresh one may be had. */
export const isEnded = (code: unknown): boolean => code === 'UNAUTHORIZED' || code === 'SESSION_EXPIRED'

/** What the server says of a connection that it refuses. */
const refusalOf = (error: Error): LaneError =>
  'data' in error && isJsonObject(error.data) ? failureOfAnswer(error.data) : new LaneError('OFFLINE')

export const openWire = ({ server, token, onEvent, onState }: WireOptions): Wire => {
  let state: ConnectionState = { kind: 'connecting' }
  let isFresh = false
  /** Without one, a refusal says nothing: none could be had just now. */
  let hasToken = true
  let attempts = 0
  let cancelLater = (): void => {}
  const waiting = new Set<() => void>()

  const become = (next: ConnectionState): void => {
    state = next
    onState(next)
    for (const look of waiting) look()
  }
  const refused = (failure: LaneError): void => become({ kind: 'refused', failure })

  const socket: Socket = io(server, {
    transports: ['websocket', 'polling'],
    // A proxy may pass no WebSockets.
    tryAllTransports: true,
    reconnectionDelay: retryMs,
    reconnectionDelayMax: reconnectMaxMs,
    timeout: openMs,
    forceNew: true,
    auth: (give) => {
      token(isFresh).then(
        (value) => {
          hasToken = true
          give({ token: value })
        },
        (error: unknown) => {
          hasToken = false
          if (error instanceof LaneError && !isPassing(error.code)) {
            refused(error)
            socket.disconnect()
          } else give({})
        },
      )
    },
  })
  const connectLater = (failure?: LaneError): void => {
    cancelLater()
    const askedMs = Math.min(failure?.retryAfterMs ?? 0, patienceMs)
    const timer = setTimeout(() => socket.connect(), Math.max(askedMs, pauseMs(attempts++)))
    cancelLater = () => clearTimeout(timer)
  }
  socket.on('connected', () => {
    isFresh = false
    attempts = 0
    become({ kind: 'online' })
  })
  socket.on('connect_error', (error) => {
    if (state.kind === 'refused') return
    const failure = refusalOf(error)
    // A session that has ended is opened anew, once; a second refusal is meant.
    if (isEnded(failure.code) && hasToken) {
      if (isFresh) return refused(failure)
      isFresh = true
    }
    become({ kind: 'offline' })
    // The library comes back by itself from everything but a refusal.
    if (!socket.active) connectLater(failure)
  })
  socket.on('disconnect', (reason) => {
    if (state.kind === 'refused') return
    become({ kind: 'offline' })
    if (reason === 'io server disconnect') connectLater()
  })
  socket.onAny((event: string, payload: unknown) => {
    if (isJsonObject(payload)) onEvent(event, payload)
  })

  /** Resolves when online; rejects when that cannot be any more, or takes too long. */
  const online = (deadlineMs: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const end = (): void => {
        waiting.delete(look)
        clearTimeout(timer)
      }
      const look = (): void => {
        if (state.kind === 'online') resolve()
        else if (state.kind === 'refused') reject(state.failure)
        else return
        end()
      }
      const timer = setTimeout(() => {
        end()
        reject(new LaneError(state.kind === 'online' ? 'TIMEOUT' : 'OFFLINE'))
      }, deadlineMs - Date.now())
      waiting.add(look)
      look()
    })

  /** What acknowledges an event; null where the connection broke before. */
  const emitted = (event: string, payload: object): Promise<unknown> =>
    new Promise((resolve) => {
      const end = (answer: unknown): void => {
        clearTimeout(timer)
        socket.off('disconnect', broken)
        resolve(answer)
      }
      const broken = (): void => end(null)
      const timer = setTimeout(() => end(null), acknowledgementMs)
      socket.once('disconnect', broken)
      socket.emit(event, payload, end)
    })

  const ask: Wire['ask'] = async (event, payload) => {
    const deadlineMs = Date.now() + patienceMs
    for (let attempt = 0; ; attempt++) {
      await online(deadlineMs)
      const answer = await emitted(event, payload)
      if (isJsonObject(answer) && answer['ok'] === true) return answer
      if (Date.now() > deadlineMs) throw new LaneError('TIMEOUT')
      if (answer === null) {
        if (onceOnly.has(event)) throw new LaneError('OFFLINE')
        continue
      }
      const failure = failureOfAnswer(answer)
      if (attempt > 0 && arrivedBefore[event] === failure.code) return {}
      if (failure.code !== 'RATE_LIMITED') throw failure
      await wait(Math.min(failure.retryAfterMs ?? retryMs, Math.max(0, deadlineMs - Date.now())))
    }
  }

  return {
    state: () => state,
    ask,
    ready: () => online(Date.now() + patienceMs),
    close: () => {
      refused(new LaneError('CLOSED'))
      cancelLater()
      socket.disconnect()
    },
  }
}
