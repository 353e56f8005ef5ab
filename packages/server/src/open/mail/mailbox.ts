import type { Clock, ServerLimits } from '../../configuration.ts'
import { type Quota, spending } from '../../quota/quota.ts'
import { ownerOf } from '../accounts/owner.ts'
import { refuse } from '../failure.ts'
import { type Hints, userTopic } from '../hints.ts'
import type { Deposited, MailStore, OpenUser, Post } from '../store.ts'

/** An event for one user that must reach him, now or later. */
export interface Addressed {
  readonly recipient: number
  readonly event: string
  readonly payload: unknown
}

/** What is posted: letters, and what else is stored with them. */
export interface Mail {
  readonly sender: OpenUser
  readonly letters: readonly Addressed[]
  /** Of rows that stand beside the letters. */
  readonly bytesBeside?: number
}

/** Keeps what is addressed to somebody until it has arrived. */
export interface Mailbox {
  /**
   * To each recipient who has room for it; durable when it returns. Returns those who had none.
   *
   * @throws OpenRefusal `MAILBOX_FULL` where nobody else would get it, and nothing is kept then; SottoError `quota`
   */
  post(mail: Mail): Promise<readonly number[]>
  /** The same by a write that keeps something else together with the letters. @throws SottoError `quota` */
  postBy(mail: Mail, write: (post: Post) => Promise<Deposited>): Promise<Deposited>
}

interface Dependencies {
  readonly store: Pick<MailStore, 'deposit'>
  readonly hints: Hints
  readonly quota: Quota
  readonly clock: Clock
  readonly limits: ServerLimits
}

/** What a letter takes beside what is in it. */
const letterBytes = 256

export const makeMailbox = ({ store, hints, quota, clock, limits }: Dependencies): Mailbox => {
  const bounds = {
    lettersMax: limits.openMailboxLettersMax,
    charactersMax: limits.openMailboxCharactersMax,
  }

  const postBy: Mailbox['postBy'] = async ({ sender, letters, bytesBeside = 0 }, write) => {
    const written = letters.map(({ payload, ...rest }) => ({ ...rest, payload: JSON.stringify(payload) }))
    const bytes = written.reduce((sum, { payload }) => sum + payload.length + letterBytes, bytesBeside)
    const reserved = await quota.reserve([{ scope: 'account', owner: ownerOf(sender), bytes }])
    const post = { sender: sender.id, letters: written, bounds, nowMs: clock.nowMs() }
    const outcome = await spending(reserved, (charges) => write({ ...post, charges }))
    switch (outcome.kind) {
      case 'full':
        reserved.giveBack()
        return outcome
      case 'kept': {
        const full = new Set(outcome.full)
        for (const { recipient } of letters)
          if (!full.has(recipient)) hints.publish(userTopic(recipient), { kind: 'mail' })
        return outcome
      }
    }
  }

  return {
    postBy,
    post: async (mail) => {
      const outcome = await postBy(mail, store.deposit)
      return outcome.kind === 'full' ? refuse('MAILBOX_FULL') : outcome.full
    },
  }
}
