import { limits } from '@sotto/protocol'
import { type LaneCode, LaneError } from './failure.ts'
import type { Clock } from './ports/clock.ts'
import type { Cryptography } from './ports/cryptography.ts'

/** How long one thing may take in all, connections that break and waits that are asked for included. */
export const patienceMs = 120_000

const retryMs = 500
const pauseMaxMs = limits.obstacleRetryMaxMs
/** Whatever is asked for in the name of the server. */
const askedMaxMs = limits.retryDelayMaxMs

/** Ways to wait. */
export interface Patience {
  wait(delayMs: number): Promise<void>
  /** Whether something has settled within a time; how it settled is its own affair. */
  hasSettled(work: Promise<unknown>, maxMs: number): Promise<boolean>
  /** Between two tries of what only has to wait: longer each time, and never the same for all who wait. */
  pauseMs(attempt: number): number
  /**
   * Asks again for what may be asked twice, as long as it only could not be answered.
   *
   * @param isOpen whether there is still anybody who wants to know
   */
  persistently<T>(work: () => Promise<T>, isOpen: () => boolean): Promise<T>
}

/** Nothing is wrong with what was asked: it may be asked again. */
export const isPassing = (code: LaneCode): boolean => {
  switch (code) {
    case 'OFFLINE':
    case 'TIMEOUT':
    case 'RATE_LIMITED':
    case 'UNAVAILABLE':
    // Its disk is full just now.
    case 'READ_ONLY':
      return true
    default:
      return false
  }
}

/**
 * Whether a failure is about what somebody sent, and not about the way to the server or our place there: what can be judged
 * is told and forgotten, everything else waits.
 */
export const isVerdict = ({ code, status }: LaneError): boolean => {
  // An answer to a question of ours, and not what was sent.
  if (status !== undefined) return false
  switch (code) {
    case 'ENVELOPE_INVALID':
    case 'NOT_FOR_US':
    case 'PROOF_INVALID':
    case 'TIME_INVALID':
    case 'ANSWER_INVALID':
    case 'KEY_INVALID':
    case 'KEY_CHANGED':
    case 'KEY_NOT_FOUND':
    case 'USER_NOT_FOUND':
    case 'CHAT_NOT_FOUND':
    case 'REPLAYED':
      return true
    default:
      return false
  }
}

export const makePatience = (clock: Clock, { random }: Pick<Cryptography, 'random'>): Patience => {
  const { nowMs, after } = clock
  /** From 0 to 1. */
  const chance = (): number => (random(1)[0] ?? 0) / 255
  const wait = (delayMs: number): Promise<void> => new Promise((resolve) => void after(delayMs, resolve))
  const pauseMs = (attempt: number): number =>
    Math.min(pauseMaxMs, retryMs * 2 ** Math.min(attempt, 10)) * (0.5 + chance() / 2)

  return {
    wait,
    pauseMs,
    hasSettled: async (work, maxMs) => {
      let cancel = (): void => {}
      const late = new Promise<boolean>((resolve) => (cancel = after(maxMs, () => resolve(false))))
      const done = (): boolean => true
      try {
        return await Promise.race([work.then(done, done), late])
      } finally {
        cancel()
      }
    },
    persistently: async (work, isOpen) => {
      const deadlineMs = nowMs() + patienceMs
      for (let attempt = 0; ; attempt++)
        try {
          return await work()
        } catch (error) {
          const mayPass = error instanceof LaneError && isPassing(error.code)
          if (!mayPass || !isOpen() || nowMs() > deadlineMs) throw error
          await wait(Math.min(error.retryAfterMs ?? pauseMs(attempt), askedMaxMs))
        }
    },
  }
}
