import { failureOfAnswer, type LaneCode, LaneError } from './failure.ts'
import { isPassing, type Patience, patienceMs } from './patience.ts'
import type { Clock } from './ports/clock.ts'
import type { LaneSocket, LaneTransport } from './ports/transport.ts'
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
  readonly transport: Pick<LaneTransport, 'socket'>
  readonly clock: Clock
  readonly patience: Pick<Patience, 'pauseMs' | 'wait'>
  /** A token that is good now: after a refusal a fresh one is asked for once. */
  token(isFresh: boolean): Promise<string>
  onEvent(event: string, payload: JsonObject): void
  onState(state: ConnectionState): void
}

const acknowledgementMs = 15_000
/** Where a server asks to wait, and does not say how long. */
const retryMs = 500

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
const refusalOf = (data: unknown): LaneError =>
  isJsonObject(data) ? failureOfAnswer(data) : new LaneError('OFFLINE')

export const openWire = (options: WireOptions): Wire => {
  const { transport, clock, patience, token, onEvent, onState } = options
  let state: ConnectionState = { kind: 'connecting' }
  let isFresh = false
  /** Without one, a refusal says nothing: none could be had just now. */
  let hasToken = true
  let attempts = 0
  let cancelLater = (): void => {}
  const waiting = new Set<() => void>()
  /** Events that nothing has acknowledged yet. */
  const unanswered = new Set<() => void>()

  const become = (next: ConnectionState): void => {
    state = next
    onState(next)
    for (const look of waiting) look()
  }
  const refused = (failure: LaneError): void => become({ kind: 'refused', failure })

  const shownToken = async (): Promise<string | undefined> => {
    try {
      const shown = await token(isFresh)
      hasToken = true
      return shown
    } catch (error) {
      hasToken = false
      if (error instanceof LaneError && !isPassing(error.code)) {
        refused(error)
        socket.close()
      }
      return undefined
    }
  }
  const connectLater = (failure?: LaneError): void => {
    cancelLater()
    const askedMs = Math.min(failure?.retryAfterMs ?? 0, patienceMs)
    cancelLater = clock.after(Math.max(askedMs, patience.pauseMs(attempts++)), () => socket.connect())
  }

  const socket: LaneSocket = transport.socket({
    token: shownToken,
    onRefused: (data, comesBack) => {
      if (state.kind === 'refused') return
      const failure = refusalOf(data)
      // A session that has ended is opened anew, once; a second refusal is meant.
      if (isEnded(failure.code) && hasToken) {
        if (isFresh) return refused(failure)
        isFresh = true
      }
      become({ kind: 'offline' })
      if (!comesBack) connectLater(failure)
    },
    onClosed: (by) => {
      if (state.kind !== 'refused') {
        become({ kind: 'offline' })
        if (by === 'server') connectLater()
      }
      for (const end of unanswered) end()
    },
    onEvent: (event, payload) => {
      if (isJsonObject(payload)) onEvent(event, payload)
      if (event !== 'connected') return
      isFresh = false
      attempts = 0
      become({ kind: 'online' })
    },
  })

  /** Resolves when online; rejects when that cannot be any more, or takes too long. */
  const online = (deadlineMs: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const end = (): void => {
        waiting.delete(look)
        cancel()
      }
      const look = (): void => {
        if (state.kind === 'online') resolve()
        else if (state.kind === 'refused') reject(state.failure)
        else return
        end()
      }
      const cancel = clock.after(deadlineMs - clock.nowMs(), () => {
        end()
        reject(new LaneError(state.kind === 'online' ? 'TIMEOUT' : 'OFFLINE'))
      })
      waiting.add(look)
      look()
    })

  /** What acknowledges an event; null where the connection broke before. */
  const emitted = (event: string, payload: object): Promise<unknown> =>
    new Promise((resolve) => {
      const end = (answer: unknown): void => {
        cancel()
        unanswered.delete(broken)
        resolve(answer)
      }
      const broken = (): void => end(null)
      const cancel = clock.after(acknowledgementMs, broken)
      unanswered.add(broken)
      socket.emit(event, payload, end)
    })

  const ask: Wire['ask'] = async (event, payload) => {
    const deadlineMs = clock.nowMs() + patienceMs
    for (let attempt = 0; ; attempt++) {
      await online(deadlineMs)
      const answer = await emitted(event, payload)
      if (isJsonObject(answer) && answer['ok'] === true) return answer
      if (clock.nowMs() > deadlineMs) throw new LaneError('TIMEOUT')
      if (answer === null) {
        if (onceOnly.has(event)) throw new LaneError('OFFLINE')
        continue
      }
      const failure = failureOfAnswer(answer)
      if (attempt > 0 && arrivedBefore[event] === failure.code) return {}
      if (failure.code !== 'RATE_LIMITED') throw failure
      await patience.wait(Math.min(failure.retryAfterMs ?? retryMs, Math.max(0, deadlineMs - clock.nowMs())))
    }
  }

  return {
    state: () => state,
    ask,
    ready: () => online(clock.nowMs() + patienceMs),
    close: () => {
      refused(new LaneError('CLOSED'))
      cancelLater()
      socket.close()
    },
  }
}
