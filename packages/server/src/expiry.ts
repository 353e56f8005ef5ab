import type { Clock } from './configuration.ts'

/**
 * Whether the clock can be believed when something is thrown away because its time is over. What a wrong clock has
 * refused comes back when the clock does; what it has thrown away does not.
 */
export interface Expiry {
  /** Notes what the clock says; called often enough, so that time that passes is not taken for a jump. */
  look(): void
  /** False for an hour after a start or a jump: the clock has to go on from there. */
  mayExpire(): boolean
}

/** More than this between two looks is a jump; and so long the clock has to be steady before it is believed. */
const jumpMs = 3_600_000
/** How often somebody has to look. */
export const lookIntervalMs = jumpMs / 6

export const makeExpiry = (clock: Clock): Expiry => {
  let lastMs = Number.NEGATIVE_INFINITY
  let steadySinceMs = Number.POSITIVE_INFINITY
  const look = (): void => {
    const nowMs = clock.nowMs()
    if (Math.abs(nowMs - lastMs) > jumpMs) steadySinceMs = nowMs
    lastMs = nowMs
  }
  return {
    look,
    mayExpire: () => {
      look()
      return lastMs - steadySinceMs >= jumpMs
    },
  }
}
