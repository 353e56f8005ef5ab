/** What a room at work knows of its log beside what it has read. */
export interface ReadingSession {
  /** The newest entry known to be in the log. */
  readonly head: number
  /** The log was read again because what came did not fit; a second time is once too often (CL-4). */
  readonly isSuspect: boolean
}

export const readingAtFirst: ReadingSession = { head: 0, isSuspect: false }

/** The log is said to go at least this far. */
export const hinted = (session: ReadingSession, seq: number): ReadingSession =>
  seq > session.head ? { ...session, head: seq } : session

/** The log goes this far, however far it was said to go before. */
export const endingAt = (session: ReadingSession, head: number): ReadingSession => ({ ...session, head })

export const suspected = (session: ReadingSession, isSuspect: boolean): ReadingSession => ({
  ...session,
  isSuspect,
})
