import { failureOfAnswer, type LaneCode, LaneError } from './failure.ts'
import { type ConnectionState, giveUp, type Line, online, openLine, type WireOptions } from './line.ts'
import { patienceMs } from './patience.ts'
import { isJsonObject, type JsonObject } from './strict.ts'

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

/** What acknowledges an event; null where the connection broke before. */
const emitted = (line: Line, event: string, payload: object): Promise<unknown> =>
  new Promise((resolve) => {
    const end = (answer: unknown): void => {
      cancel()
      line.unanswered.delete(broken)
      resolve(answer)
    }
    const broken = (): void => end(null)
    const cancel = line.options.clock.after(acknowledgementMs, broken)
    line.unanswered.add(broken)
    line.socket?.emit(event, payload, end)
  })

const ask = async (line: Line, event: string, payload: object): Promise<JsonObject> => {
  const { clock, patience } = line.options
  const deadlineMs = clock.nowMs() + patienceMs
  for (let attempt = 0; ; attempt++) {
    await online(line, deadlineMs)
    const answer = await emitted(line, event, payload)
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

export const openWire = (options: WireOptions): Wire => {
  const line = openLine(options)
  return {
    state: () => line.state,
    ask: (event, payload) => ask(line, event, payload),
    ready: () => online(line, options.clock.nowMs() + patienceMs),
    close: () => {
      giveUp(line, new LaneError('CLOSED'))
      line.cancelLater()
      line.socket?.close()
    },
  }
}
