import type { Scheduler } from '../ports/scheduler.ts'
import type { Why } from './lineFailure.ts'
import { delayBefore, type LineState, soonestMs } from './lineState.ts'

/** When the line is opened again after it has closed. */
export interface LineRetries {
  /** Opens it after a time that grows with the attempts; `begunMs`: when the last one began. */
  after(begunMs: number, why: Why): LineState
  /** Opens it as soon as it may be, where that is earlier. */
  sooner(retryAtMs: number, why: Why): LineState | null
  cancel(): void
  /** The line is there: the next attempt is the first. */
  reset(): void
}

interface Deps {
  readonly scheduler: Scheduler
  /** From 0 to 1. */
  chance(): number
  open(): void
}

export const makeLineRetries = ({ scheduler, chance, open }: Deps): LineRetries => {
  let attempts = 0
  let cancel = (): void => {}
  const between = (leastMs: number, mostMs: number): number => leastMs + chance() * (mostMs - leastMs)
  const openAfter = (delayMs: number, why: Why): LineState => {
    cancel = scheduler.after(delayMs, open)
    return { kind: 'waiting', retryAtMs: scheduler.nowMs() + delayMs, why }
  }
  return {
    after: (begunMs, why) => {
      const delayMs = delayBefore(attempts, scheduler.steadyMs() - begunMs, why, between)
      attempts += 1
      return openAfter(delayMs, why)
    },
    sooner: (retryAtMs, why) => {
      const delayMs = soonestMs(between)
      if (retryAtMs - scheduler.nowMs() <= delayMs) return null
      cancel()
      return openAfter(delayMs, why)
    },
    cancel: () => cancel(),
    reset: () => {
      attempts = 0
    },
  }
}
