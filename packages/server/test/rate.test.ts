import { SottoError } from '@sotto/protocol'
import { describe, expect, test } from 'vitest'
import { makeRate } from '../src/rate.ts'

const retryAfterMs = (take: () => void): number | null => {
  try {
    take()
    return null
  } catch (error) {
    if (error instanceof SottoError && error.code === 'rate') return Number(error.detail['retryAfterMs'])
    throw error
  }
}

const setUp = () => {
  const clock = { time: 1_000_000, nowMs: () => clock.time }
  const rate = makeRate(clock, { perSecond: 10, burst: 30 })
  return { clock, rate }
}

describe('a rate', () => {
  test('takes the burst at once, refuses one beyond, and says when there will be one', () => {
    const { rate } = setUp()
    for (let i = 0; i < 30; i++) rate.take('Alice')
    expect(retryAfterMs(() => rate.take('Alice'))).toBe(100)
    expect(retryAfterMs(() => rate.take('Bob'))).toBeNull()
  })

  test('takes what something costs, and nothing where it refuses', () => {
    const { rate } = setUp()
    rate.take('Alice', 25)
    expect(retryAfterMs(() => rate.take('Alice', 10))).toBe(500)
    expect(retryAfterMs(() => rate.check('Alice', 6))).toBe(100)
    rate.take('Alice', 5)
    expect(retryAfterMs(() => rate.take('Alice'))).toBe(100)
  })

  test('takes what costs more than the burst from a full bucket, which then owes the rest', () => {
    const { clock, rate } = setUp()
    rate.take('Alice', 100)
    expect(retryAfterMs(() => rate.take('Alice'))).toBe(7100)
    expect(retryAfterMs(() => rate.take('Alice', 100))).toBe(10_000)
    clock.time += 10_000
    rate.take('Alice', 100)
  })

  test('goes on when a clock that was ahead is back', () => {
    const { clock, rate } = setUp()
    rate.take('Alice', 30)
    clock.time -= 500_000
    expect(retryAfterMs(() => rate.take('Alice', 10))).toBe(1000)
  })
})
