import { describe, expect, it } from 'vitest'
import { limits, messageTextProblem, opaqueString, passwordProblem } from '@sotto/protocol'

const max = limits.textBytesMax

describe('TEXT-1 what is said', () => {
  it.each(['x', 'ü', '€', '🙂'])('has so many bytes and no more, of whatever they are: %s', (character) => {
    const bytes = new TextEncoder().encode(character).length
    const most = character.repeat(Math.floor(max / bytes))
    expect(messageTextProblem(most.slice(character.length))).toBeUndefined()
    expect(messageTextProblem(most)).toBeUndefined()
    expect(messageTextProblem(`${most}${'x'.repeat((max % bytes) + 1)}`)).toBe('long')
  })

  it.each([
    '',
    ' ',
    '\n\t\r\n',
    '\u00a0\u3000\u2003',
    '\u200b\u200c\u200d\u2060\ufeff',
    '\u115f\u1160\u3164\uffa0',
    '\ufe0f\u{e0100}\u034f',
    '\u{e0061}\u{e007f}',
    '\u2800',
    '\u00ad',
    '\u202e\u2066\u200f',
    '\u0301',
    ' \u20dd\u0903',
    '\u0000\u001b\u007f',
    '\u{1d159}',
    '\u070f',
    '\u{13430}',
    '\u{1343f}',
  ])('is nothing where nothing is seen: %j', (text) => {
    expect(messageTextProblem(text)).toBe('empty')
    expect(messageTextProblem(`${text}.`)).toBeUndefined()
  })

  it.each([
    '.',
    '0',
    '👍',
    '\u2764\ufe0f',
    '1\ufe0f\u20e3',
    'e\u0301',
    '\u0600',
    '\u06dd',
    '\u{110bd}',
    '➿',
    '\u{1f3f4}\u{e0067}\u{e007f}',
  ])('is something where something is seen: %j', (text) => expect(messageTextProblem(text)).toBeUndefined())

  it('is well-formed', () => expect(messageTextProblem('a\ud800')).toBe('malformed'))
})

describe('PASSWORD-1 a password', () => {
  it('has one form, however a keyboard writes it', () => {
    expect(opaqueString('Gu\u0308nther\u00a0\u3000')).toBe('G\u00fcnther  ')
    expect(opaqueString('한')).toBe(opaqueString('한'.normalize('NFD')))
  })

  it('keeps case, ends, and what only looks alike', () => {
    for (const password of [' Aa ', 'ﬁ', 'ＡＢ', '™', '\u200d', 'ß'])
      expect(opaqueString(password)).toBe(password)
  })

  it('is as long as its form', () => {
    expect(passwordProblem(opaqueString('e\u0301'.repeat(11)))).toBe('short')
    expect(passwordProblem(opaqueString('e\u0301'.repeat(12)))).toBeUndefined()
    expect(passwordProblem(opaqueString('e\u0301'.repeat(256)))).toBeUndefined()
    expect(passwordProblem('x'.repeat(257))).toBe('long')
    expect(passwordProblem('twelve chars\u0000')).toBe('control')
    expect(passwordProblem('twelve chars\ud800')).toBe('control')
  })

  it.each([' ', '\u00a0', '\u3000', '\u200b', '\u2060', '\u00ad'])(
    'has something to see in it, unlike twelve of %j',
    (one) => {
      expect(passwordProblem(opaqueString(one.repeat(12)))).toBe('blank')
      expect(passwordProblem(opaqueString(`${one.repeat(12)}x`))).toBeUndefined()
    },
  )
})
