import type { Bus } from './bus.ts'

/** A wait for news, which listens from its beginning on: nothing is missed between looking and waiting. */
export interface FirstEvent {
  /** Resolves at the first event, after the time, or when the signal says so. */
  readonly happened: Promise<void>
  /** Nobody waits any more. */
  end(): void
}

export const firstEvent = (
  bus: Bus,
  topics: readonly string[],
  waitMs: number,
  signal: AbortSignal,
): FirstEvent => {
  const ends: (() => void)[] = []
  const happened = new Promise<void>((resolve) => {
    const stop = (): void => resolve()
    for (const topic of topics) ends.push(bus.subscribe(topic, stop))
    const timer = setTimeout(stop, waitMs)
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    ends.push(
      () => clearTimeout(timer),
      () => signal.removeEventListener('abort', stop),
    )
  })
  return { happened, end: () => ends.forEach((end) => end()) }
}
