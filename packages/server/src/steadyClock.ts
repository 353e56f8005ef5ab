import type { Clock } from './configuration.ts'

/**
 * A clock that does not follow another at once wherever it goes. An entry that is stamped ten years ahead leaves its
 * room there, with every certificate in it expired; and what was thrown away because its time seemed over does not come
 * back when the clock does.
 */
export interface SteadyClock extends Clock {
  /** Notes what the clock says; called often enough, so that time that passes is not taken for a jump. */
  look(): void
  /**
   * Whether the time can be believed when something is thrown away because its own is over. False for an hour after a
   * start or a jump: the clock has to go on from there.
   */
  mayExpire(): boolean
}

/** More than this between two looks is a jump; and so long the clock has to be steady before it is believed. */
const jumpMs = 3_600_000
/** A jump that nobody makes who has only slept: time goes on from where it was until the clock is believed. */
const leapMs = 300 * 24 * 3_600_000
/** How often somebody has to look. */
export const lookIntervalMs = jumpMs / 6

export const makeSteadyClock = (clock: Clock): SteadyClock => {
  let lastMs = clock.nowMs()
  let steadySinceMs = lastMs
  let believedMs = lastMs

  const isSteady = (): boolean => lastMs - steadySinceMs >= jumpMs

  const look = (): void => {
    const nowMs = clock.nowMs()
    const stepMs = nowMs - lastMs
    lastMs = nowMs
    if (Math.abs(stepMs) > jumpMs) steadySinceMs = nowMs
    if (isSteady()) believedMs = nowMs
    else if (Math.abs(stepMs) <= leapMs) believedMs += stepMs
  }

  return {
    look,
    nowMs: () => {
      look()
      return believedMs
    },
    mayExpire: () => {
      look()
      return isSteady()
    },
  }
}
