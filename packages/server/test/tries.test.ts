import { limits, SottoError } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { makeTries, type TriesTerms } from '../src/authentication/tries.ts'
import { testClock } from './client/clock.ts'

const minuteMs = 60_000
const dayMs = 1440 * minuteMs
const terms: TriesTerms = {
  free: limits.loginTriesPerWindow,
  windowMs: limits.loginWindowMs,
  delayMaxMs: limits.tryDelayMaxMs,
  standingMax: 100,
}

const patient = (changes: Partial<TriesTerms> = {}) => {
  const clock = testClock()
  // A clock that goes only when it is told to.
  let nowMs = clock.nowMs()
  const tries = makeTries({ nowMs: () => nowMs }, { ...terms, ...changes })
  /** How long the next try has to wait; 0: it was made. */
  const wait = (key: string): number => {
    try {
      tries.begin(key)
      return 0
    } catch (error) {
      if (error instanceof SottoError && error.code === 'rate') return Number(error.detail['retryAfterMs'])
      throw error
    }
  }
  return { tries, wait, advance: (ms: number) => (nowMs += ms) }
}

describe('tries', () => {
  it('SES-5: are free at first, then put off longer and longer, by half a minute at most', () => {
    const { wait, advance } = patient()
    const delays: number[] = []
    for (let i = 0; i < 12; i++) {
      const delayMs = wait('alice')
      delays.push(delayMs)
      advance(delayMs)
      if (delayMs > 0) expect(wait('alice')).toBe(0)
    }
    expect(delays).toEqual([0, 0, 0, 0, 0, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000])
  })

  it('SES-5: give who guesses for days no more than five in a quarter of an hour', () => {
    const { wait, advance } = patient()
    const guess = (forMs: number): number => {
      let made = 0
      for (let leftMs = forMs; leftMs > 0;) {
        const delayMs = wait('alice')
        if (delayMs === 0) made++
        advance(delayMs)
        leftMs -= delayMs
      }
      return made
    }
    guess(dayMs)
    expect(guess(10 * dayMs)).toBeLessThanOrEqual(10 * 24 * 4 * 5 + 1)
    // And the owner, who comes after that, waits for three minutes.
    expect(wait('alice')).toBeLessThanOrEqual(3 * minuteMs)
  })

  it('are counted by key; what is settled or undone does not stand', () => {
    const { tries, wait } = patient()
    for (let i = 0; i < 5; i++) wait('alice')
    expect([wait('alice') > 0, wait('bob')]).toEqual([true, 0])
    tries.undo('alice')
    expect([wait('alice'), wait('alice') > 0]).toEqual([0, true])
    tries.settle('alice')
    expect(wait('alice')).toBe(0)
    tries.undo('nobody')
    tries.check('nobody')
  })

  it('pass with time', () => {
    const { wait, advance } = patient()
    for (let i = 0; i < 5; i++) wait('alice')
    advance(15 * minuteMs)
    for (let i = 0; i < 5; i++) expect(wait('alice')).toBe(0)
    expect(wait('alice')).toBeGreaterThan(0)
  })

  it('do not keep anybody waiting for a clock that was ahead', () => {
    const { wait, advance } = patient()
    advance(dayMs)
    for (let i = 0; i < 12; i++) advance(wait('alice'))
    advance(-dayMs)
    expect(wait('alice')).toBeLessThanOrEqual(30_000)
  })

  it('take no more memory than for so many keys: the one that has been quiet for longest is forgotten', () => {
    const { wait } = patient({ free: 1, windowMs: dayMs, standingMax: 1, keysMax: 3 })
    for (const key of ['a', 'b', 'c', 'd']) expect(wait(key)).toBe(0)
    expect([wait('d') > 0, wait('c') > 0, wait('a')]).toEqual([true, true, 0])
  })
})
