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
  /** How far the clock is ahead of the time that is gone by, in milliseconds: 0 while it is believed. */
  doubtedMs(): number
}

/** What the server knew of the time when it ran last. */
export interface ClockStore {
  /** The time that was gone by, in milliseconds since 1970; undefined before the first start. */
  last(): Promise<number | undefined>
  note(timeMs: number): Promise<void>
}

/** More than this between two looks is a jump; and so long the clock has to go on steadily before it is believed. */
const jumpMs = 3_600_000
/**
 * A leap that hardly anybody makes who has only slept, and that the rooms bear if the clock was wrong: a key package of
 * its last day still brings in a leaf that lasts longer than this (KP-6, LEAF-10).
 */
const leapMs = 30 * 24 * 3_600_000
/** How often somebody has to look. */
export const lookIntervalMs = jumpMs / 6

/** @param lastMs of `ClockStore`; undefined: the clock is believed as it is */
export const makeSteadyClock = (clock: Clock, lastMs: number | undefined): SteadyClock => {
  let seenMs = clock.nowMs()
  let steadySinceMs = seenMs
  /** Where time is if every jump was one of the clock alone: several small ones must not add up to a leap. */
  let reckonedMs = lastMs ?? seenMs
  /** How long the clock has gone on steadily since it leapt; whoever sleeps in between has still been awake. */
  let awakeMs = 0

  const aheadMs = (): number => seenMs - reckonedMs
  const isLeap = (): boolean => Math.abs(aheadMs()) > leapMs

  const look = (): void => {
    const nowMs = clock.nowMs()
    const stepMs = nowMs - seenMs
    seenMs = nowMs
    if (Math.abs(stepMs) > jumpMs) {
      steadySinceMs = nowMs
      if (isLeap()) awakeMs = 0
      return
    }
    reckonedMs += stepMs
    awakeMs += Math.abs(stepMs)
    if (awakeMs >= jumpMs) reckonedMs = nowMs
  }

  const doubtedMs = (): number => {
    look()
    return isLeap() ? aheadMs() : 0
  }

  return {
    look,
    doubtedMs,
    nowMs: () => {
      const offMs = doubtedMs()
      return seenMs - offMs
    },
    mayExpire: () => {
      look()
      return seenMs - steadySinceMs >= jumpMs
    },
  }
}
