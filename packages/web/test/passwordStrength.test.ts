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
    ['xx Alice 2024 xx', 'name'],
  ])('%s is easy to guess: %s', (password, because) => {
    const strength = passwordStrength(password, 'alice', 12)
    expect(strength.kind).toBe('weak')
    expect(['repeats', 'sequence', 'common', 'name']).toContain(
      strength.kind === 'weak' ? strength.because : '',
    )
    if (because === 'name' && strength.kind === 'weak') expect(strength.because).toBe('name')
  })
  test.each([
    ['Password1234!@', 'common'],
    ['P@ssw0rd12345', 'common'],
    ['Sommer2024!!xx', 'common'],
    ['NewYork20202020', 'common'],
    ['manchesterunited', 'common'],
    ['administrator1', 'common'],
    ['ThisIsMyPassword', 'common'],
    ['letmeinletmein', 'repeats'],
    ['hunter2hunter2', 'repeats'],
    ['aaaaaaaaaaaaB1!', 'repeats'],
    ['qwertyuiop123', 'sequence'],
    ['qwertzuiop12', 'sequence'],
    ['1q2w3e4r5t6y', 'sequence'],
    ['1qaz2wsx3edc4rfv', 'sequence'],
    ['!QAZ@WSX3edc', 'sequence'],
    ['123456789012', 'sequence'],
    ['correct horse battery staple', 'common'],
    ['Correct-Horse-Battery-Staple1', 'common'],
    ['To be, or not to be', 'common'],
    ['maytheforcebewithyou', 'common'],
    ['dragon monkey tiger', 'common'],
    ['iamthebestintheworld', 'few_words'],
    ['orbit lamp tulip', 'few_words'],
    ['12.03.1987 Anna', 'few_words'],
    ['我的密码是一二三四五六七八', 'few_words'],
  ])('%s follows rules and is easy to guess all the same: %s', (password, because) => {
    expect(passwordStrength(password, 'alice', 12)).toEqual({ kind: 'weak', because })
  })
  test('words in a row are better the more there are, as the hint says', () => {
    expect(kindOf('orbit lamp tulip quartz')).toBe('good')
    expect(kindOf('velvet-orbit-lamp-tulip')).toBe('good')
    expect(kindOf('velvet orbit lamp tulip quartz')).toBe('strong')
    // What is said again adds nothing.
    expect(kindOf('orbit lamp tulip orbit lamp tulip')).toBe('weak')
  })
  test('random characters are strong when there are enough of them', () => {
    expect(kindOf('x7#Kq9!vBz2&')).toBe('good')
    expect(kindOf('kxqzvbnwpmtr')).toBe('good')
    expect(kindOf('8317205946127395')).toBe('fair')
    expect(kindOf('x7#Kq9!vBz2&mRw8Lp')).toBe('strong')
  })
  test('the longest password is judged at once', () => {
    const startMs = performance.now()
    passwordStrength('ab'.repeat(127) + 'c', '', 12)
    passwordStrength('a'.repeat(256), '', 12)
    expect(performance.now() - startMs).toBeLessThan(200)
  })
})
