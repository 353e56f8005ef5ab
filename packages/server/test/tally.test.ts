import { describe, expect, it } from 'vitest'
import { makeTally } from '../src/logging/tally.ts'

const hourMs = 3_600_000

const at = (startMs = 0) => {
  let nowMs = startMs
  return { nowMs: () => nowMs, advance: (ms: number) => (nowMs += ms) }
}

describe('a tally', () => {
  it('sums by key, the costliest first', () => {
    const tally = makeTally(at(), 10)
    tally.note('a', { requests: 1, bytes: 10, workUs: 5 })
    tally.note('b', { requests: 1, workUs: 9_000_000 })
    tally.note('a', { code: 'rate' })
    tally.note('a', { code: 'rate' })
    expect(tally.most(10)).toEqual([
      { key: 'b', requests: 1, bytes: 0, workUs: 9_000_000, refusals: {} },
      { key: 'a', requests: 1, bytes: 10, workUs: 5, refusals: { rate: 2 } },
    ])
    expect(tally.most(1)).toHaveLength(1)
  })

  it('remembers this hour and the last, and nothing else', () => {
    const clock = at()
    const tally = makeTally(clock, 10)
    tally.note('a', { requests: 1 })
    clock.advance(hourMs)
    tally.note('a', { requests: 2 })
    expect(tally.most(10)[0]?.requests).toBe(3)
    clock.advance(hourMs)
    expect(tally.most(10)[0]?.requests).toBe(2)
    clock.advance(hourMs)
    expect(tally.most(10)).toEqual([])
    tally.note('a', { requests: 1 })
    clock.advance(-5 * hourMs)
    expect(tally.most(10)).toEqual([])
  })

  it('holds so many keys, and of one more the heavier half and that one', () => {
    const tally = makeTally(at(), 100)
    for (let i = 1; i <= 100; i++) tally.note(`${i}`, { requests: i })
    expect(tally.most(1000)).toHaveLength(100)
    tally.note('one more', { requests: 1 })
    const kept = tally.most(1000).map(({ key }) => key)
    expect(kept).toEqual([...Array.from({ length: 50 }, (_, i) => `${100 - i}`), 'one more'])
  })

  it('holds so many keys at most, and keeps those in sight that cost much', () => {
    const tally = makeTally(at(), 100)
    tally.note('heavy', { workUs: 1_000_000_000 })
    for (let i = 0; i < 10_000; i++) tally.note(`one of many ${i}`, { requests: 1 })
    const all = tally.most(10_000)
    expect(all.length).toBeLessThanOrEqual(100)
    expect(all[0]?.key).toBe('heavy')
  })
})
