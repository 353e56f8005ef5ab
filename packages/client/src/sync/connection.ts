import { type Acknowledgement, limits, type ServerFrame, SottoError } from '@sotto/protocol'
import { obstacleIn } from '../ports/obstacle.ts'
import type { Scheduler } from '../ports/scheduler.ts'
import { afterSilence } from '../ports/silence.ts'
import type { LiveConnection, LiveEvent, Transport } from '../ports/transport.ts'
import type { ConnectionView, OfflineReason } from '../view.ts'

export type Ready = Extract<ServerFrame, { kind: 'ready' }>
export type Entries = Extract<ServerFrame, { kind: 'entries' }>

/** What a connection tells to whoever keeps the rooms. */
export interface ConnectionEvents {
  viewed(view: ConnectionView): void
  /** Before a connection is opened: afterwards nothing can be told from what was known before. */
  opening(): void
  ready(frame: Ready): void
  entries(frame: Entries): void
  behind(room: Uint8Array, head: number): void
  welcome(): void
  /** The chain of an account goes this far now. */
  chain(account: Uint8Array, seq: number): void
  /** Somebody says that the session has ended on the server. */
  sessionDoubted(): void
}

/** The live lane, kept open for as long as there is a session: closed lines are opened again, later and later. */
export interface Connection {
  view(): ConnectionView
  isReady(): boolean
  /**
   * Resolves when no line is on its way: it is there, or it is known what keeps it from being there; after
   * `limits.helloTimeoutMs` all the same. A line that has closed without a reason is on its way again: the long poll ends now
   * and then, and proxies end what is idle.
   */
  settled(): Promise<void>
  start(token: string): void
  /** Something says that the server may be reachable again: it is tried now instead of later. */
  hurry(): void
  /** Ends the connection; what is under way fails with `offline`. */
  stop(view?: ConnectionView): void
  /** @throws SottoError with the server's code, `offline`, `timeout` */
  submit(room: Uint8Array, message: Uint8Array): Promise<Acknowledgement>
}

interface Waiting {
  resolve(ack: Acknowledgement): void
  reject(failure: SottoError): void
  cancel(): void
}

type Line =
  | { readonly kind: 'closed' }
  | {
      readonly kind: 'waiting'
      readonly token: string
      readonly retryAtMs: number
      readonly why: Why
      cancel(): void
    }
  | {
      readonly kind: 'opening'
      readonly token: string
      readonly live: LiveConnection | null
      readonly begunMs: number
      /** Another server was met last: so it stays until the right one answers. */
      readonly isOther: boolean
    }
  | {
      readonly kind: 'ready'
      readonly token: string
      readonly live: LiveConnection
      readonly route: 'websocket' | 'poll'
    }

/** Why there is no line. */
type Why =
  | { readonly kind: 'failed'; readonly failure: SottoError | undefined }
  /** Another server is there, and has proven it. */
  | { readonly kind: 'other' }

export interface ConnectionDeps {
  readonly transport: Transport
  readonly scheduler: Scheduler
  /** From 0 to 1. */
  chance(): number
  /** Makes sure that the server is the one it was. @throws what keeps it from being asked */
  meet(): Promise<'known' | 'other'>
  readonly events: ConnectionEvents
}

const offline: ConnectionView = { kind: 'offline', retryAtMs: null }
const otherServer: ConnectionView = { kind: 'refused', code: 'integrity' }

/** How long the server asks to be left alone, within reason: it may be something else that asks. */
const askedToWaitMs = (why: Why): number => {
  if (why.kind === 'other' || !why.failure || obstacleIn(why.failure.detail)) return 0
  const { retryAfterMs } = why.failure.detail
  return typeof retryAfterMs === 'number' ? Math.min(retryAfterMs, limits.obstacleRetryMaxMs) : 0
}

