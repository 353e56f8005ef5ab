import type { Scheduler } from '@sotto/client'

/** Timers of this process. */
export const timers: Pick<Scheduler, 'after' | 'steadyMs'> = {
  steadyMs: () => performance.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs)
    return () => clearTimeout(timer)
  },
}
