import { limits, operations, SottoError } from '@sotto/protocol'
import type { LiveRoute, Transport } from '../../src/ports/transport.ts'
import { call } from './call.ts'
import { openPollLane, type PollLane } from './pollLane.ts'
import { type LaneTiming, openWebSocketLane } from './websocketLane.ts'

export interface TransportOptions {
  /** Origin of the server: `https://chat.example.org`. */
  readonly server: string
  /** `auto` takes WebSocket, and the long poll after it has failed again and again while HTTP works. */
  readonly route?: 'auto' | LiveRoute
  readonly silenceMs?: number
  readonly lane?: LaneTiming
  /** How long a long-poll lane lives before a WebSocket is tried again. */
  readonly pollLaneMs?: number
}

/** WebSockets in a row that did not bring a single frame, before the long poll stands in. */
const failuresBeforePoll = 3

/** @throws SottoError `bad_request` unless `server` is the address of an http or https server */
export const originOf = (server: string): string => {
  const url = URL.canParse(server) ? new URL(server) : undefined
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new SottoError('bad_request', 'the address of a server begins with https:// or http://')
  return url.origin
}

/** Operations after which the device is in other rooms, or other Welcomes wait, than before. */
const movesRooms: ReadonlySet<string> = new Set([operations.createRoom.name, operations.settleWelcome.name])

/**
 * The way to one server over `fetch` and `WebSocket`, as browsers and Node have them.
 *
 * @throws SottoError `bad_request` for an address that is none
 */
export const netTransport = ({
  server,
  route = 'auto',
  silenceMs = limits.requestTimeoutMs,
  lane = { pingIntervalMs: limits.pingIntervalMs, answerMs: limits.helloTimeoutMs },
  pollLaneMs = 10 * 60_000,
}: TransportOptions): Transport => {
  const options = { server: originOf(server), silenceMs }
  const pollLanes = new Set<PollLane>()
  let socketFailures = 0

  const nextRoute = (): LiveRoute => {
    if (route !== 'auto') return route
    return socketFailures < failuresBeforePoll ? 'websocket' : 'poll'
  }

  const liveByWebSocket: Transport['live'] = (token, listener) => {
    let framesSeen = false
    return openWebSocketLane(
      options.server,
      token,
      (event) => {
        if (event.kind === 'frame') {
          framesSeen = true
          socketFailures = 0
        } else if (event.kind === 'closed' && !framesSeen) socketFailures += 1
        listener(event)
      },
      lane,
    )
  }

  const liveByPoll: Transport['live'] = (token, listener) => {
    let worked = false
    const opened = openPollLane(
      (op, input, signal) => call(options, op, input, token, signal),
      (event) => {
        if (event.kind === 'opened') worked = true
        else if (event.kind === 'closed') {
          // The next attempt is a WebSocket: once, if HTTP works; as often as at first, if nothing did.
          socketFailures = worked ? failuresBeforePoll - 1 : 0
          pollLanes.delete(opened)
        }
        listener(event)
      },
      pollLaneMs,
    )
    pollLanes.add(opened)
    return opened
  }

  return {
    call: async (op, input, token) => {
      const output = await call(options, op, input, token)
      if (movesRooms.has(op.name)) for (const opened of pollLanes) opened.refresh()
      return output
    },
    live: (token, listener) => {
      switch (nextRoute()) {
        case 'websocket':
          return liveByWebSocket(token, listener)
        case 'poll':
          return liveByPoll(token, listener)
      }
    },
  }
}
