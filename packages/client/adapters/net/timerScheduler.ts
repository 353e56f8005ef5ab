import type { Scheduler } from '../../src/ports/scheduler.ts'

/** The longest delay that timers of browsers and Node keep; a longer one would fire at once. */
const timerMsMax = 0x7fff_ffff

export const timerScheduler: Scheduler = {
  nowMs: () => Date.now(),
  steadyMs: () => performance.now(),
  after: (delayMs, task) => {
    let timer: ReturnType<typeof setTimeout>
    const wait = (restMs: number): void => {
      timer = setTimeout(
        () => (restMs > timerMsMax ? wait(restMs - timerMsMax) : task()),
        Math.min(restMs, timerMsMax),
      )
    }
    wait(delayMs)
    return () => clearTimeout(timer)
  },
  turn: () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel()
      // A message, not a timer: browsers delay timers that follow each other.
      port1.onmessage = () => {
        port1.close()
        resolve()
      }
      port2.postMessage(null)
    }),
}
