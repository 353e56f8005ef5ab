import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readMoment, writeMoment } from '../src/open/moment.ts'

const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

it('a moment is written as the platform writes it, and read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_135_596_800_000, max: lastMs }), (ms) => {
      expect(writeMoment(ms)).toBe(new Date(ms).toISOString())
      expect(readMoment(writeMoment(ms))).toBe(ms)
    }),
  )
})

it.each([0, 951_782_400_000, 951_868_799_999, 4_107_542_400_000, 1_767_225_599_999])(
  'so are the last and the first day of a year and of February: %d',
  (ms) => expect(writeMoment(ms)).toBe(new Date(ms).toISOString()),
)
