import { describe, expect, test } from 'vitest'
import { passwordStrength } from '../src/features/account/passwordStrength.ts'

const kindOf = (password: string, name = 'alice') => passwordStrength(password, name, 12).kind

describe('strength of a password', () => {
  test('tells how much is missing, in characters and not in code units', () => {
    expect(passwordStrength('12345678901', '', 12)).toEqual({ kind: 'short', missing: 1 })
    expect(passwordStrength('👋🏽👋🏽', '', 12)).toEqual({ kind: 'short', missing: 8 })
  })
  test.each([
    ['aaaaaaaaaaaaaaaa', 'repeats'],
    ['abcabcabcabcabc', 'repeats'],
    ['abcdefghijklmnop', 'sequence'],
    ['qwertyuiopasdfgh', 'sequence'],
    ['password123456', 'common'],
    ['alice alice 12', 'name'],
  ])('%s is easy to guess: %s', (password, because) => {
    const strength = passwordStrength(password, 'alice', 12)
    expect(strength.kind).toBe('weak')
    expect(['repeats', 'sequence', 'common', 'name']).toContain(
      strength.kind === 'weak' ? strength.because : '',
    )
    if (because === 'name' && strength.kind === 'weak') expect(strength.because).toBe('name')
  })
  test('words in a row are better the more there are', () => {
    expect(kindOf('orbit lamp tulip')).not.toBe('strong')
    expect(kindOf('correct horse battery staple')).toMatch(/fair|good/)
    expect(kindOf('velvet orbit lamp tulip quartz meadow')).toBe('strong')
  })
  test('random characters are strong', () => {
    expect(kindOf('x7#Kq9!vBz2&mR')).toMatch(/good|strong/)
    expect(kindOf('x7#Kq9!vBz2&mRw8Lp')).toBe('strong')
  })
  test('the longest password is judged at once', () => {
    const startMs = performance.now()
    passwordStrength('ab'.repeat(127) + 'c', '', 12)
    passwordStrength('a'.repeat(256), '', 12)
    expect(performance.now() - startMs).toBeLessThan(200)
  })
})
