import {
  afterSilence,
  type Client,
  type ClientState,
  failures,
  obstacleIn,
  type Scheduler,
} from '@sotto/client'
import type { LaneEvent } from '@sotto/lane'
import { obstacleTexts } from './obstacleText.ts'
import type { Output } from './output.ts'
import { timers } from './timers.ts'
import { serverRefused } from './waiting.ts'

/** What is known of the line to the server. `idle`: none is wanted. */
export type LineState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'there' }
  /** `why` stands in the way; undefined while that is not known. */
  | { readonly kind: 'away'; readonly why: string | undefined }

export interface OutageTeller {
  heard(line: LineState): void
  end(): void
}

/** A line that comes back sooner is not worth a word. */
const quietMs = 5000

const unanswered = 'it does not answer'

/** For somebody who looks at a terminal that waits. */
const waitingText = (why: string): string => `Waiting for the server: ${why}; nothing is lost.`

const againText = 'Connected again.'

/** Clears the line of progress that may stand where the text goes. */
const onOwnLine = (text: string): string => (process.stderr.isTTY ? `\r\x1b[K${text}` : text)

/**
 * Says that the server is away once that has lasted, each reason once, and that it is back.
 *
 * @param output where that goes: standard error
 */
export const outageTeller = (
  output: Pick<Output, 'notice'>,
  scheduler: Pick<Scheduler, 'after' | 'steadyMs'> = timers,
): OutageTeller => {
  let why: string | undefined
  let isAway = false
  let hasLasted = false
  let cancel = (): void => {}
  const told = new Set<string>()

  const tell = (): void => {
    const reason = why ?? unanswered
    // That a known reason is being looked at again is no news.
    if (told.has(reason) || (why === undefined && told.size > 0)) return
    told.add(reason)
    output.notice({ notice: 'waiting', why: reason }, onOwnLine(waitingText(reason)))
  }
  const over = (): void => {
    cancel()
    isAway = false
    hasLasted = false
    why = undefined
    told.clear()
  }
  return {
    heard: (line) => {
      switch (line.kind) {
        case 'idle':
          return over()
        case 'there':
          if (told.size > 0) output.notice({ notice: 'connected' }, onOwnLine(againText))
          return over()
        case 'away':
          why = line.why ?? why
          if (hasLasted) return tell()
          if (isAway) return
          isAway = true
          cancel = afterSilence(scheduler, quietMs, () => {
            hasLasted = true
            tell()
          })
      }
    },
    end: over,
  }
}

const reasonOf = (state: ClientState): string => {
  const { code, detail } = serverRefused(state)
  const obstacle = obstacleIn(detail)
  if (obstacle) return obstacleTexts[obstacle].what
  if (code === 'offline' || code === 'timeout') return unanswered
  const { text } = failures[code]
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`
}

export const lineOfClient = (state: ClientState): LineState => {
  const { connection, account } = state
  if (account.kind !== 'signed_in') return { kind: 'idle' }
  switch (connection.kind) {
    case 'online':
      return { kind: 'there' }
    case 'connecting':
      return { kind: 'away', why: undefined }
    case 'refused':
      return { kind: 'away', why: reasonOf(state) }
    case 'offline':
      return connection.retryAtMs === null ? { kind: 'idle' } : { kind: 'away', why: reasonOf(state) }
  }
}

/** Tells of the outages of a client. @returns what ends that */
export const tellOutages = (client: Client, output: Pick<Output, 'notice'>): (() => void) => {
  const teller = outageTeller(output)
  const unsubscribe = client.subscribe((event) => {
    if (event.kind === 'state') teller.heard(lineOfClient(event.state))
  })
  teller.heard(lineOfClient(client.state()))
  return () => {
    unsubscribe()
    teller.end()
  }
}

/** The line of a program of the open lane; undefined where the event is of something else. */
export const lineOfLane = (event: LaneEvent): LineState | undefined => {
  if (event.kind !== 'connection') return undefined
  switch (event.state) {
    case 'online':
      return { kind: 'there' }
    case 'connecting':
    case 'offline':
      return { kind: 'away', why: undefined }
    case 'refused':
      return { kind: 'idle' }
  }
}

/** One teller for several lines to one server: away as long as one of them is. */
export const sharedTeller = (teller: OutageTeller) => {
  const lines = new Map<string, LineState>()
  return (name: string): OutageTeller => {
    const heard = (line: LineState): void => {
      lines.set(name, line)
      if (line.kind === 'idle') lines.delete(name)
      const all = [...lines.values()]
      if (line.kind === 'away') teller.heard(line)
      else if (!all.some(({ kind }) => kind === 'away')) teller.heard(all[0] ?? line)
    }
    return { heard, end: () => heard({ kind: 'idle' }) }
  }
}
