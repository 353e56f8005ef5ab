import type { Bus, BusEvent } from './bus.ts'

/** A wait for news, which listens from its beginning on: nothing is missed between looking and waiting. */
export interface FirstEvent {
  /** Resolves with the first event; without one after the time, or when the signal says so. */
  readonly happened: Promise<BusEvent | undefined>
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
  const happened = new Promise<BusEvent | undefined>((resolve) => {
    const stop = (): void => resolve(undefined)
    for (const topic of topics) ends.push(bus.subscribe(topic, resolve))
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
