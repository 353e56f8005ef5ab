import type { Clock } from '@sotto/server'

/** A clock that a test moves; it starts at the present, where the keys of the test devices are valid. */
export interface TestClock extends Clock {
  advance(ms: number): void
}

export const testClock = (): TestClock => {
  let offsetMs = 0
  return {
    nowMs: () => Date.now() + offsetMs,
    advance: (ms) => {
      offsetMs += ms
    },
  }
}

/** A clock that goes only when a test moves it, so that a rate can be counted to its last token. */
export const standingClock = (): TestClock => {
  let timeMs = Date.now()
  return {
    nowMs: () => timeMs,
    advance: (ms) => {
      timeMs += ms
    },
  }
}
