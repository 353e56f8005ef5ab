import { describe, expect, it } from 'vitest'
import { makeAttempts } from '../src/authentication/attempts.ts'
import { refusal } from './client/calling.ts'

const dayMs = 86_400_000

describe('attempts', () => {
  it('are counted by key', async () => {
    const attempts = makeAttempts(2, dayMs)
    const codes = []
    for (const key of ['a', 'a', 'a', 'b']) codes.push((await refusal(attempts.count(key))).code)
    expect(codes).toEqual(['accepted', 'accepted', 'rate', 'accepted'])
    expect((await refusal(attempts.count('a'))).detail['retryAfterMs']).toBeGreaterThan(dayMs / 2)
    expect([await attempts.isWithin('a'), await attempts.isWithin('b')]).toEqual([false, true])
  })

  it('take no more memory than for so many keys: the quietest is forgotten, never a busy one', async () => {
    const attempts = makeAttempts(1, dayMs, 3)
    for (const key of ['a', 'b', 'c']) expect(await attempts.isWithin(key)).toBe(true)
    // Refused attempts keep a key known, too.
    expect(await attempts.isWithin('a')).toBe(false)
    for (const key of ['d', 'e']) expect(await attempts.isWithin(key)).toBe(true)
    expect(await attempts.isWithin('a')).toBe(false)
    expect(await attempts.isWithin('b')).toBe(true)
  })
})
