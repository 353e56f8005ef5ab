import { SottoError } from '@sotto/protocol'
import type { Clock, ServerLimits } from '../configuration.ts'
import { makeRate } from '../rate.ts'
import { makeHeld } from './held.ts'

/** How fast a device may speak, without ever turning the order of its messages round. */
export interface MessageRate {
  /** @throws SottoError `rate {retryAfterMs}` */
  take(device: string, room: string, counter: number): void
}

export const makeMessageRate = (
  clock: Clock,
  { messagesPerSecond, messageBurst }: Pick<ServerLimits, 'messagesPerSecond' | 'messageBurst'>,
): MessageRate => {
  const rate = makeRate(clock, { perSecond: messagesPerSecond, burst: messageBurst })
  const held = makeHeld(clock)
  return {
    take: (device, room, counter) => {
      const key = `${device} ${room}`
      held.check(key, counter)
      try {
        rate.take(device)
        held.taken(key, counter)
      } catch (failure) {
        if (failure instanceof SottoError) held.refused(key, counter, failure)
        throw failure
      }
    },
  }
}
