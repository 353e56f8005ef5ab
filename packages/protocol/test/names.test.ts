import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limits, normalizeName, SottoError } from '@sotto/protocol'

const normal = (name: string): string | undefined => {
  try {
    return normalizeName(name)
  } catch (error) {
    if (error instanceof SottoError && error.code === 'name_invalid') return undefined
    throw error
  }
}

describe('ID-2 a name', () => {
  it.each([
    ['Alice', 'alice'],
    ['ＡＬＩＣＥ', 'alice'],
    ['zoe\u0308', 'zoë'],
    ['ﬁona', 'fiona'],
    ['bob.smith_2-x', 'bob.smith_2-x'],
    ['анна', 'анна'],
    ['山田太郎', '山田太郎'],
    ['やまだ太郎', 'やまだ太郎'],
    ['김철수', '김철수'],
    ['123', '123'],
    ['ab', 'ab'],
    ['a'.repeat(31), 'a'.repeat(31)],
  ])('%j is %j', (name, expected) => {
    expect(normal(name)).toBe(expected)
  })

  it.each([
    ['too short', 'a'],
    ['too long', 'a'.repeat(32)],
    ['empty', ''],
    ['of two scripts', 'аlice'],
    ['of Greek and Latin', 'αlice'],
    ['with a space', 'al ice'],
    ['with a line break', 'al\nice'],
    ['with a zero-width space', 'al\u200bice'],
    ['with a zero-width joiner', 'al\u200dice'],
    ['with a right-to-left override', 'al\u202eice'],
    ['with a soft hyphen', 'al\u00adice'],
    ['with a null', 'al\0ice'],
    ['that begins with a mark', '\u0308alice'],
    ['that begins with a dot', '.alice'],
    ['that ends with a hyphen', 'alice-'],
    ['with a slash', 'al/ice'],
    ['with an emoji', 'alice😀'],
    ['with markup', '<b>al</b>'],
    ['with a lone surrogate', 'al\ud800ice'],
    ['that normalizes to something forbidden', 'al\u3000ice'],
  ])('%s is refused', (_what, name) => {
    expect(normal(name)).toBeUndefined()
  })

  it('is the same after it was normalized once, whatever comes in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (name) => {
        const once = normal(name)
        if (once === undefined) return
        expect(normal(once)).toBe(once)
        expect(once).toBe(once.toLowerCase().normalize('NFKC'))
        expect([...once].length).toBeLessThanOrEqual(limits.accountNameCharactersMax)
      }),
      { numRuns: 2000 },
    )
  })

  it('is the same in every form and case of its letters', () => {
    const letters = fc.string({
      unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzäöüßéñ'),
      minLength: 2,
      maxLength: 20,
    })
    fc.assert(
      fc.property(letters, (name) => {
        expect(normal(name.normalize('NFD'))).toBe(normal(name))
        // ß has a capital of two letters; names with it stay as they are written.
        if (!name.includes('ß')) expect(normal(name.toUpperCase())).toBe(normal(name))
      }),
    )
  })
})
