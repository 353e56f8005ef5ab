import { failureOfAnswer, LaneError } from './failure.ts'
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

export interface WireOptions {
  readonly transport: Pick<LaneTransport, 'socket'>
  readonly clock: Clock
  readonly patience: Pick<Patience, 'pauseMs' | 'wait'>
  /** A token that is good now: after a refusal a fresh one is asked for once. */
  token(isFresh: boolean): Promise<string>
  onEvent(event: string, payload: JsonObject): void
  onState(state: ConnectionState): void
}

/** One connection as it stands. */
export interface Line {
  readonly options: WireOptions
  socket: LaneSocket | null
  state: ConnectionState
  isFresh: boolean
  /** Without one, a refusal says nothing: none could be had just now. */
  hasToken: boolean
  attempts: number
  cancelLater: () => void
  /** Look at each new state. */
  readonly waiting: Set<() => void>
  /** Events that nothing has acknowledged yet. */
  readonly unanswered: Set<() => void>
}

/** Whether a session is over; a fresh one may be had. */
export const isEnded = (code: unknown): boolean => code === 'UNAUTHORIZED' || code === 'SESSION_EXPIRED'

/** What the server says of a connection that it refuses. */
const refusalOf = (data: unknown): LaneError =>
  isJsonObject(data) ? failureOfAnswer(data) : new LaneError('OFFLINE')

const become = (line: Line, next: ConnectionState): void => {
  line.state = next
  line.options.onState(next)
  for (const look of line.waiting) look()
}

/** Nothing is tried any more. */
export const giveUp = (line: Line, failure: LaneError): void => become(line, { kind: 'refused', failure })

const shownToken = async (line: Line): Promise<string | undefined> => {
  try {
    const shown = await line.options.token(line.isFresh)
    line.hasToken = true
    return shown
  } catch (error) {
    line.hasToken = false
    if (error instanceof LaneError && !isPassing(error.code)) {
      giveUp(line, error)
      line.socket?.close()
    }
    return undefined
  }
}

const connectLater = (line: Line, failure?: LaneError): void => {
  const { clock, patience } = line.options
  line.cancelLater()
  const askedMs = Math.min(failure?.retryAfterMs ?? 0, patienceMs)
  const pauseMs = Math.max(askedMs, patience.pauseMs(line.attempts++))
  line.cancelLater = clock.after(pauseMs, () => line.socket?.connect())
}

const onRefused = (line: Line, data: unknown, comesBack: boolean): void => {
  if (line.state.kind === 'refused') return
  const failure = refusalOf(data)
  // A session that has ended is opened anew, once; a second refusal is meant.
  if (isEnded(failure.code) && line.hasToken) {
    if (line.isFresh) return giveUp(line, failure)
    line.isFresh = true
  }
  become(line, { kind: 'offline' })
  if (!comesBack) connectLater(line, failure)
}

const onClosed = (line: Line, by: 'server' | 'network'): void => {
  if (line.state.kind !== 'refused') {
    become(line, { kind: 'offline' })
    if (by === 'server') connectLater(line)
  }
  for (const end of line.unanswered) end()
}

const onEvent = (line: Line, event: string, payload: unknown): void => {
  if (isJsonObject(payload)) line.options.onEvent(event, payload)
  if (event !== 'connected') return
  line.isFresh = false
  line.attempts = 0
  become(line, { kind: 'online' })
}

export const openLine = (options: WireOptions): Line => {
  const line: Line = {
    options,
    socket: null,
    state: { kind: 'connecting' },
    isFresh: false,
    hasToken: true,
    attempts: 0,
    cancelLater: () => {},
    waiting: new Set(),
    unanswered: new Set(),
  }
  line.socket = options.transport.socket({
    token: () => shownToken(line),
    onRefused: (data, comesBack) => onRefused(line, data, comesBack),
    onClosed: (by) => onClosed(line, by),
    onEvent: (event, payload) => onEvent(line, event, payload),
  })
  return line
}

/** Resolves when online; rejects when that cannot be any more, or takes too long. */
export const online = (line: Line, deadlineMs: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const { clock } = line.options
    const end = (): void => {
      line.waiting.delete(look)
      cancel()
    }
    const look = (): void => {
      if (line.state.kind === 'online') resolve()
      else if (line.state.kind === 'refused') reject(line.state.failure)
      else return
      end()
    }
    const cancel = clock.after(deadlineMs - clock.nowMs(), () => {
      end()
      reject(new LaneError(line.state.kind === 'online' ? 'TIMEOUT' : 'OFFLINE'))
    })
    line.waiting.add(look)
    look()
  })
