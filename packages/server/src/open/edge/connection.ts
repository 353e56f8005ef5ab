import type { Lease, MemoryBudget } from '../../budget/memory.ts'
import { userKey } from '../../budget/work.ts'
import type { Clock, ServerLimits } from '../../configuration.ts'
import type { OpenCaller } from '../accounts/sessions.ts'
import { openFailureBody, OpenRefusal } from '../failure.ts'
import { makePostman, type Postman, type Round } from '../mail/postman.ts'
import type { MailStore } from '../store.ts'
import { type Door, makeDoor } from './door.ts'
import type { Line } from './line.ts'
import { answerEvent, type AnsweringDependencies } from './socket/answering.ts'
import type { Guest } from './socket/guest.ts'
import { listen, type ListeningDependencies, mayRead } from './socket/listening.ts'
import { makeQueue } from './socket/queue.ts'
import { type Acknowledge, failureOf } from './socket/refusing.ts'
import { checkSession, type SessionDependencies } from './socket/session.ts'

/** What is used of a socket of Socket.IO. */
export interface OpenSocket {
  readonly connected: boolean
  emit(event: string, payload: unknown): unknown
  disconnect(close: true): unknown
  /** Hears every packet: `[name, json, acknowledge]`. */
  use(hear: (packet: unknown[], next: () => void) => void): unknown
  once(event: 'disconnect', listener: () => void): unknown
}

/** One socket of one user. */
export interface Connection {
  readonly user: number
  readonly name: string
  /** Looks whether its session still holds, and lets go of it where it does not. */
  checkSession(): Promise<void>
  close(refusal: OpenRefusal): void
  /** Tells that the server closes; resolves when that has arrived, or nobody hears it any more. */
  sayClosing(): Promise<void>
}

export interface ConnectionDependencies
  extends AnsweringDependencies, SessionDependencies, ListeningDependencies {
  readonly mail: Pick<MailStore, 'waiting' | 'arrived'>
  readonly limits: ServerLimits
  readonly memory: MemoryBudget
}

/** Whether the account may hold what its socket holds already. */
const belong = (leases: readonly Lease[], account: string): boolean => {
  try {
    for (const lease of leases) lease.belongTo(account)
    return true
  } catch {
    return false
  }
}

const isAcknowledge = (value: unknown): value is Acknowledge => typeof value === 'function'

/** What the socket of somebody says before the server closes. */
const sayClosing = (socket: OpenSocket, door: Door, clock: Clock): Promise<void> =>
  new Promise((resolve) => {
    if (!socket.connected) return resolve()
    socket.once('disconnect', () => resolve())
    door.emit('system_message', {
      message: 'The server closes; come back in a moment',
      code: 'SERVER_CLOSING',
      timestamp: new Date(clock.nowMs()).toISOString(),
    })
    door.whenArrived(resolve)
  })

/** Has every event of a socket answered: none reaches a listener of the library. */
const answerEvents = (
  socket: OpenSocket,
  guest: Guest,
  lease: Lease,
  dependencies: AnsweringDependencies & Pick<ConnectionDependencies, 'limits'>,
): void => {
  const queue = makeQueue(dependencies.limits.openEventsInFlightMax, lease)
  socket.use(([, json, acknowledge]: unknown[]) => {
    if (typeof json !== 'string') return
    const told = isAcknowledge(acknowledge) ? acknowledge : undefined
    const isTaken = queue.add(json.length, () => answerEvent(guest, json, told, dependencies))
    if (!isTaken) guest.close(new OpenRefusal('RATE_LIMITED'))
  })
}

/** Who brings the letters of the user to this socket. */
const postmanOf = (
  guest: Guest,
  round: Round,
  { mail, limits, log }: Pick<ConnectionDependencies, 'mail' | 'limits' | 'log'>,
): Postman =>
  makePostman({
    store: mail,
    user: guest.caller.user.id,
    round,
    door: guest.door,
    underwayMax: limits.openLettersUnderwayMax,
    onFailure: (error) => guest.close(failureOf(error, log)),
    onKept: (error) => void failureOf(error, log),
  })

export const makeConnection = (
  socket: OpenSocket,
  caller: OpenCaller,
  round: Round,
  { line, address }: { readonly line: Line; readonly address: string },
  dependencies: ConnectionDependencies,
): Connection => {
  const { clock, limits, memory } = dependencies
  const { id: user, name } = caller.user
  const leases = { events: memory.open(address), answers: memory.open(address) }
  const isWithin = belong([line.lease, ...Object.values(leases)], userKey(user))
  const door = makeDoor({
    line,
    reserve: leases.answers,
    limits,
    send: (event, payload) => void socket.emit(event, payload),
    onLost: () => guest.close(new OpenRefusal('RATE_LIMITED')),
  })
  const guest: Guest = {
    caller,
    renewedMs: clock.nowMs(),
    address,
    door,
    close: (refusal) => {
      if (!socket.connected) return
      door.emit('error', openFailureBody(refusal, clock.nowMs()))
      socket.disconnect(true)
    },
  }

  answerEvents(socket, guest, leases.events, dependencies)
  door.emit('connected', { message: 'Connected' })
  const postman = postmanOf(guest, round, dependencies)
  const stopListening = listen(guest, postman, dependencies)
  if (!mayRead(guest)) postman.stop()
  socket.once('disconnect', () => {
    postman.stop()
    stopListening()
    door.end()
    leases.events.end()
  })
  if (!isWithin) guest.close(new OpenRefusal('RATE_LIMITED'))
  postman.wake()

  return {
    user,
    name,
    close: guest.close,
    sayClosing: () => sayClosing(socket, door, clock),
    checkSession: () => checkSession(guest, dependencies),
  }
}
