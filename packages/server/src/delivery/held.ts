import type { SottoError } from '@sotto/protocol'
import type { Clock } from '../configuration.ts'

/**
 * Keeps messages in their order of which one was refused for now. Of several that are under way together an allowance
 * may refuse one and, a moment later, take the next: the log would have them in another order, and the number of the
 * first would be gone (rule DEL-4). So what comes behind a refused message is refused as well, until that has been taken.
 */
export interface Held {
  /** @throws the failure of an earlier message of this key, while that is waited for */
  check(key: string, counter: number): void
  refused(key: string, counter: number, failure: SottoError): void
  taken(key: string, counter: number): void
}

/** The earliest message that was refused and has not come again. */
interface Refused {
  readonly counter: number
  readonly failure: SottoError
  readonly untilMs: number
}

/** How long the messages behind a refused one are held to it, from when it may come again: by then a client that lives has sent it. */
const holdMs = 10_000
const heldMax = 50_000

export const makeHeld = (clock: Clock): Held => {
  const held = new Map<string, Refused>()
  return {
    check: (key, counter) => {
      const refused = held.get(key)
      if (refused && counter > refused.counter && clock.nowMs() < refused.untilMs) throw refused.failure
    },
    refused: (key, counter, failure) => {
      // Forgetting all of them errs on the side of service.
      if (held.size >= heldMax) held.clear()
      const { retryAfterMs } = failure.detail
      const waitMs = typeof retryAfterMs === 'number' ? retryAfterMs : 0
      held.set(key, { counter, failure, untilMs: clock.nowMs() + waitMs + holdMs })
    },
    taken: (key, counter) => {
      const refused = held.get(key)
      if (refused && counter >= refused.counter) held.delete(key)
    },
  }
}
