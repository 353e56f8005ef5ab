import type { PlaceKey } from './places.ts'
import { isHeldBy, type SharedKey } from './sharedKey.ts'

/**
 * Whether the newest key of a place will do for these members. Who had no room in his mailbox for it is given another
 * one with a later message: not with each, for all the others get that too. Who has gone must not hold it.
 */
export interface KeysGiven {
  willDo(place: PlaceKey, key: SharedKey, members: readonly string[]): boolean
  /** A key was given out; returns it as those hold it who had room for it. */
  given(place: PlaceKey, key: SharedKey, full: readonly string[]): SharedKey
}

const pauseMs = 60_000

export const makeKeysGiven = (nowMs: () => number): KeysGiven => {
  const givenMs = new Map<PlaceKey, number>()
  return {
    willDo: (place, key, members) => {
      if (isHeldBy(key, members)) return true
      const isRecent = nowMs() - (givenMs.get(place) ?? 0) < pauseMs
      return isRecent && key.holders.every((name) => members.includes(name))
    },
    given: (place, key, full) => {
      if (full.length === 0) givenMs.delete(place)
      else givenMs.set(place, nowMs())
      return { ...key, holders: key.holders.filter((name) => !full.includes(name)) }
    },
  }
}
