import type { Scheduler } from '../../ports/scheduler.ts'

/** Waits that end early when the bot does. */
export interface Patience {
  /** Resolves after `delayMs`, or at once when it is over. */
  wait(delayMs: number): Promise<void>
  isOver(): boolean
  end(): void
}

export const patienceOf = (scheduler: Scheduler): Patience => {
  const waiting = new Set<() => void>()
  let over = false
  return {
    wait: (delayMs) =>
      new Promise((resolve) => {
        if (over) return resolve()
        const done = (): void => {
          cancel()
          waiting.delete(done)
          resolve()
        }
        const cancel = scheduler.after(delayMs, done)
        waiting.add(done)
      }),
    isOver: () => over,
    end: () => {
      over = true
      for (const done of waiting) done()
    },
  }
}

/** Longer and longer, up to `maxMs`. */
export const backoffMs = (attempt: number, firstMs: number, maxMs: number): number =>
  Math.min(maxMs, firstMs * 2 ** attempt)
