import type { Clock, ServerLimits } from '../configuration.ts'
import { makeRate } from '../rate.ts'

/** What peers may make the server compute: buckets of microseconds, for each account and each address. */
export interface WorkBudget {
  /** @throws SottoError `rate {retryAfterMs}` */
  takeForAddress(address: string, workUs: number): void
  takeForAccount(account: string, workUs: number): void
}

/** An account of the live lane, as budgets know it. */
export const accountKey = (account: Uint8Array): string =>
  `account/${Buffer.from(account).toString('latin1')}`

export const userKey = (user: number): string => `user/${user}`

type Bounds = Pick<
  ServerLimits,
  'workUsPerSecondPerAccount' | 'workUsPerSecondPerAddress' | 'workBurstSeconds'
>

export const makeWorkBudget = (clock: Clock, limits: Bounds): WorkBudget => {
  const rateOf = (perSecond: number) =>
    makeRate(clock, { perSecond, burst: perSecond * limits.workBurstSeconds })
  const addresses = rateOf(limits.workUsPerSecondPerAddress)
  const accounts = rateOf(limits.workUsPerSecondPerAccount)
  return {
    takeForAddress: (address, workUs) => addresses.take(address, workUs),
    takeForAccount: (account, workUs) => accounts.take(account, workUs),
  }
}
