import { performance } from 'node:perf_hooks'

/** How busy the thread is that serves everybody: 0 idle, 1 without a pause. */
export type Load = () => number

/** For servers whose time is not that of this machine. */
export const noLoad: Load = () => 0

const lookEveryMs = 250
/** So much of what was seen before still counts at the next look: a single long answer is no load. */
const memory = 0.5

/** Watches the event loop of this process, as long as there is one. */
export const threadLoad = (): Load => {
  let load = 0
  let before = performance.eventLoopUtilization()
  setInterval(() => {
    const now = performance.eventLoopUtilization()
    load = memory * load + (1 - memory) * performance.eventLoopUtilization(now, before).utilization
    before = now
  }, lookEveryMs).unref()
  return () => load
}
