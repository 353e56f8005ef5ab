import type { Clock, ServerLimits } from '../../configuration.ts'
import { refuse } from '../failure.ts'
import { type Hints, userTopic } from '../hints.ts'
import type { MailStore } from '../store.ts'

/** An event for one user that must reach him, now or later. */
export interface Addressed {
  readonly recipient: number
  readonly event: string
  readonly payload: unknown
}

/** Keeps what is addressed to somebody until it has arrived. */
export interface Mailbox {
  /** All or nothing; durable when it returns. @throws OpenRefusal `MAILBOX_FULL` */
  post(letters: readonly Addressed[]): Promise<void>
}

interface Dependencies {
  readonly store: Pick<MailStore, 'deposit'>
  readonly hints: Hints
  readonly clock: Clock
  readonly limits: ServerLimits
}

export const makeMailbox = ({ store, hints, clock, limits }: Dependencies): Mailbox => {
  const bounds = { lettersMax: limits.openMailboxLettersMax, bytesMax: limits.openMailboxCharactersMax }
  return {
    post: async (letters) => {
      if (letters.length === 0) return
      const written = letters.map(({ payload, ...rest }) => ({ ...rest, payload: JSON.stringify(payload) }))
      if ((await store.deposit(written, bounds, clock.nowMs())) === 'full') return refuse('MAILBOX_FULL')
      for (const { recipient } of letters) hints.publish(userTopic(recipient), { kind: 'mail' })
    },
  }
}
