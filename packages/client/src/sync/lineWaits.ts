import { limits } from '@sotto/protocol'
import { openOutcomes } from '../outcomes.ts'
import type { Scheduler } from '../ports/scheduler.ts'

/** Of whoever waits for a line that is on its way. */
export const openLineWaits = (scheduler: Pick<Scheduler, 'after'>) => {
  const outcomes = openOutcomes<`wait ${number}`>()
  let last = 0
  return {
    settled: (): Promise<void> => {
      const key = `wait ${(last += 1)}` as const
      const wait = outcomes.of(key)
      const cancel = scheduler.after(limits.helloTimeoutMs, () => outcomes.done(key))
      void wait.finally(cancel)
      return wait
    },
    settle: (): void => {
      for (const key of outcomes.waiting()) outcomes.done(key)
    },
  }
}
