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

/** A lane while it is open. */
interface Lane {
  readonly call: LaneCall
  readonly listener: (event: LiveEvent) => void
  readonly ending: AbortController
  /** What is asked for now: another one as soon as something else is to be asked for. */
  round: AbortController
  /** Welcomes that were said to be there. */
  readonly announced: Set<string>
}

/** What the server has for this device. */
interface Standing {
  readonly rooms: OutputOf<typeof operations.listRooms>['rooms']
  readonly welcomes: OutputOf<typeof operations.listWelcomes>['welcomes']
}

const isOver = ({ ending }: Lane): boolean => ending.signal.aborted

const emit = (lane: Lane, frame: ServerFrame): void => {
  if (!isOver(lane)) lane.listener({ kind: 'frame', frame })
}

const endLane = (lane: Lane, failure?: SottoError): void => {
  if (isOver(lane)) return
  lane.ending.abort()
  lane.round.abort()
  lane.listener({ kind: 'closed', ...(failure ? { failure } : {}) })
}

const submit = async (lane: Lane, { requestId, room, message, aux }: Submit): Promise<void> => {
  if (isOver(lane)) return
  try {
    const { ack } = await lane.call(operations.submitMessage, { room, message, aux }, lane.ending.signal)
    emit(lane, { kind: 'ack', requestId, ack })
  } catch (error) {
    const failure = failureOf(error)
    if (isUnknownOutcome(failure)) endLane(lane, failure)
    else emit(lane, refusal(requestId, failure))
  }
}

const standingAt = async ({ call, ending: { signal } }: Lane): Promise<Standing> => {
  const { rooms } = await call(operations.listRooms, {}, signal)
  const { welcomes } = await call(operations.listWelcomes, {}, signal)
  return { rooms, welcomes }
}

const nameOf = ({ room, seq }: Standing['welcomes'][number]): string => `${toHex(room)} ${seq}`

/** Says that the lane is open, and what is there. @throws SottoError what the calls throw, `device_unknown` */
const greet = async (lane: Lane): Promise<Standing> => {
  const { call, ending, listener, announced } = lane
  const { timeMs } = await call(operations.readServer, {}, ending.signal)
  const { account, device } = await call(operations.readSession, {}, ending.signal)
  const current = await standingAt(lane)
  if (!device) throw new SottoError('device_unknown')
  if (isOver(lane)) return current
  listener({ kind: 'opened', route: 'poll' })
  const heads = current.rooms.map(({ head }) => head)
  emit(lane, { kind: 'ready', account, device, timeMs, heads, welcomes: current.welcomes.length })
  for (const welcome of current.welcomes) announced.add(nameOf(welcome))
  return current
}

/** Asks until a Welcome comes or the rooms change; what is to be asked is then looked up anew. */
const pollRooms = async (lane: Lane, { rooms, welcomes }: Standing): Promise<void> => {
  const from = new Map(rooms.map(({ room, head }) => [toHex(room), { room, from: head.seq + 1 }]))
  const { signal } = lane.round
  while (!signal.aborted) {
    const askedMs = Date.now()
    const asked = { rooms: [...from.values()], welcomesKnown: welcomes.length }
    const answer = await lane.call(operations.poll, asked, signal)
    for (const { room, head } of answer.hints) {
      from.set(toHex(room), { room, from: head + 1 })
      emit(lane, { kind: 'behind', room, head })
    }
    if (answer.welcomes !== welcomes.length) return
    if (answer.hints.length === 0 && Date.now() - askedMs < emptyAnswerMsMin)
      throw new SottoError('integrity', 'the long poll is not held')
  }
}

/** Says what has come between two looks at the whole. */
const emitChanges = (lane: Lane, before: Standing, now: Standing): void => {
  const known = new Map(before.rooms.map(({ room, head }) => [toHex(room), head.seq]))
  for (const { room, head } of now.rooms)
    if (head.seq > (known.get(toHex(room)) ?? -1)) emit(lane, { kind: 'behind', room, head: head.seq })
  for (const welcome of now.welcomes) {
    if (lane.announced.has(nameOf(welcome))) continue
    lane.announced.add(nameOf(welcome))
    emit(lane, { kind: 'welcome', room: welcome.room })
  }
}

const run = async (lane: Lane): Promise<void> => {
  let current = await greet(lane)
  while (!isOver(lane)) {
    lane.round = new AbortController()
    try {
      await pollRooms(lane, current)
    } catch (error) {
      if (!lane.round.signal.aborted || isOver(lane)) throw error
    }
    const next = await standingAt(lane)
    emitChanges(lane, current, next)
    current = next
  }
}

const fail = (lane: Lane, error: unknown): void => {
  const failure = failureOf(error)
  if (!isUnknownOutcome(failure)) emit(lane, refusal(null, failure))
  endLane(lane, failure)
}

/**
 * The live lane where WebSocket is blocked: what comes is asked for by long poll and emitted in the frames of the
 * socket, what goes is sent as operations, one after the other because send counters grow in that order.
 */
export const openPollLane = (
  call: LaneCall,
  listener: (event: LiveEvent) => void,
  expireMs: number,
): PollLane => {
  const lane: Lane = {
    call,
    listener,
    ending: new AbortController(),
    round: new AbortController(),
    announced: new Set(),
  }
  let submitting: Promise<void> = Promise.resolve()
  // The lane ends now and then, so that the caller's next attempt can try a WebSocket again.
  const expiry = setTimeout(() => endLane(lane), expireMs)
  lane.ending.signal.addEventListener('abort', () => clearTimeout(expiry))
  run(lane).catch((error: unknown) => fail(lane, error))

  return {
    send: (frame) => {
      switch (frame.kind) {
        case 'hello':
          return
        case 'ping':
          emit(lane, { kind: 'pong', nonce: frame.nonce })
          return
        case 'submit':
          submitting = submitting.then(() => submit(lane, frame))
          return
      }
    },
    close: () => endLane(lane),
    refresh: () => lane.round.abort(),
  }
}