export const openConnection = ({
  transport,
  scheduler,
  chance,
  meet,
  events,
}: ConnectionDeps): Connection => {
  let line: Line = { kind: 'closed' }
  let resting: ConnectionView = offline
  let attempts = 0
  let nextRequest = 1
  const waiting = new Map<number, Waiting>()
  /** Who waits for a line that is on its way. */
  const expecting = new Set<() => void>()

  const view = (): ConnectionView => {
    switch (line.kind) {
      case 'closed':
        return resting
      case 'waiting':
        if (line.why.kind === 'other') return otherServer
        return {
          kind: 'offline',
          retryAtMs: line.retryAtMs,
          ...(line.why.failure ? { reason: reasonOf(line.why.failure) } : {}),
        }
      case 'opening':
        return line.isOther ? otherServer : { kind: 'connecting' }
      case 'ready':
        return { kind: 'online', route: line.route }
    }
  }
  const between = (leastMs: number, mostMs: number): number => leastMs + chance() * (mostMs - leastMs)
  const become = (next: Line): void => {
    line = next
    if (!isOnItsWay(line)) for (const settle of expecting) settle()
    events.viewed(view())
  }

  const failWaiting = (): void => {
    const open = [...waiting.values()]
    waiting.clear()
    for (const { reject, cancel } of open) {
      cancel()
      reject(new SottoError('offline'))
    }
  }

  const open = (token: string): void => {
    const isOther = line.kind === 'waiting' && line.why.kind === 'other'
    const begunMs = scheduler.steadyMs()
    const opening: Line = { kind: 'opening', token, live: null, begunMs, isOther }
    become(opening)
    meet().then(
      (met) => {
        if (line !== opening) return
        if (met === 'known') connect(token, begunMs)
        else retry(token, begunMs, { kind: 'other' })
      },
      (error: unknown) => {
        if (line === opening) retry(token, begunMs, whyOf(error))
      },
    )
  }

  const connect = (token: string, begunMs: number): void => {
    events.opening()
    let route: 'websocket' | 'poll' = 'websocket'
    let end: Why | null = null
    let refusal: SottoError | undefined
    // The listener may be called before `live` returns: what it says then is of a line that is not ours yet.
    let live: LiveConnection | null = null
    const isOurs = (): boolean => live !== null && 'live' in line && line.live === live
    live = transport.live(token, (event: LiveEvent) => {
      if (end) return
      switch (event.kind) {
        case 'opened':
          ;({ route } = event)
          return
        case 'frame':
          if (!isOurs() || !live) return
          if (event.frame.kind === 'ready') {
            attempts = 0
            become({ kind: 'ready', token, live, route })
          }
          if (event.frame.kind === 'refused' && event.frame.requestId === null)
            refusal = failureOf(event.frame)
          return take(event.frame)
        case 'closed':
          end = whyOf(event.failure ?? refusal)
          if (!isOurs()) return
          failWaiting()
          retry(token, line.kind === 'ready' ? scheduler.steadyMs() : begunMs, end)
      }
    })
    if (end) retry(token, begunMs, end)
    else become({ kind: 'opening', token, live, begunMs, isOther: false })
  }

  /** Later and later, by chance too; the time that an attempt has taken is time that was waited. */
  const retry = (token: string, begunMs: number, why: Why): void => {
    const ceilingMs = Math.min(
      limits.obstacleRetryMaxMs,
      limits.retryDelayMinMs * 2 ** Math.min(attempts, 16),
    )
    attempts += 1
    const backOffMs = between(ceilingMs / 2, ceilingMs) - (scheduler.steadyMs() - begunMs)
    const leastMs = between(limits.retryDelayMinMs / 2, limits.retryDelayMinMs)
    const delayMs = Math.max(leastMs, backOffMs, askedToWaitMs(why))
    const cancel = scheduler.after(delayMs, () => open(token))
    become({ kind: 'waiting', token, retryAtMs: scheduler.nowMs() + delayMs, why, cancel })
  }

  /** What several things say at once, or one of them again and again, is one attempt. */
  const hurry = (): void => {
    if (line.kind !== 'waiting') return
    const { token, why, cancel: cancelLater } = line
    if (askedToWaitMs(why) > 0) return
    const delayMs = between(limits.retryDelayMinMs / 2, limits.retryDelayMinMs)
    if (line.retryAtMs - scheduler.nowMs() <= delayMs) return
    cancelLater()
    const cancel = scheduler.after(delayMs, () => open(token))
    become({ kind: 'waiting', token, retryAtMs: scheduler.nowMs() + delayMs, why, cancel })
  }

  const answer = (requestId: number): Waiting | undefined => {
    const found = waiting.get(requestId)
    waiting.delete(requestId)
    found?.cancel()
    return found
  }

  const take = (frame: ServerFrame): void => {
    switch (frame.kind) {
      case 'ready':
        return events.ready(frame)
      case 'ack':
        return answer(frame.requestId)?.resolve(frame.ack)
      case 'refused': {
        const failure = failureOf(frame)
        if (frame.requestId !== null) return answer(frame.requestId)?.reject(failure)
        if (isAboutSession(failure)) events.sessionDoubted()
        return
      }
      case 'entries':
        return events.entries(frame)
      case 'behind':
        return events.behind(frame.room, frame.head)
      case 'welcome':
        return events.welcome()
      case 'chain':
        return events.chain(frame.account, frame.seq)
      case 'pong':
        return
      case 'closing':
        if (frame.reason === 'session') events.sessionDoubted()
    }
  }

  const stop = (next: ConnectionView): void => {
    const before = line
    resting = next
    become({ kind: 'closed' })
    attempts = 0
    switch (before.kind) {
      case 'closed':
        break
      case 'waiting':
        before.cancel()
        break
      case 'opening':
      case 'ready':
        before.live?.close()
    }
    failWaiting()
  }

  return {
    view,
    isReady: () => line.kind === 'ready',
    settled: () =>
      new Promise((resolve) => {
        if (!isOnItsWay(line)) return resolve()
        const settle = (): void => {
          cancel()
          expecting.delete(settle)
          resolve()
        }
        const cancel = scheduler.after(limits.helloTimeoutMs, settle)
        return void expecting.add(settle)
      }),
    start: (token) => {
      if (line.kind !== 'closed') stop(offline)
      open(token)
    },
    stop: (next = offline) => stop(next),
    hurry,
    submit: (room, message) =>
      new Promise((resolve, reject) => {
        if (line.kind !== 'ready') {
          reject(new SottoError('offline'))
          return
        }
        const requestId = nextRequest
        nextRequest = nextRequest === 0xffff_ffff ? 1 : nextRequest + 1
        const { live } = line
        const cancel = afterSilence(scheduler, limits.requestTimeoutMs, () => {
          waiting.delete(requestId)
          reject(new SottoError('timeout'))
          // A line that does not answer is not one; the next one begins with what the log says.
          live.close()
        })
        waiting.set(requestId, { resolve, reject, cancel })
        live.send({ kind: 'submit', requestId, room, message, aux: null })
      }),
  }
}

