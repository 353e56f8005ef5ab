import type { Scheduler } from './scheduler.ts'

/** Parts in which a silence is counted. */
const parts = 4
/** A timer that fires later than this was kept from it by own work. */
const onTimeMs = 20

/**
 * Calls `task` when the other side has been silent for `silenceMs`, in which this process could have heard it. One timer
 * would take own work, or the sleep of a machine, for silence: it fires before what has come meanwhile is heard. So the
 * time is counted in parts. However long one of them takes, it counts once, and behind one that was late another follows;
 * after as many as these again it is over in any case.
 *
 * @returns a function that ends the waiting
 */
export const afterSilence = (
  scheduler: Pick<Scheduler, 'after' | 'steadyMs'>,
  silenceMs: number,
  task: () => void,
): (() => void) => {
  const partMs = silenceMs / parts
  let left = parts
  let cancel = (): void => {}
  const wait = (): void => {
    const fromMs = scheduler.steadyMs()
    cancel = scheduler.after(partMs, () => {
      left -= 1
      const isLate = scheduler.steadyMs() - fromMs > partMs + onTimeMs
      if (left <= -parts || (left <= 0 && !isLate)) task()
      else wait()
    })
  }
  wait()
  return () => cancel()
}
