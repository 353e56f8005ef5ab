import { SottoError } from '@sotto/protocol'
import type { Clock } from '../configuration.ts'

/**
 * Slows down, by key, who tries again and again, and shuts nobody out (rule SES-5). A try stands against its key until
 * it is settled or time has passed. The first few are free; then each has to wait for a while after the one before,
 * longer and longer up to `delayMaxMs`; and where very many stand, for as long as one of them takes to pass.
 */
export interface Tries {
  /** Whether `begin` would refuse; counts nothing. @throws SottoError `rate {retryAfterMs}` */
  check(key: string): void
  /** Counts a try, before anything is told that could be of use to who guesses. @throws SottoError `rate {retryAfterMs}` */
  begin(key: string): void
  /** The last try has told nothing and made nothing: it does not stand. */
  undo(key: string): void
  /** Somebody has shown under this key that he may: nothing stands against it any more. */
  settle(key: string): void
}

export interface TriesTerms {
  /** Tries that are free, and that pass in `windowMs`. */
  readonly free: number
  readonly windowMs: number
  readonly delayMaxMs: number
  /** With so many, the next waits until one has passed: in the long run no more than `free` come in a window. */
  readonly standingMax: number
  /** How many keys are known at once; the one that has been quiet for longest is forgotten. */
  readonly keysMax?: number
}

interface Standing {
  readonly count: number
  /** When `count` was true. */
  readonly atMs: number
  /** When the last try began. */
  readonly lastMs: number
}

const keysMaxDefault = 50_000
const firstDelayMs = 4000
const none: Standing = { count: 0, atMs: 0, lastMs: Number.NEGATIVE_INFINITY }

export const makeTries = (
  clock: Clock,
  { free, windowMs, delayMaxMs, standingMax, keysMax = keysMaxDefault }: TriesTerms,
): Tries => {
  const known = new Map<string, Standing>()
  const passMs = windowMs / free

  /** What stands now. A clock that was ahead for a while must not make anybody wait until it is there again. */
  const standing = (key: string, nowMs: number): Standing => {
    const { count, atMs, lastMs } = known.get(key) ?? none
    const passed = Math.max(0, nowMs - atMs) / passMs
    return { count: Math.max(0, count - passed), atMs: nowMs, lastMs: Math.min(lastMs, nowMs) }
  }

  const keep = (key: string, next: Standing): void => {
    known.delete(key)
    known.set(key, next)
    if (known.size > keysMax) known.delete(known.keys().next().value as string)
  }

  const waitMs = ({ count, atMs, lastMs }: Standing): number => {
    // One that has passed in part stands.
    const beyond = Math.ceil(count) - free
    if (beyond < 0) return 0
    const spacingMs = Math.min(delayMaxMs, firstDelayMs * 2 ** Math.min(beyond, 32))
    const passingMs = (count + 1 - standingMax) * passMs
    return Math.max(lastMs + spacingMs - atMs, passingMs, 0)
  }

  const check = (key: string): Standing => {
    const found = standing(key, clock.nowMs())
    const retryAfterMs = Math.ceil(waitMs(found))
    if (retryAfterMs > 0) throw new SottoError('rate', undefined, { retryAfterMs })
    return found
  }

  return {
    check: (key) => void check(key),
    begin: (key) => {
      const { count, atMs } = check(key)
      keep(key, { count: count + 1, atMs, lastMs: atMs })
    },
    undo: (key) => {
      const found = standing(key, clock.nowMs())
      if (found.count > 0) keep(key, { ...found, count: Math.max(0, found.count - 1) })
    },
    settle: (key) => void known.delete(key),
  }
}