const isOnItsWay = (line: Line): boolean => {
  switch (line.kind) {
    case 'opening':
      return true
    case 'waiting':
      return line.why.kind === 'failed' && line.why.failure === undefined
    case 'closed':
    case 'ready':
      return false
  }
}

const isAboutSession = ({ code }: SottoError): boolean =>
  code === 'unauthorized' || code === 'session_expired'

/** That a session is over is not said here: it is, or something else is the matter. */
const whyOf = (error: unknown): Why => ({
  kind: 'failed',
  failure: error instanceof SottoError && !isAboutSession(error) ? error : undefined,
})

const failureOf = ({ code, detail }: Extract<ServerFrame, { kind: 'refused' }>): SottoError =>
  new SottoError(code, undefined, detailOf(detail))

const reasonOf = ({ code, detail }: SottoError): OfflineReason => {
  const obstacle = obstacleIn(detail)
  return { code, ...(obstacle ? { obstacle } : {}) }
}

const detailMax = 16

/** Numbers and texts of the server's detail; anything else in it is not for programs. */
const detailOf = (text: string): Record<string, number | string> => {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return {}
  }
  if (typeof parsed !== 'object' || parsed === null) return {}
  const entries = Object.entries(parsed).filter(
    (entry): entry is [string, number | string] =>
      typeof entry[1] === 'number' || typeof entry[1] === 'string',
  )
  return Object.fromEntries(entries.slice(0, detailMax))
}
