import { type Acknowledgement, SottoError } from '@sotto/protocol'
import { cellOf } from '../cell.ts'
import type { Scheduler } from '../ports/scheduler.ts'
import type { LiveConnection, Transport } from '../ports/transport.ts'
import type { ConnectionView } from '../view.ts'
import { type ConnectionEvents, dispatch } from './frames.ts'
import { type Why, whyOf } from './lineFailure.ts'
import { makeLineRetries } from './lineRetries.ts'
import { askedToWaitMs, isOnItsWay, type LineState, offline, viewOf } from './lineState.ts'
import { openLineWaits } from './lineWaits.ts'
import { openLine } from './liveLine.ts'
import { openSubmissions } from './submissions.ts'

/** The live lane, kept open for as long as there is a session: closed lines are opened again, later and later. */
export interface Connection {
  view(): ConnectionView
  /** To be looked at. */
  state(): LineState
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

export interface ConnectionDeps {
  readonly transport: Transport
  readonly scheduler: Scheduler
  /** From 0 to 1. */
  chance(): number
  /** Makes sure that the server is the one it was. @throws what keeps it from being asked */
  fetchServerInfo(): Promise<'known' | 'other'>
  readonly events: ConnectionEvents
}

export const openConnection = (deps: ConnectionDeps): Connection => {
  const { transport, scheduler, events } = deps
  const line = cellOf<LineState>({ kind: 'closed', shown: offline })
  const submissions = openSubmissions(scheduler)
  const waits = openLineWaits(scheduler)
  const retries = makeLineRetries({ scheduler, chance: deps.chance, open: () => open() })
  let token = ''
  /** The connection that belongs to the state of the line. */
  let live: LiveConnection | null = null

  const become = (next: LineState, connection: LiveConnection | null = null): void => {
    line.change(() => next)
    live = connection
    if (!isOnItsWay(next)) waits.settle()
    events.viewed(viewOf(next))
  }

  const open = (): void => {
    const before = line.now()
    const isOther = before.kind === 'waiting' && before.why.kind === 'other'
    const begunMs = scheduler.steadyMs()
    const opening: LineState = { kind: 'opening', begunMs, isOther }
    become(opening)
    deps.fetchServerInfo().then(
      (met) => {
        if (line.now() !== opening) return
        if (met === 'known') connect(begunMs)
        else retry(begunMs, { kind: 'other' })
      },
      (error: unknown) => {
        if (line.now() === opening) retry(begunMs, whyOf(error))
      },
    )
  }

  const connect = (begunMs: number): void => {
    events.opening()
    const opened = openLine(transport, token, {
      isUsed: (one) => live === one,
      ready: (one, route) => {
        retries.reset()
        become({ kind: 'ready', route }, one)
      },
      frame: (frame) => dispatch(frame, events, submissions),
      closed: (why) => {
        submissions.failAll(new SottoError('offline'))
        retry(line.now().kind === 'ready' ? scheduler.steadyMs() : begunMs, why)
      },
    })
    if (opened.kind === 'ended') retry(begunMs, opened.why)
    else become({ kind: 'opening', begunMs, isOther: false }, opened.live)
  }

  const retry = (begunMs: number, why: Why): void => become(retries.after(begunMs, why))

  /** What several things say at once, or one of them again and again, is one attempt. */
  const hurry = (): void => {
    const now = line.now()
    if (now.kind !== 'waiting' || askedToWaitMs(now.why) > 0) return
    const sooner = retries.sooner(now.retryAtMs, now.why)
    if (sooner) become(sooner)
  }

  const stop = (shown: ConnectionView): void => {
    const [before, opened] = [line.now(), live]
    become({ kind: 'closed', shown })
    retries.reset()
    if (before.kind === 'waiting') retries.cancel()
    opened?.close()
    submissions.failAll(new SottoError('offline'))
  }

  return {
    view: () => viewOf(line.now()),
    state: line.now,
    isReady: () => line.now().kind === 'ready',
    settled: () => (isOnItsWay(line.now()) ? waits.settled() : Promise.resolve()),
    start: (next) => {
      if (line.now().kind !== 'closed') stop(offline)
      token = next
      open()
    },
    stop: (shown = offline) => stop(shown),
    hurry,
    submit: (room, message) =>
      line.now().kind === 'ready' && live
        ? submissions.submit(live, room, message)
        : Promise.reject(new SottoError('offline')),
  }
}
