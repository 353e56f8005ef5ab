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
  /** The session has ended on the server. */
  sessionEnded(): void
}

/** The live lane, kept open for as long as there is a session: closed lines are opened again, later and later. */
export interface Connection {
  view(): ConnectionView
  isReady(): boolean
  start(token: string): void
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
      readonly reason: OfflineReason | undefined
      cancel(): void
    }
  | { readonly kind: 'opening'; readonly token: string; readonly live: LiveConnection | null }
  | {
      readonly kind: 'ready'
      readonly token: string
      readonly live: LiveConnection
      readonly route: 'websocket' | 'poll'
    }

export interface ConnectionDeps {
  readonly transport: Transport
  readonly scheduler: Scheduler
  /** From 0 to 1. */
  chance(): number
  /** Makes sure that the server is the one it was. @throws SottoError `integrity` when it is another */
  meet(): Promise<void>
  readonly events: ConnectionEvents
}

const offline: ConnectionView = { kind: 'offline', retryAtMs: null }

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

  const view = (): ConnectionView => {
    switch (line.kind) {
      case 'closed':
        return resting
      case 'waiting':
        return {
          kind: 'offline',
          retryAtMs: line.retryAtMs,
          ...(line.reason ? { reason: line.reason } : {}),
        }
      case 'opening':
        return { kind: 'connecting' }
      case 'ready':
        return { kind: 'online', route: line.route }
    }
  }
  const become = (next: Line): void => {
    line = next
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
    const opening: Line = { kind: 'opening', token, live: null }
    become(opening)
    meet().then(
      () => {
        if (line === opening) connect(token)
      },
      (error: unknown) => {
        if (line !== opening) return
        if (error instanceof SottoError && error.code === 'integrity')
          stop({ kind: 'refused', ...reasonOf(error) })
        else retry(token, error instanceof SottoError ? reasonOf(error) : undefined)
      },
    )
  }

  const connect = (token: string): void => {
    events.opening()
    let route: 'websocket' | 'poll' = 'websocket'
    let isOver = false
    // The listener may be called before `live` returns: what it says then is of a line that is not ours yet.
    let live: LiveConnection | null = null
    const isOurs = (): boolean => live !== null && 'live' in line && line.live === live
    live = transport.live(token, (event: LiveEvent) => {
      if (isOver) return
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
          return take(event.frame)
        case 'closed':
          isOver = true
          if (!isOurs()) return
          failWaiting()
          retry(token)
      }
    })
    if (isOver) retry(token)
    else become({ kind: 'opening', token, live })
  }

  const retry = (token: string, reason?: OfflineReason): void => {
    const ceilingMs = Math.min(limits.retryDelayMaxMs, limits.retryDelayMinMs * 2 ** Math.min(attempts, 16))
    attempts += 1
    const delayMs = ceilingMs / 2 + (chance() * ceilingMs) / 2
    const cancel = scheduler.after(delayMs, () => open(token))
    become({ kind: 'waiting', token, retryAtMs: scheduler.nowMs() + delayMs, reason, cancel })
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
        const failure = new SottoError(frame.code, undefined, detailOf(frame.detail))
        if (frame.requestId !== null) return answer(frame.requestId)?.reject(failure)
        if (frame.code === 'unauthorized' || frame.code === 'session_expired') events.sessionEnded()
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
        if (frame.reason === 'session') events.sessionEnded()
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
    start: (token) => {
      if (line.kind !== 'closed') stop(offline)
      open(token)
    },
    stop: (next = offline) => stop(next),
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
