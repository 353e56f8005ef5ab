import { SottoError } from '@sotto/protocol'
import type { Clock, ServerLimits } from '../configuration.ts'
import { makeRate } from '../rate.ts'

/** How fast a device may speak, without ever turning the order of its messages round. */
export interface MessageRate {
  /** @throws SottoError `rate {retryAfterMs}` */
  take(device: string, room: string, counter: number): void
}

/** The earliest message of a device in a room that was refused for being too fast and has not come again. */
interface Refused {
  readonly counter: number
  readonly failure: SottoError
  readonly untilMs: number
}

/** How long the messages behind a refused one are held to it; a client that lives has sent it again by then. */
const holdMs = 10_000
const heldMax = 50_000

/**
 * Of messages that are under way together an allowance may refuse one and, a moment later, take the next: the log
 * would have them in another order, and the number of the first would be gone (rule DEL-4). So what comes behind a
 * refused message is refused as well, until that has been taken.
 */
export const makeMessageRate = (
  clock: Clock,
  { messagesPerSecond, messageBurst }: Pick<ServerLimits, 'messagesPerSecond' | 'messageBurst'>,
): MessageRate => {
  const rate = makeRate(clock, { perSecond: messagesPerSecond, burst: messageBurst })
  const held = new Map<string, Refused>()

  const hold = (key: string, refused: Refused): void => {
    // Forgetting all of them errs on the side of service.
    if (held.size >= heldMax) held.clear()
    held.set(key, refused)
  }

  return {
    take: (device, room, counter) => {
      const key = `${device} ${room}`
      const nowMs = clock.nowMs()
      const refused = held.get(key)
      if (refused && counter > refused.counter && nowMs < refused.untilMs) throw refused.failure
      try {
        rate.take(device)
        if (refused && counter >= refused.counter) held.delete(key)
      } catch (failure) {
        if (failure instanceof SottoError) hold(key, { counter, failure, untilMs: nowMs + holdMs })
        throw failure
      }
    },
  }
}
