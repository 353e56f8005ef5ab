import type { Scheduler } from '../ports/scheduler.ts'

/** Waits that end with whoever waits: after `end`, none of them comes to its end. */
export interface Pauses {
  pause(delayMs: number): Promise<void>
  end(): void
}

export const makePauses = (scheduler: Pick<Scheduler, 'after'>): Pauses => {
  const timers = new Set<() => void>()
  return {
    pause: (delayMs) =>
      new Promise((resolve) => {
        const cancel = scheduler.after(delayMs, () => {
          timers.delete(cancel)
          resolve()
        })
        timers.add(cancel)
      }),
    end: () => {
      for (const cancel of timers) cancel()
      timers.clear()
    },
  }
}
