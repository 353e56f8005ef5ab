import type { ServerLimits, Clock } from '../../configuration.ts'
import type { EventLog } from '../../logging/eventLog.ts'
import type { Rate } from '../../rate.ts'
import { countedAs } from '../accounts/owner.ts'
import type { OpenCaller, OpenSessions } from '../accounts/sessions.ts'
import { asRefusal, openFailureBody, OpenRefusal } from '../failure.ts'
import { type Hint, type Hints, tokenTopic, userTopic } from '../hints.ts'
import { makePostman, type Round } from '../mail/postman.ts'
import type { MailStore } from '../store.ts'
import type { Lease, MemoryBudget } from '../../budget/memory.ts'
import { userKey, type WorkBudget } from '../../budget/work.ts'
import { answerUs } from './answerWork.ts'
import { readEvent } from './codec.ts'
import { type Dispatch, historyEvents } from './dispatch.ts'
import { makeDoor } from './door.ts'
import type { Line } from './line.ts'

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

export interface ConnectionDependencies {
  readonly dispatch: Dispatch
  readonly sessions: Pick<OpenSessions, 'renew'>
  readonly mail: Pick<MailStore, 'waiting' | 'arrived'>
  readonly hints: Hints
  readonly rate: Rate
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
  readonly memory: MemoryBudget
  readonly work: WorkBudget
}

/** A session is looked up again after this time, or at once where it should have ended. */
const renewAfterMs = 60_000

/** What an event costs, in microseconds of one core: rows and a check of form; a page of history in rows and JSON. */
const eventUs = 500
const historyUs = 5000
/** The members of a room are read. */
const rekeyUs = 3000
/** An event is read, checked, stored and written to everybody who gets it. */
const eventUsPerKib = 30

const workUsOf = (event: string, characters: number): number =>
  (historyEvents.has(event) ? historyUs : event === 'rekey' ? rekeyUs : eventUs) +
  (characters / 1024) * eventUsPerKib

