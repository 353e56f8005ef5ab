import { describe, expect, it } from 'vitest'
import { boundedClock } from '../src/configuration.ts'
import { nextTimeMs } from '../src/delivery/link.ts'
import { makeSteadyClock } from '../src/steadyClock.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

const steered = (startMs: number) => {
  let nowMs = startMs
  return { nowMs: () => nowMs, advance: (ms: number) => void (nowMs += ms) }
}

describe('what is thrown away when its time is over', () => {
  it('is kept for an hour after the start, and after each jump, in whatever direction', () => {
    const clock = steered(1_000_000_000_000)
    const steady = makeSteadyClock(clock, undefined)
    const afterMinutes = (minutes: number): boolean => {
      for (let i = 0; i < minutes; i += 10) {
        clock.advance(10 * minuteMs)
        steady.look()
      }
      return steady.mayExpire()
    }
    expect(steady.mayExpire()).toBe(false)
    expect(afterMinutes(50)).toBe(false)
    expect(afterMinutes(10)).toBe(true)
    for (const jumpMs of [100_000 * hourMs, -200_000 * hourMs, 61 * minuteMs]) {
      clock.advance(jumpMs)
      expect(steady.mayExpire()).toBe(false)
      expect(afterMinutes(50)).toBe(false)
      expect(afterMinutes(10)).toBe(true)
    }
    clock.advance(59 * minuteMs)
    expect(steady.mayExpire()).toBe(true)
  })

  it('is kept as long as nobody can tell whether the clock goes or jumps', () => {
    const clock = steered(0)
    const steady = makeSteadyClock(clock, undefined)
    for (let i = 0; i < 5; i++) {
      clock.advance(2 * hourMs)
      expect(steady.mayExpire()).toBe(false)
    }
  })
})

describe('the time that a server goes by', () => {
  it('follows the clock, also over days in which nobody looked', () => {
    const clock = steered(1_000_000_000_000)
    const steady = makeSteadyClock(clock, undefined)
    for (const stepMs of [minuteMs, 28 * 24 * hourMs, -minuteMs, -5 * hourMs, 2 * 24 * hourMs]) {
      clock.advance(stepMs)
      expect(steady.nowMs()).toBe(clock.nowMs())
      expect(steady.doubtedMs()).toBe(0)
    }
  })

  it('is the right one again as soon as the clock is, however it came there', () => {
    const days = 24 * hourMs
    for (const leaps of [
      [3199, -3249],
      [29, 29, 29],
      [-29, -29],
      [10_000, -9_980],
    ]) {
      const clock = steered(1_000_000_000_000)
      const steady = makeSteadyClock(clock, undefined)
      for (const leap of leaps) {
        clock.advance(leap * days)
        expect(Math.abs(steady.nowMs() - 1_000_000_000_000)).toBeLessThanOrEqual(30 * days)
      }
      clock.advance(1_000_000_000_000 - clock.nowMs() + minuteMs)
      expect(steady.nowMs()).toBe(1_000_000_000_000 + minuteMs)
    }
  })

  it('is the clock of a machine that is awake for half an hour each day', () => {
    const clock = steered(1_000_000_000_000)
    const steady = makeSteadyClock(clock, undefined)
    for (let day = 0; day < 100; day++) {
      clock.advance(23.5 * hourMs)
      steady.look()
      for (let i = 0; i < 3; i++) {
        clock.advance(10 * minuteMs)
        expect(steady.nowMs()).toBe(clock.nowMs())
      }
    }
  })

  it('goes on from the last run where the clock has leapt since, and says by how much', () => {
    const lastMs = 1_000_000_000_000
    for (const aheadMs of [31 * 24 * hourMs, -10 * 365 * 24 * hourMs]) {
      const clock = steered(lastMs + aheadMs)
      const steady = makeSteadyClock(clock, lastMs)
      expect(steady.nowMs()).toBe(lastMs)
      expect(steady.doubtedMs()).toBe(aheadMs)
      for (let i = 0; i < 6; i++) {
        clock.advance(10 * minuteMs)
        steady.look()
      }
      expect(steady.nowMs()).toBe(clock.nowMs())
      expect(steady.doubtedMs()).toBe(0)
    }
    const rested = steered(lastMs + 29 * 24 * hourMs)
    expect(makeSteadyClock(rested, lastMs).nowMs()).toBe(rested.nowMs())
  })

  it('goes on from where it was when the clock leaps, and follows when it stays there', () => {
    const clock = steered(1_000_000_000_000)
    const steady = makeSteadyClock(clock, undefined)
    const tenYearsMs = 10 * 365 * 24 * hourMs
    clock.advance(tenYearsMs)
    expect(steady.nowMs()).toBe(1_000_000_000_000)
    clock.advance(5 * minuteMs)
    expect(steady.nowMs()).toBe(1_000_000_000_000 + 5 * minuteMs)
    clock.advance(-tenYearsMs)
    expect(steady.nowMs()).toBe(clock.nowMs())
    clock.advance(-2 * tenYearsMs)
    steady.look()
    for (let i = 0; i < 5; i++) {
      clock.advance(10 * minuteMs)
      expect(steady.nowMs()).toBe(1_000_000_000_000 + 5 * minuteMs + (i + 1) * 10 * minuteMs)
    }
    clock.advance(10 * minuteMs)
    expect(steady.nowMs()).toBe(clock.nowMs())
  })

  it('is one that a calendar can hold, whatever the clock says', () => {
    const latestMs = 8_640_000_000_000_000
    expect(nextTimeMs(null, 1e300)).toBe(latestMs)
    expect(nextTimeMs(null, 12.7)).toBe(12)
    expect(nextTimeMs({ seq: 1, hash: new Uint8Array(32), timeMs: 500 }, 12)).toBe(500)
    for (const wild of [Number.NaN, Number.POSITIVE_INFINITY, -5, 1e300, 3.5]) {
      const nowMs = boundedClock({ nowMs: () => wild }).nowMs()
      expect(Number.isSafeInteger(nowMs)).toBe(true)
      expect(new Date(nowMs).toISOString()).toContain('T')
    }
  })
})
