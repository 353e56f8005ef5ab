import {
  type ClientFrame,
  type InputOf,
  type Operation,
  operations,
  type OutputOf,
  type ServerFrame,
  SottoError,
  toHex,
} from '@sotto/protocol'
import { obstacleIn } from '../../src/ports/obstacle.ts'
import type { LiveConnection, LiveEvent } from '../../src/ports/transport.ts'

/** One operation with the lane's token; ends early when `signal` says so. */
// oxlint-disable-next-line typescript/no-explicit-any -- the operation's own types flow through InputOf and OutputOf
export type LaneCall = <Op extends Operation<any, any, any>>(
  op: Op,
  input: InputOf<Op>,
  signal: AbortSignal,
) => Promise<OutputOf<Op>>

export interface PollLane extends LiveConnection {
  /** The device has got or lost a room, or settled a Welcome: what is asked for changes. */
  refresh(): void
}

type Submit = Extract<ClientFrame, { kind: 'submit' }>

/** An answer without news that comes sooner than this is none: asking on would be a storm. */
const emptyAnswerMsMin = 1000

/** Failures after which nobody knows whether the message was taken: the outbox asks again. */
const isUnknownOutcome = ({ code, detail }: SottoError): boolean =>
  code === 'offline' ||
  code === 'timeout' ||
  code === 'unavailable' ||
  code === 'integrity' ||
  obstacleIn(detail) !== undefined

const failureOf = (error: unknown): SottoError =>
  error instanceof SottoError ? error : new SottoError('internal', String(error))

const refusal = (requestId: number | null, { code, detail }: SottoError): ServerFrame => ({
  kind: 'refused',
  requestId,
  code,
  detail: JSON.stringify(detail),
})

/**
 * The live lane where WebSocket is blocked: what comes is asked for by long poll and told in the frames of the
 * socket, what goes is sent as operations, one after the other because send counters grow in that order.
 */
export const openPollLane = (
  call: LaneCall,
  listener: (event: LiveEvent) => void,
  expireMs: number,
): PollLane => {
  const lane = new AbortController()
  let round = new AbortController()
  let submitting: Promise<void> = Promise.resolve()
  const announced = new Set<string>()

  const close = (failure?: SottoError): void => {
    if (lane.signal.aborted) return
    clearTimeout(expiry)
    lane.abort()
    round.abort()
    listener({ kind: 'closed', ...(failure ? { failure } : {}) })
  }
  const tell = (frame: ServerFrame): void => {
    if (!lane.signal.aborted) listener({ kind: 'frame', frame })
  }
  // The lane ends now and then, so that the caller's next attempt can try a WebSocket again.
  const expiry = setTimeout(() => close(), expireMs)

  const submit = async ({ requestId, room, message, aux }: Submit): Promise<void> => {
    if (lane.signal.aborted) return
    try {
      const { ack } = await call(operations.submitMessage, { room, message, aux }, lane.signal)
      tell({ kind: 'ack', requestId, ack })
    } catch (error) {
      const failure = failureOf(error)
      if (isUnknownOutcome(failure)) close(failure)
      else tell(refusal(requestId, failure))
    }
  }

  const standing = async () => {
    const { rooms } = await call(operations.listRooms, {}, lane.signal)
    const { welcomes } = await call(operations.listWelcomes, {}, lane.signal)
    return { rooms, welcomes }
  }
  type Standing = Awaited<ReturnType<typeof standing>>

  const tellWelcomes = ({ welcomes }: Standing): void => {
    for (const { room, seq } of welcomes) {
      const key = `${toHex(room)} ${seq}`
      if (announced.has(key)) continue
      announced.add(key)
      tell({ kind: 'welcome', room })
    }
  }

  const greet = async (): Promise<Standing> => {
    const [{ timeMs }, session, current] = [
      await call(operations.readServer, {}, lane.signal),
      await call(operations.readSession, {}, lane.signal),
      await standing(),
    ]
    if (!session.device) throw new SottoError('device_unknown')
    if (lane.signal.aborted) return current
    listener({ kind: 'opened', route: 'poll' })
    const heads = current.rooms.map(({ head }) => head)
    const { account, device } = session
    tell({ kind: 'ready', account, device, timeMs, heads, welcomes: current.welcomes.length })
    for (const { room, seq } of current.welcomes) announced.add(`${toHex(room)} ${seq}`)
    return current
  }

  /** Asks until a Welcome comes or the rooms change; what is to be asked is then looked up anew. */
  const pollRooms = async ({ rooms, welcomes }: Standing): Promise<void> => {
    const from = new Map(rooms.map(({ room, head }) => [toHex(room), { room, from: head.seq + 1 }]))
    const { signal } = round
    while (!signal.aborted) {
      const askedMs = Date.now()
      const answer = await call(
        operations.poll,
        { rooms: [...from.values()], welcomesKnown: welcomes.length },
        signal,
      )
      for (const { room, head } of answer.hints) {
        from.set(toHex(room), { room, from: head + 1 })
        tell({ kind: 'behind', room, head })
      }
      if (answer.welcomes !== welcomes.length) return
      if (answer.hints.length === 0 && Date.now() - askedMs < emptyAnswerMsMin)
        throw new SottoError('integrity', 'the long poll is not held')
    }
  }

  const tellHeads = (before: Standing, now: Standing): void => {
    const known = new Map(before.rooms.map(({ room, head }) => [toHex(room), head.seq]))
    for (const { room, head } of now.rooms)
      if (head.seq > (known.get(toHex(room)) ?? -1)) tell({ kind: 'behind', room, head: head.seq })
  }

  const run = async (): Promise<void> => {
    let current = await greet()
    while (!lane.signal.aborted) {
      round = new AbortController()
      try {
        await pollRooms(current)
      } catch (error) {
        if (!round.signal.aborted || lane.signal.aborted) throw error
      }
      const next = await standing()
      tellHeads(current, next)
      tellWelcomes(next)
      current = next
    }
  }
  const fail = (error: unknown): void => {
    const failure = failureOf(error)
    if (!isUnknownOutcome(failure)) tell(refusal(null, failure))
    close(failure)
  }
  run().catch(fail)

  return {
    send: (frame) => {
      switch (frame.kind) {
        case 'hello':
          return
        case 'ping':
          tell({ kind: 'pong', nonce: frame.nonce })
          return
        case 'submit':
          submitting = submitting.then(() => submit(frame))
          return
      }
    },
    close: () => close(),
    refresh: () => round.abort(),
  }
}