/** Of the messages in a page of history: nearly all of it. */
const charactersIn = (page: unknown): number => {
  const { messages = [] } = page as { readonly messages?: readonly { readonly encrypted_content: string }[] }
  return messages.reduce((sum, { encrypted_content }) => sum + encrypted_content.length, 0)
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

/** What says that a session is over; a store that cannot be asked has not said so. */
const endOfSession: ReadonlySet<string> = new Set(['UNAUTHORIZED', 'SESSION_EXPIRED', 'ACCOUNT_SUSPENDED'])

type Acknowledge = (answer: unknown) => void

const isAcknowledge = (value: unknown): value is Acknowledge => typeof value === 'function'

export const makeConnection = (
  socket: OpenSocket,
  firstCaller: OpenCaller,
  round: Round,
  { line, address }: { readonly line: Line; readonly address: string },
  dependencies: ConnectionDependencies,
): Connection => {
  const { dispatch, sessions, mail, hints, rate, clock, limits, log, memory, work } = dependencies
  const { id: user, name } = firstCaller.user
  let caller = firstCaller
  let renewedMs = clock.nowMs()
  let inFlight = 0
  /** One after the other: what somebody sends in a row must arrive in a row. */
  let lane: Promise<void> = Promise.resolve()

  const held = { events: memory.open(address), answers: memory.open(address) }
  const isWithin = belong([line.lease, ...Object.values(held)], userKey(user))
  const door = makeDoor({
    line,
    reserve: held.answers,
    limits,
    send: (event, payload) => void socket.emit(event, payload),
    onLost: () => close(new OpenRefusal('RATE_LIMITED')),
  })
  const { emit } = door

  const failureOf = (error: unknown): OpenRefusal => {
    const refusal = asRefusal(error)
    if (refusal) return refusal
    log.failure(error, { operation: 'open' })
    return new OpenRefusal('INTERNAL')
  }

  const sayRefusal = (event: string, refusal: OpenRefusal, acknowledge: Acknowledge | undefined): void => {
    const told = openFailureBody(refusal, clock.nowMs())
    emit('error', told)
    if (event === 'initiate_chat') emit('chat_error', told)
    log.count({ account: countedAs(caller.user) }, { code: refusal.code })
    acknowledge?.({ ok: false, ...told })
  }

  const countWork = (workUs: number): void =>
    log.count({ account: countedAs(caller.user), address }, { workUs })

  const answer = async (json: string, acknowledge: Acknowledge | undefined): Promise<void> => {
    let asked = ''
    log.count({ account: countedAs(caller.user) }, { requests: 1, bytes: json.length })
    // Who does not read the answers is not asked for more questions.
    let done = await door.whenOpen(0)
    try {
      rate.take(String(user))
      const event = readEvent(json)
      asked = event.name
      const [payload, ...others] = event.payloads
      if (others.length > 0) throw new OpenRefusal('PAYLOAD_INVALID')
      const workUs = workUsOf(asked, json.length)
      countWork(workUs)
      work.takeForAccount(userKey(user), workUs)
      if (historyEvents.has(asked)) done = await door.whenOpen(limits.openHistoryCharactersMax)
      const reply = (told: string, answered: unknown): void => {
        emit(told, answered)
        if (!historyEvents.has(asked)) return
        const answeredUs = answerUs(charactersIn(answered))
        countWork(answeredUs)
        work.owe(userKey(user), answeredUs)
      }
      const said = await dispatch(asked, payload, { caller, reply })
      acknowledge?.({ ok: true, timestamp: new Date(clock.nowMs()).toISOString(), ...said })
    } catch (error) {
      sayRefusal(asked, failureOf(error), acknowledge)
    }
    done()
  }

  const close = (refusal: OpenRefusal): void => {
    if (!socket.connected) return
    emit('error', openFailureBody(refusal, clock.nowMs()))
    socket.disconnect(true)
  }

  const hear = (hint: Hint): void => {
    switch (hint.kind) {
      case 'event':
        door.tell(hint.event, hint.payload)
        return
      case 'mail':
        postman.wake()
        return
      case 'ended':
        close(new OpenRefusal(caller.expiresMs <= clock.nowMs() ? 'SESSION_EXPIRED' : 'UNAUTHORIZED'))
    }
  }

  // No event reaches a listener of the library: all of them come here.
  socket.use(([, json, acknowledge]: unknown[]) => {
    if (typeof json !== 'string') return
    if (inFlight >= limits.openEventsInFlightMax || !held.events.tryTake(json.length)) {
      close(new OpenRefusal('RATE_LIMITED'))
      return
    }
    inFlight++
    lane = lane
      .then(() => answer(json, isAcknowledge(acknowledge) ? acknowledge : undefined))
      .finally(() => {
        inFlight--
        held.events.give(json.length)
      })
  })

  emit('connected', { message: 'Connected' })
  const postman = makePostman({
    store: mail,
    user,
    round,
    door,
    underwayMax: limits.openLettersUnderwayMax,
    onFailure: (error) => close(failureOf(error)),
    onKept: (error) => void failureOf(error),
  })
  // A token that only sends hears nothing: it may lie on a machine that nobody watches.
  const mayRead = caller.scopes.includes('read')
  const heard = mayRead ? [userTopic(user)] : []
  const subscriptions = [...heard, tokenTopic(caller.tokenHash)].map((topic) => hints.subscribe(topic, hear))
  if (!mayRead) postman.stop()
  socket.once('disconnect', () => {
    postman.stop()
    for (const end of subscriptions) end()
    door.end()
    held.events.end()
  })
  if (!isWithin) close(new OpenRefusal('RATE_LIMITED'))
  postman.wake()

  return {
    user,
    name,
    close,
    sayClosing: () =>
      new Promise((resolve) => {
        if (!socket.connected) return resolve()
        socket.once('disconnect', () => resolve())
        emit('system_message', {
          message: 'The server closes; come back in a moment',
          code: 'SERVER_CLOSING',
          timestamp: new Date(clock.nowMs()).toISOString(),
        })
        door.whenArrived(resolve)
      }),
    checkSession: async () => {
      const nowMs = clock.nowMs()
      if (nowMs - renewedMs < renewAfterMs && nowMs < caller.expiresMs) return
      try {
        caller = await sessions.renew(caller)
        renewedMs = nowMs
      } catch (error) {
        const refusal = failureOf(error)
        if (endOfSession.has(refusal.code)) close(refusal)
      }
    },
  }
}
