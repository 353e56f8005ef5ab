import type { ServerFrame } from '@sotto/protocol'
import type { ConnectionView } from '../view.ts'
import { failureOf, isAboutSession } from './lineFailure.ts'
import type { Submissions } from './submissions.ts'

export type Ready = Extract<ServerFrame, { kind: 'ready' }>
export type Entries = Extract<ServerFrame, { kind: 'entries' }>

/** What a connection tells to whoever keeps the rooms. */
export interface ConnectionEvents {
  viewed(view: ConnectionView): void
  /** Before a connection is opened: afterwards nothing can be told from what was known before. */
  opening(): void
  ready(frame: Ready): void
  entries(frame: Entries): void
  behind(room: Uint8Array, head: number): void
  welcome(): void
  /** The chain of an account goes this far now. */
  chain(account: Uint8Array, seq: number): void
  /** Somebody says that the session has ended on the server. */
  sessionDoubted(): void
}

/** What the server says over a line. */
export const dispatch = (frame: ServerFrame, events: ConnectionEvents, submissions: Submissions): void => {
  switch (frame.kind) {
    case 'ready':
      return events.ready(frame)
    case 'ack':
      return submissions.acknowledged(frame.requestId, frame.ack)
    case 'refused': {
      const failure = failureOf(frame)
      if (frame.requestId !== null) return submissions.refused(frame.requestId, failure)
      if (isAboutSession(failure)) events.sessionDoubted()
      return
    }
    case 'entries':
      return events.entries(frame)
    case 'behind':
      return events.behind(frame.room, frame.head)
    case 'welcome':
      return events.welcome()
    case 'chain':
      return events.chain(frame.account, frame.seq)
    case 'pong':
      return
    case 'closing':
      if (frame.reason === 'session') events.sessionDoubted()
  }
}
