import { setTimeout as delay } from 'node:timers/promises'

const tickMs = 20

/** Waits, or less where the siege ends before. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => {})

/**
 * Does something so many times a second until the signal. What has not ended is not waited for by what comes next; of
 * `inFlightMax` that have not ended no further one begins.
 */
export const paced = async (
  perSecond: number,
  inFlightMax: number,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> => {
  const startedMs = performance.now()
  let begun = 0
  let inFlight = 0
  while (!signal.aborted) {
    const due = ((performance.now() - startedMs) * perSecond) / 1000
    // Whoever was kept waiting does not catch up in one burst.
    begun = Math.max(begun, Math.floor(due) - inFlightMax)
    for (; begun < due && inFlight < inFlightMax; begun++) {
      inFlight++
      void work().finally(() => inFlight--)
    }
    await pause(tickMs, signal)
  }
}
