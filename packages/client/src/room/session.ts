import { limits, type SottoError } from '@sotto/protocol'
import { draftAtFirst, type DraftSession } from '../draft/keeper.ts'
import { type FillingSession, fillingAtFirst } from './filling.ts'
import type { RestoreProgress } from './restoreProgress.ts'
import { type ReadingSession, readingAtFirst } from './reading.ts'
import { type SendingSession, sendingAtFirst } from './sending.ts'
import { type TurnsSession, turnsAtFirst } from './turns.ts'

/**
 * What a room at work knows beside its stored state: plain data, gone with the process, changed by pure functions. A new
 * process begins with `sessionAtFirst`, so nothing in here may be needed to be right.
 */
export interface RoomSession {
  readonly work: Work
  readonly hold: Hold
  /** Commits in a row that have lost against another one. */
  readonly racesLost: number
  /** How many people are brought in at once: fewer and fewer while the server refuses them, for one of them spoils it. */
  readonly addsAtOnce: number
  /** Why the server has not made the room. */
  readonly createRefused: SottoError | null
  readonly turns: TurnsSession
  readonly filling: FillingSession
  readonly reading: ReadingSession
  readonly sending: SendingSession
  readonly draft: DraftSession
  /** What the server is given back of the log; null where nothing is lost. */
  readonly restoring: RestoreProgress | null
  /** Hooks of which the server may have lost what it was told, in hex. */
  readonly hooksInDoubt: ReadonlySet<string>
  /** The epoch in which this connection has asked for the metadata; null for none. */
  readonly metaAskedEpoch: number | null
}

/** What is being done about the room. */
export type Work =
  /** `failures`: attempts in a row that have failed. */
  | { readonly kind: 'resting'; readonly failures: number }
  /** `again`: something has happened meanwhile, and it is decided once more. */
  | { readonly kind: 'working'; readonly failures: number; readonly again: boolean }
  /** Nothing is begun any more. */
  | { readonly kind: 'closed'; readonly reason: SottoError }

/** Until when nothing is sent, and until when no messages are; 0 where nothing is held back. */
export interface Hold {
  readonly allMs: number
  readonly messagesMs: number
}

const noHold: Hold = { allMs: 0, messagesMs: 0 }

export const sessionAtFirst: RoomSession = {
  work: { kind: 'resting', failures: 0 },
  hold: noHold,
  racesLost: 0,
  addsAtOnce: limits.addsPerCommitMax,
  createRefused: null,
  turns: turnsAtFirst,
  filling: fillingAtFirst,
  reading: readingAtFirst,
  sending: sendingAtFirst,
  draft: draftAtFirst,
  restoring: null,
  hooksInDoubt: new Set(),
  metaAskedEpoch: null,
}

export const heldUntil = (session: RoomSession, what: keyof Hold, untilMs: number): RoomSession => ({
  ...session,
  hold: { ...session.hold, [what]: Math.max(session.hold[what], untilMs) },
})

/** The time is over, unless it was made longer meanwhile. */
export const releasedAt = (session: RoomSession, what: keyof Hold, untilMs: number): RoomSession =>
  session.hold[what] <= untilMs ? { ...session, hold: { ...session.hold, [what]: 0 } } : session

/** The line is there again: what was held back is tried at once. */
export const released = (session: RoomSession): RoomSession => withoutFailures({ ...session, hold: noHold })

/** Something was done: what fails next is the first failure. */
export const withoutFailures = (session: RoomSession): RoomSession =>
  session.work.kind === 'closed' ? session : { ...session, work: { ...session.work, failures: 0 } }

/** Something has happened: the room has to decide again. */
export const invalidated = (session: RoomSession): RoomSession =>
  session.work.kind === 'working' ? { ...session, work: { ...session.work, again: true } } : session

export const begun = (session: RoomSession): RoomSession =>
  session.work.kind === 'closed'
    ? session
    : { ...session, work: { kind: 'working', failures: session.work.failures, again: false } }

export const rested = (session: RoomSession): RoomSession =>
  session.work.kind === 'closed'
    ? session
    : { ...session, work: { kind: 'resting', failures: session.work.failures } }

/** What was to be done has failed: it is tried later, and not at once for what has happened meanwhile. */
export const failedOnce = (session: RoomSession): RoomSession => {
  const { work } = session
  switch (work.kind) {
    case 'closed':
      return session
    case 'resting':
      return { ...session, work: { ...work, failures: work.failures + 1 } }
    case 'working':
      return { ...session, work: { ...work, failures: work.failures + 1, again: false } }
  }
}

export const closedFor = (session: RoomSession, reason: SottoError): RoomSession => ({
  ...session,
  work: { kind: 'closed', reason },
})

/** A commit of this device was in a race. */
export const raced = (session: RoomSession, isLost: boolean): RoomSession => ({
  ...session,
  racesLost: isLost ? session.racesLost + 1 : 0,
})
