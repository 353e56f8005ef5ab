import type { Clock, ServerLimits } from '../configuration.ts'
import { makeRate } from '../rate.ts'
import type { Load } from './load.ts'
import { makeShares } from './shares.ts'

/**
 * What peers may make the server compute: buckets of microseconds for each account and each address, and shares of the
 * server when it is busy.
 */
export interface WorkBudget {
  /**
   * Of somebody who has not shown who they are; `asideUs` is done on other threads, and keeps nobody waiting on this one.
   *
   * @throws SottoError `rate {retryAfterMs}`
   */
  takeForAddress(address: string, workUs: number, asideUs?: number): void
  /**
   * Of an account. With an address: neither strangers nor others behind it use up what accounts have there, as long as the
   * account itself has had little lately.
   *
   * @throws SottoError `rate {retryAfterMs}`
   */
  takeForAccount(account: string, workUs: number, address?: string): void
  /** Work of an account that is known only when it is done: it is not refused, what comes after it waits. */
  owe(account: string, workUs: number, address?: string): void
}

/** An account of the live lane, as budgets know it. */
export const accountKey = (account: Uint8Array): string =>
  `account/${Buffer.from(account).toString('latin1')}`

export const userKey = (user: number): string => `user/${user}`

type Bounds = Pick<
  ServerLimits,
  | 'workUsPerSecondPerAccount'
  | 'workUsPerSecondPerAddress'
  | 'workBurstSeconds'
  | 'workLightUs'
  | 'workForgottenUsPerSecond'
  | 'workLoadPercentMax'
  | 'workAtLoadUsMax'
  | 'workRetryMs'
>

export const makeWorkBudget = (clock: Clock, limits: Bounds, load: Load): WorkBudget => {
  const rateOf = (perSecond: number) =>
    makeRate(clock, { perSecond, burst: perSecond * limits.workBurstSeconds })
  const strangers = rateOf(limits.workUsPerSecondPerAddress)
  const addresses = rateOf(limits.workUsPerSecondPerAddress)
  const accounts = rateOf(limits.workUsPerSecondPerAccount)
  const shares = makeShares(clock, load, limits)
  return {
    takeForAddress: (address, workUs, asideUs = 0) => {
      shares.take(`address/${address}`, workUs)
      strangers.take(address, workUs + asideUs)
    },
    takeForAccount: (account, workUs, address) => {
      const isLight = shares.isLight(account)
      shares.take(account, workUs)
      accounts.take(account, workUs)
      if (address !== undefined && !isLight) addresses.take(address, workUs)
    },
    owe: (account, workUs, address) => {
      const isLight = shares.isLight(account)
      shares.note(account, workUs)
      accounts.owe(account, workUs)
      if (address !== undefined && !isLight) addresses.owe(address, workUs)
    },
  }
}
