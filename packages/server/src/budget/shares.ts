import { SottoError } from '@sotto/protocol'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { Load } from './load.ts'

/**
 * Who gives way when there is not enough of a server for all: those who have had most of it lately. Whoever has had
 * little is served, however busy it is.
 */
export interface Shares {
  /** Notes work of somebody. @throws SottoError `rate {retryAfterMs}` where somebody has to give way; nothing is noted */
  take(key: string, workUs: number): void
  /** Notes work that is done already. */
  note(key: string, workUs: number): void
  /** Whether somebody has had little lately. */
  isLight(key: string): boolean
}

type Bounds = Pick<
  ServerLimits,
  'workLightUs' | 'workForgottenUsPerSecond' | 'workLoadPercentMax' | 'workAtLoadUsMax' | 'workRetryMs'
>

interface Had {
  readonly us: number
  readonly atMs: number
}

/** Beyond so many, those of whom nothing is left to remember are dropped, and then the one who was quiet for longest. */
const keysMax = 50_000

export const makeShares = (clock: Clock, load: Load, limits: Bounds): Shares => {
  const had = new Map<string, Had>()

  const hadUs = (key: string, nowMs: number): number => {
    const { us, atMs } = had.get(key) ?? { us: 0, atMs: nowMs }
    // A clock that was ahead for a while forgets nothing meanwhile, and then goes on.
    return Math.max(0, us - (Math.max(0, nowMs - atMs) * limits.workForgottenUsPerSecond) / 1000)
  }

  const makeRoom = (nowMs: number): void => {
    if (had.size < keysMax) return
    for (const key of had.keys()) if (hadUs(key, nowMs) === 0) had.delete(key)
    if (had.size >= keysMax) had.delete(had.keys().next().value as string)
  }

  /** The busier, the less; and never less than what is little. */
  const allowedUs = (): number => {
    const busy = load()
    if (busy * 100 < limits.workLoadPercentMax) return Number.POSITIVE_INFINITY
    return limits.workLightUs + (1 - busy) * limits.workAtLoadUsMax
  }

  const note = (key: string, workUs: number): void => {
    const nowMs = clock.nowMs()
    const us = hadUs(key, nowMs)
    makeRoom(nowMs)
    had.delete(key)
    had.set(key, { us: us + workUs, atMs: nowMs })
  }

  return {
    note,
    isLight: (key) => hadUs(key, clock.nowMs()) <= limits.workLightUs,
    take: (key, workUs) => {
      if (hadUs(key, clock.nowMs()) > allowedUs())
        throw new SottoError('rate', 'the server is busy', { retryAfterMs: limits.workRetryMs })
      note(key, workUs)
    },
  }
}
