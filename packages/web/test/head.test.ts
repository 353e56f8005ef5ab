import fc from 'fast-check'
import { expect, test } from 'vitest'
import { headOf, isLong } from '../src/features/conversation/text/head.ts'
import { isOnlyEmoji } from '../src/features/conversation/text/onlyEmoji.ts'

test('a message of ordinary length is shown whole', () => {
  expect(isLong('a'.repeat(3000))).toBe(false)
  expect(isLong('a\n'.repeat(39))).toBe(false)
})

test('16 kB, or fifty lines, are folded', () => {
  expect(isLong('word '.repeat(3200))).toBe(true)
  expect(isLong('a\n'.repeat(50))).toBe(true)
})

test('the head is a beginning of the text and cuts no character in two', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('👋🏽', 'a', ' ', '\n', 'שלום ', '𝒳'), { minLength: 3000 }),
      (parts) => {
        const text = parts.join('')
        const head = headOf(text)
        expect(text.startsWith(head)).toBe(true)
        expect(head.length).toBeLessThanOrEqual(1200)
        expect(head.isWellFormed()).toBe(true)
      },
    ),
    { numRuns: 20 },
  )
})

test('a head ends between words where there are words', () => {
  expect(headOf('word '.repeat(1000)).endsWith('word')).toBe(true)
})

test('only a few emoji alone are large', () => {
  expect(['🎉', '👩‍👩‍👧‍👦🏳️‍🌈', '👍🏽👍🏽👍🏽'].map(isOnlyEmoji)).toEqual([true, true, true])
  expect(['', 'a', '🎉!', '1', '🎉🎉🎉🎉', '🎉 🎉'].map(isOnlyEmoji)).toEqual([
    false,
    false,
    false,
    false,
    false,
    false,
  ])
})
