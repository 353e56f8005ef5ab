import { limits, SottoError } from '@sotto/protocol'
import { type AccountState, activeDevices } from '@sotto/trust'
import { isTransient } from '../transient.ts'
import type { Scheduler } from '../ports/scheduler.ts'

/**
 * Between the moment at which a server knows a new device and the one at which it has key packages of it, nobody can
 * invite the device. Whoever signs up is told of the account when that is over; whoever invites waits for it a while.
 */

/** Whether a device of the account is so new that its key packages may still be on their way to the server. */
const isArriving = (account: AccountState, nowS: number): boolean =>
  activeDevices(account, nowS).some(
    ({ certificate }) => nowS - certificate.createdS < limits.arrivalMaxMs / 1000,
  )

/** How long the next pause before a new try is; shared by all who are invited together, so that it ends for them all. */
export interface Patience {
  delayMs: number
}

export const newPatience = (): Patience => ({ delayMs: limits.arrivalDelayMinMs })

/**
 * Tries again what fails for lack of key packages of an account that is just being made: three times, in 7 s.
 *
 * @throws what `work` throws
 */
export const awaitArrival = async <T>(
  scheduler: Scheduler,
  patience: Patience,
  account: AccountState,
  nowS: () => number,
  work: () => Promise<T>,
): Promise<T> => {
  for (;;)
    try {
      return await work()
    } catch (error) {
      const isMissing = error instanceof SottoError && error.code === 'key_package_unavailable'
      if (!isMissing || !isArriving(account, nowS())) throw error
      const { delayMs } = patience
      if (delayMs > limits.arrivalDelayMaxMs) throw error
      patience.delayMs = delayMs * 2
      await new Promise<void>((resolve) => scheduler.after(delayMs, resolve))
    }
}

/**
 * Resolves when the key packages are up, tried again where that fails for now; or after a while all the same: the
 * account is there, and whoever has no line any more puts them up with the next one.
 */
export const whenReachable = async (scheduler: Scheduler, publish: () => Promise<void>): Promise<void> => {
  const untilMs = scheduler.steadyMs() + limits.arrivalWaitMs
  let stopWaiting = (): void => {}
  const longEnough = new Promise<void>((resolve) => {
    stopWaiting = scheduler.after(limits.arrivalWaitMs, resolve)
  })
  const published = async (): Promise<void> => {
    for (;;)
      try {
        return await publish()
      } catch (error) {
        const isPassing = error instanceof SottoError && isTransient(error)
        if (!isPassing || scheduler.steadyMs() >= untilMs) return
        await new Promise<void>((resolve) => scheduler.after(limits.arrivalDelayMinMs, resolve))
      }
  }
  await Promise.race([published(), longEnough])
  stopWaiting()
}
