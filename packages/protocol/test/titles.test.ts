import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasSomethingToSee, limits, shownTitle, titleOf } from '@sotto/protocol'

const max = limits.roomNameCharactersMax

describe('NAME-1 a title', () => {
  it.each([
    ['a sign', '™ news'],
    ['a ligature', 'ﬁnance'],
    ['wide letters', 'ＡＢＣ'],
    ['a family', '👨\u200d👩\u200d👧\u200d👦 family'],
    ['a flag of tags', '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'],
    ['a flag of letters', '🇩🇪 team'],
    ['a keycap', '1\ufe0f\u20e3 first'],
    ['a red heart', '\u2764\ufe0f'],
    ['a heart as text', '\u2764\ufe0e'],
    ['a colour of skin', '👩🏽\u200d🚀'],
    ['Telugu with ZWNJ', 'శ్రీ\u200cనివాస'],
    ['Persian with ZWNJ', 'خانه\u200cها'],
    ['Sinhala with ZWJ', 'ශ්\u200dරී ලංකා'],
    ['a variant of a Chinese character', '葛\u{e0100}城'],
    ['Mongolian with a selector', 'ᠮᠣᠩᠭᠣᠯ\u180b'],
    ['punctuation', 'C++ & "C#" – <b>team</b> #3'],
    ['Hebrew with points', 'שָׁלוֹם'],
    ['as much as there may be', '🙂'.repeat(max)],
  ])('may be %s, and stays what it is: %j', (_what, text) => {
    expect(titleOf(text, max)).toEqual({ kind: 'title', title: text })
  })

  it.each([
    ['  a   b ', 'a b'],
    ['a\u3000b', 'a b'],
    ['a\u00a0b', 'a b'],
    ['zoe\u0308', 'zoë'],
  ])('%j is stored as %j, which nobody sees', (text, title) => {
    expect(titleOf(text, max)).toEqual({ kind: 'title', title })
  })

  it.each([
    ['empty', ''],
    ['empty', ' \u3000 '],
    ['empty', '\u200b'],
    ['empty', '\u3164'],
    ['empty', '\u2800\u2800'],
    ['empty', '\u0301'],
    ['long', 'x'.repeat(max + 1)],
    ['line', 'a\u0001b'],
    ['line', 'a\nb'],
    ['line', 'a\tb'],
    ['line', 'a\u2028b'],
    ['line', 'a\u0085b'],
    ['invisible', 'a\u200bb'],
    ['invisible', 'a\u2060b'],
    ['invisible', 'a\u00adb'],
    ['invisible', 'a\u200db'],
    ['invisible', 'a\u034fb'],
    ['invisible', 'a\u3164b'],
    ['invisible', 'a\u2800b'],
    ['invisible', 'a\ufe0fb'],
    ['invisible', 'a\u{e0061}'],
    ['invisible', '👍\u200d👎'],
    ['invisible', 'శ్రీ\u200c\u200cనివాస'],
    ['turns', 'a\u202eb'],
    ['turns', 'a\u2067b'],
    ['turns', '\u200fa'],
    ['turns', 'a\u061c'],
    ['piled', `a${'\u0300\u0301\u0302\u0303'.repeat(2)}`],
    ['malformed', 'a\ud800'],
  ])('%s: not %j', (problem, text) => {
    expect(titleOf(text, max)).toEqual({ kind: 'refused', problem })
  })

  it('is a title again as it is stored, has something to see, and is shown as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (text) => {
        const read = titleOf(text, max)
        if (read.kind === 'refused') return
        expect(titleOf(read.title, max)).toEqual(read)
        expect(hasSomethingToSee(read.title)).toBe(true)
        expect(shownTitle(read.title, max)).toBe(read.title)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('NAME-2 a title from elsewhere', () => {
  it('is shown in one line that turns nothing, or not at all, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const shown = shownTitle(text, 10)
        expect([...shown].length).toBeLessThanOrEqual(10)
        expect(shown).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u)
        expect(shown === '' || hasSomethingToSee(shown)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})
