import { SottoError } from '@sotto/protocol'
import type { WebSocket } from 'ws'
import type { Lease } from '../budget/memory.ts'
import type { Clock, ServerLimits } from '../configuration.ts'
import { makeRate } from '../rate.ts'

/** The frames of one socket: taken one after the other, and no faster than the bounds allow. */
export interface Incoming {
  /** A frame has come; it waits where it must. */
  receive(frame: Uint8Array): void
  /** A frame that the WebSocket library answers itself; it counts all the same. */
  count(): void
  /** All that waited for the peer has been written. */
  drained(): void
  /** Nothing that waits is taken any more, and the socket is read, so that its end is heard. */
  end(): void
}

interface Options {
  readonly webSocket: Pick<WebSocket, 'pause' | 'resume'>
  readonly lease: Lease
  readonly clock: Clock
  readonly limits: Pick<
    ServerLimits,
    | 'framesPerSecond'
    | 'frameBurst'
    | 'framesInFlightPerSocketMax'
    | 'socketBacklogBytesMax'
    | 'memoryRetryMs'
  >
  /** What waits for the peer to read it. */
  backlogBytes(): number
  /** Does what a frame asks for; while that takes time, the frame is in flight. Never rejects. */
  handle(frame: Uint8Array): Promise<void> | null
}

/** Why the socket is not read at the moment. */
type Hold = 'in_flight' | 'rate' | 'backlog' | 'memory'

export const makeIncoming = ({
  webSocket,
  lease,
  clock,
  limits,
  backlogBytes,
  handle,
}: Options): Incoming => {
  const rate = makeRate(clock, { perSecond: limits.framesPerSecond, burst: limits.frameBurst })
  /** What the library had read already when the socket was held. */
  const waiting: Uint8Array[] = []
  const holds = new Set<Hold>()
  let inFlight = 0
  let hasEnded = false

  const hold = (reason: Hold): void => {
    holds.add(reason)
    webSocket.pause()
  }
  const release = (reason: Hold): void => {
    if (!holds.delete(reason) || holds.size > 0) return
    takeWaiting()
    if (holds.size === 0) webSocket.resume()
  }
  const holdFor = (reason: Hold, ms: number): void => {
    if (holds.has(reason)) return
    hold(reason)
    setTimeout(() => release(reason), ms).unref()
  }

  const takeFromRate = (): boolean => {
    try {
      rate.take('')
      return true
    } catch (error) {
      holdFor('rate', error instanceof SottoError ? Number(error.detail['retryAfterMs']) : 0)
      return false
    }
  }

  const mayTake = (): boolean => {
    if (inFlight >= limits.framesInFlightPerSocketMax) hold('in_flight')
    // Who does not read the answers is not asked for more questions.
    if (backlogBytes() > 2 * limits.socketBacklogBytesMax) hold('backlog')
    // One frame of a socket is always taken: many that wait for each other would wait for ever.
    if (inFlight > 0 && !lease.keep(lease.heldBytes)) holdFor('memory', limits.memoryRetryMs)
    return holds.size === 0 && takeFromRate()
  }

  const takeNext = (frame: Uint8Array): void => {
    const handled = handle(frame)
    if (!handled) return lease.give(frame.length)
    inFlight++
    void handled.then(() => {
      inFlight--
      lease.give(frame.length)
      if (inFlight <= limits.framesInFlightPerSocketMax / 2) release('in_flight')
    })
  }

  const takeWaiting = (): void => {
    while (!hasEnded && waiting.length > 0 && mayTake()) takeNext(waiting.shift() as Uint8Array)
  }

  return {
    receive: (frame) => {
      if (hasEnded) return
      lease.keep(lease.heldBytes + frame.length)
      waiting.push(frame)
      if (holds.size === 0) takeWaiting()
    },
    count: () => void takeFromRate(),
    drained: () => release('backlog'),
    end: () => {
      hasEnded = true
      waiting.length = 0
      holds.clear()
      webSocket.resume()
    },
  }
}
