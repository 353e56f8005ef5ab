import { timingSafeEqual } from 'node:crypto'
import { SottoError } from '@sotto/protocol'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { EventLog } from '../logging/eventLog.ts'
import { makeRate } from '../rate.ts'
import { digest, mapKey } from './digest.ts'
import type { DeliveryStore, StoredHook } from './store.ts'

/**
 * The hook, if this is its token. An unknown hook and a wrong token take the same way.
 *
 * @throws SottoError `unauthorized`, `account_suspended` of whoever made it, `rate` for who guesses on
 */
export type HookAccess = (hook: Uint8Array, token: string, address: string) => Promise<StoredHook>

interface Dependencies {
  readonly store: Pick<DeliveryStore, 'hook'>
  /** @throws SottoError `account_suspended` where whoever made it may do nothing at the moment */
  refuseSuspended(account: Uint8Array): Promise<void>
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
}

const minuteS = 60
const noHash = new Uint8Array(32)

export const makeHookAccess = ({ store, refuseSuspended, clock, limits, log }: Dependencies): HookAccess => {
  /** Of wrong tokens, by hook and address. The right one is never kept out by them: nobody guesses 256 bits. */
  const guessRate = makeRate(clock, {
    perSecond: limits.hookGuessesPerMinute / minuteS,
    burst: limits.hookGuessesPerMinute,
  })
  return async (hook, token, address) => {
    const stored = await store.hook(hook)
    const isRight = timingSafeEqual(digest(Buffer.from(token, 'latin1')), stored?.tokenHash ?? noHash)
    if (stored && isRight) {
      await refuseSuspended(stored.account)
      return stored
    }
    guessRate.take(`${mapKey(hook)}/${address}`)
    log.info('hook_refused', { code: 'unauthorized', address })
    throw new SottoError('unauthorized')
  }
}
