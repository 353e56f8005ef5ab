import type { Provider } from '@sotto/mls'
import type { Scheduler } from '../ports/scheduler.ts'

/** What a room does later; nothing of it outlives the room. */
export interface Timers {
  after(delayMs: number, task: () => void): void
  /** A random delay between the two. */
  between(minMs: number, maxMs: number): number
  close(): void
}

export const openTimers = (
  scheduler: Pick<Scheduler, 'after'>,
  provider: Pick<Provider, 'random'>,
): Timers => {
  const running = new Set<() => void>()
  let isClosed = false
  return {
    after: (delayMs, task) => {
      if (isClosed) return
      const cancel = scheduler.after(delayMs, () => {
        running.delete(cancel)
        task()
      })
      running.add(cancel)
    },
    between: (minMs, maxMs) => {
      const [byte = 0, next = 0] = provider.random(2)
      return minMs + ((byte * 256 + next) / 65536) * (maxMs - minMs)
    },
    close: () => {
      isClosed = true
      for (const cancel of running) cancel()
      running.clear()
    },
  }
}
