import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readUpTo, withMarker, withSeen } from '../src/features/conversation/reading.ts'
import type { Stretch } from '../src/features/conversation/reading.ts'

test('the marker follows what is seen screen by screen', () => {
  const first = withSeen(readUpTo(3), { after: 2, upTo: 20 })
  expect(first.marker).toBe(20)
  expect(withSeen(first, { after: 15, upTo: 33 }).marker).toBe(33)
})

test('it stays before what was jumped over, and goes on when that has been seen after all', () => {
  const jumped = withSeen(readUpTo(3), { after: 680, upTo: 700 })
  expect(jumped.marker).toBe(3)
  const back = withSeen(jumped, { after: 600, upTo: 690 })
  expect(back.marker).toBe(3)
  expect(withSeen(back, { after: 3, upTo: 600 })).toEqual({ marker: 700, ahead: [] })
})

test('a marker that was set elsewhere takes along what was seen just behind it', () => {
  const jumped = withSeen(readUpTo(3), { after: 680, upTo: 700 })
  expect(withMarker(jumped, 650).marker).toBe(650)
  expect(withMarker(jumped, 690)).toEqual({ marker: 700, ahead: [] })
  expect(withMarker(jumped, 2)).toBe(jumped)
})

const stretch: fc.Arbitrary<Stretch> = fc
  .tuple(fc.integer({ min: -1, max: 200 }), fc.integer({ min: 1, max: 30 }))
  .map(([after, length]) => ({ after, upTo: after + length }))

test('whatever is seen in whatever order: everything up to the marker was on the screen or before it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 50 }),
      fc.array(stretch, { maxLength: 60 }),
      (marker, stretches) => {
        const seen = new Set<number>()
        let reading = readUpTo(marker)
        for (const one of stretches) {
          for (let seq = one.after + 1; seq <= one.upTo; seq += 1) seen.add(seq)
          reading = withSeen(reading, one)
          let furthest = marker
          while (seen.has(furthest + 1)) furthest += 1
          expect(reading.marker).toBe(furthest)
        }
      },
    ),
  )
})
