import type { Clock } from '../../src/index.ts'

/** The clock and the timers of browsers and Node. */
export const timers: Clock = {
  nowMs: () => Date.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs)
    return () => clearTimeout(timer)
  },
}
