import { limits, operations, SottoError } from '@sotto/protocol'
import type { LiveConnection, LiveEvent, LiveRoute, Transport } from '../../src/ports/transport.ts'
import { call } from './call.ts'
import { openPollLane, type PollLane } from './pollLane.ts'
import { type LaneTiming, openWebSocketLane } from './websocketLane.ts'

export interface TransportOptions {
  /** Origin of the server: `https://chat.example.org`. */
  readonly server: string
  /** `auto` takes WebSocket, and in the same attempt the long poll where that brings nothing. */
  readonly route?: 'auto' | LiveRoute
  readonly silenceMs?: number
  readonly lane?: LaneTiming
  /** How long a long-poll lane lives before a WebSocket is tried again: the first time, and at most. */
  readonly pollLane?: { readonly firstMs: number; readonly maxMs: number }
}

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
  lane = {
    pingIntervalMs: limits.pingIntervalMs,
    openMs: limits.socketOpenMs,
    answerMs: limits.helloTimeoutMs,
  },
  pollLane = { firstMs: limits.pollLaneFirstMs, maxMs: limits.pollLaneMaxMs },
}: TransportOptions): Transport => {
  const options = { server: originOf(server), silenceMs }
  const pollLanes = new Set<PollLane>()
  /** WebSockets in a row that did not bring a single frame while HTTP worked. */
  let socketFailures = 0

  const liveByWebSocket: Transport['live'] = (token, listener) =>
    openWebSocketLane(options.server, token, listener, lane)

  const liveByPoll = (
    token: string,
    listener: (event: LiveEvent) => void,
    lifeMs: number = pollLane.maxMs,
  ): LiveConnection => {
    const opened = openPollLane(
      (op, input, signal) => call(options, op, input, token, signal),
      (event) => {
        if (event.kind === 'closed') pollLanes.delete(opened)
        listener(event)
      },
      lifeMs,
    )
    pollLanes.add(opened)
    return opened
  }

  /**
   * A WebSocket; where it ends without a single frame, the long poll in its place, for who waits must not hear of a
   * proxy that passes no WebSockets as of a server that is away. It lives longer each time that this happens.
   */
  const liveByEither: Transport['live'] = (token, listener) => {
    let isHeard = false
    let isEnded = false
    const pollInstead = (): LiveConnection => {
      const lifeMs = Math.min(pollLane.maxMs, pollLane.firstMs * 2 ** Math.min(socketFailures, 16))
      return liveByPoll(
        token,
        (event) => {
          if (event.kind === 'opened') socketFailures += 1
          listener(event)
        },
        lifeMs,
      )
    }
    let current = liveByWebSocket(token, (event) => {
      if (event.kind === 'frame') {
        isHeard = true
        socketFailures = 0
      }
      if (event.kind === 'closed' && !isHeard && !isEnded) current = pollInstead()
      else listener(event)
    })
    return {
      send: (frame) => current.send(frame),
      close: () => {
        isEnded = true
        current.close()
      },
    }
  }

  return {
    call: async (op, input, token) => {
      const output = await call(options, op, input, token)
      if (movesRooms.has(op.name)) for (const opened of pollLanes) opened.refresh()
      return output
    },
    live: (token, listener) => {
      switch (route) {
        case 'websocket':
          return liveByWebSocket(token, listener)
        case 'poll':
          return liveByPoll(token, listener)
        case 'auto':
          return liveByEither(token, listener)
      }
    },
  }
}
