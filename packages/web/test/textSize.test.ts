import { limits } from '@sotto/client'
import { expect, test } from 'vitest'
import { textSize } from '../src/features/conversation/textSize.ts'

const max = limits.textBytesMax

test('nothing but white space is nothing', () => {
  expect(textSize(' \n\t')).toEqual({ kind: 'empty' })
})

test('what fits is counted in bytes', () => {
  expect(textSize('a'.repeat(16_000))).toEqual({ kind: 'fits' })
  expect(textSize('a'.repeat(max))).toEqual({ kind: 'nearly_full', leftBytes: 0 })
  expect(textSize('a'.repeat(max + 1))).toEqual({ kind: 'too_long', overBytes: 1 })
  expect(textSize('€'.repeat(max / 3))).toEqual({ kind: 'nearly_full', leftBytes: 0 })
  expect(textSize('👋'.repeat(max / 4 + 1))).toEqual({ kind: 'too_long', overBytes: 4 })
})
