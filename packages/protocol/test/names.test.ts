import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accountNameProblem,
  isReservedName,
  limits,
  lookOf,
  newAccountName,
  normalizeName,
  reservedNames,
  shownName,
  SottoError,
} from '@sotto/protocol'

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
    ['with a right-to-left override', 'al\u202eice'],
    ['with a soft hyphen', 'al\u00adice'],
    ['with a null', 'al\0ice'],
    ['that begins with a mark', '\u0308alice'],
    ['that begins with a dot', '.alice'],
    ['that ends with a hyphen', 'alice-'],
    ['with a slash', 'al/ice'],
    ['with an emoji', 'alice😀'],
    ['with a zero-width joiner between Latin letters', 'al\u200dice'],
    ['with a middle dot between others', 'al·ice'],
    ['of a dead script', '𐤀𐤁'],
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

describe('ID-2a a name that somebody wants', () => {
  it.each([
    ['Amharic', 'ጥሩነሽ'],
    ['Arabic', 'محمد'],
    ['Arabic with digits', 'فاطمة٩٨'],
    ['Armenian', 'Արամ'],
    ['Balinese', 'ᬯᬬᬦ᭄'],
    ['Bengali', 'সত্যজিৎ'],
    ['Bengali with ZWJ before a virama', 'র\u200dযাচেল'.replace('\u200d', '\u200d\u09cd')],
    ['Burmese', 'အောင်ဆန်းစုကြည်'],
    ['Catalan with a middle dot', 'gal·la'],
    ['Cherokee', 'ᏎᏉᏯ'],
    ['Chinese', '王小明'],
    ['Chinese with a zero', '二〇一'],
    ['Cyrillic', 'Сергей'],
    ['Devanagari', 'नरेन्द्र'],
    ['Ewe', 'Kɔdzo'],
    ['Fula in Adlam', '𞤀𞤣𞤢𞤥'],
    ['Georgian', 'ნინო'],
    ['Greek with a final sigma', 'Γιώργος'],
    ['Gujarati', 'મહેન્દ્ર'],
    ['Gurmukhi', 'ਗੁਰਪ੍ਰੀਤ'],
    ['Hawaiian with an ʻokina', 'Kaʻiulani'],
    ['Hebrew', 'דוד'],
    ['Hebrew with gershayim', 'רמב״ם'],
    ['Inuktitut', 'ᓄᓇᕗᑦ'],
    ['Japanese', '山田たろう'],
    ['Japanese with a long vowel', 'ローラ'],
    ['Japanese with a middle dot', 'マリー・ローズ'],
    ['Japanese with Latin', 'tanaka太郎'],
    ['Javanese', 'ꦱꦸꦂꦾ'],
    ['Kannada', 'ಕೃಷ್ಣ'],
    ['Khmer', 'សុខា'],
    ['Korean', '김철수'],
    ['Lao', 'ສົມຈິດ'],
    ['Lisu', 'ꓡꓲꓢꓴ'],
    ['Malayalam', 'ക്രിസ്റ്റ്യൻ'],
    ['Mongolian', 'ᠪᠣᠯᠣᠷ'],
    ['N’Ko', 'ߞߊ߲ߘߍ'],
    ['Odia', 'ଜଗନ୍ନାଥ'],
    ['Ol Chiki', 'ᱥᱟᱱᱛᱟᱲ'],
    ['Persian with ZWNJ', 'آتیه\u200cسادات'],
    ['Sinhala with ZWJ', 'ශ්\u200dරී'],
    ['Syriac', 'ܐܦܪܝܡ'],
    ['Tamil', 'தமிழரசன்'],
    ['Telugu with ZWNJ', 'శ్రీనివాస్\u200cరావు'],
    ['Thai', 'สมชาย'],
    ['Thaana', 'އަހުމަދު'],
    ['Tibetan with a tsheg', 'བསྟན་འཛིན'],
    ['Tifinagh', 'ⵎⴰⵣⵉⵖ'],
    ['Turkish', 'İpek'],
    ['Urdu', 'عائشہ'],
    ['Vietnamese', 'Nguyễn'],
    ['Yi', 'ꆈꌠ'],
    ['Assamese with ZWJ before a virama', 'ৰ\u200d\u09cdয'],
    ['Kannada with ZWJ before a virama', 'ರ\u200d\u0ccdಯಾನ್'],
    ['Odia with ZWJ before a virama', 'ର\u200d\u0b4dୟାନ'],
    ['Telugu with ZWJ before a virama', 'ర\u200d\u0c4dయాన్'],
    ['Malayalam with an old chillu', 'കിരണ്\u200d'],
    ['Mongolian with a vowel separator', 'ᠰᠠᠷ\u180eᠠ'],
    ['Chinese with a zero at the end', '王〇'],
    ['Chinese with a zero in front', '〇王'],
    ['Cyrillic with a ring', 'а̊ня'],
    ['Cyrillic with a macron', 'ю̄ра'],
    ['Persian with ZWNJ that parts nothing', 'امیر\u200cعلی'],
    ['Tibetan with its last tsheg', 'ཚེ་རིང་'],
    ['Yoruba with two marks on a letter', 'Ọlá'],
  ])('may be %s: %j', (_script, name) => {
    expect(accountNameProblem(name)).toBeUndefined()
    expect(normalizeName(name)).toBe(newAccountName(name))
  })

  it.each([
    ['short', 'one letter', 'a'],
    ['long', 'one too many', 'a'.repeat(limits.accountNameCharactersMax + 1)],
    ['invisible', 'a combining grapheme joiner', 'alic\u034fe'],
    ['invisible', 'a filler of Korean', '\u115fab'],
    ['invisible', 'another', 'ab\u1160'],
    ['invisible', 'the one that is a letter', '\u3164\u3164'],
    ['invisible', 'its narrow form', '\uffa0\uffa0'],
    ['invisible', 'a variation selector', 'alice\ufe0f'],
    ['invisible', 'one of the supplement', 'alice\u{e0100}'],
    ['invisible', 'a tag', 'alice\u{e0061}'],
    ['invisible', 'a zero-width space', 'al\u200bice'],
    ['invisible', 'a word joiner', 'al\u2060ice'],
    ['invisible', 'a soft hyphen', 'al\u00adice'],
    ['invisible', 'a byte order mark', '\ufeffalice'],
    ['invisible', 'a right-to-left override', 'al\u202eice'],
    ['invisible', 'an inherent vowel of Khmer', 'កា\u17b4'],
    ['character', 'the blank of Braille', 'a\u2800b'],
    ['character', 'a control character', 'al\0ice'],
    ['character', 'a space', 'al ice'],
    ['character', 'an emoji', 'alice😀'],
    ['character', 'old Korean', '\u1100\u1161\u1100'],
    ['character', 'a tatweel', 'محـمد'],
    ['character', 'an enclosing mark', 'a\u20ddb'],
    ['character', 'modifiers alone', 'ʻʼ'],
    ['character', 'a slash', 'al/ice'],
    ['edges', 'a dot in front', '.alice'],
    ['edges', 'a hyphen at the end', 'alice-'],
    ['scripts', 'a Cyrillic а', 'аlice'],
    ['scripts', 'Greek and Latin', 'αlice'],
    ['scripts', 'Hebrew and Latin', 'davidדוד'],
    ['scripts', 'Korean and Japanese', '김たろう'],
    ['scripts', 'letters that nobody writes today', '𐤀𐤁'],
    ['digits', 'digits of two kinds', 'علي1٢'],
    ['digits', 'of two that look alike', 'علي٤۵'],
    ['marks', 'five on one letter', 'a\u0300\u0301\u0302\u0303\u0304b'],
    ['marks', 'one twice', 'ab\u0323\u0323'],
    ['marks', 'one on a hyphen', 'a-\u0301b'],
    ['marks', 'one on a digit', 'a1\u0301'],
    ['joiner', 'a ZWJ between Latin letters', 'al\u200dice'],
    ['joiner', 'a ZWNJ between Latin letters', 'al\u200cice'],
    ['joiner', 'a ZWNJ before a digit', 'علی\u200c٢'],
    ['joiner', 'a ZWJ behind another letter than RA', 'ಕ\u200d\u0ccdಯ'],
    ['scripts', 'a vowel separator of Mongolian in Latin', 'al\u180eice'],
    ['joiner', 'two of them', 'ᠰᠠ\u180e\u180eᠠ'],
    ['edges', 'a vowel separator at the end', 'ᠰᠠ\u180e'],
    ['joiner', 'a middle dot elsewhere', 'al·ice'],
    ['joiner', 'the dot of Japanese elsewhere', 'al・ice'],
    ['direction', 'a digit in front of Arabic', '٣علي'],
    ['direction', 'a digit in front of Hebrew', '1דוד'],
  ])('%s: not with %s', (reason, _what, name) => {
    expect(accountNameProblem(name)).toBe(reason)
    expect(() => newAccountName(name)).toThrow(
      expect.objectContaining({ code: 'name_invalid', detail: { reason } }),
    )
  })

  it.each([
    ['امیر\u200cعلی', 'امیرعلی'],
    ['عبد\u200cالله', 'عبدالله'],
    ['آیة\u200cالله', 'آیةالله'],
    ['رد\u200cد', 'ردد'],
    ['علی\u200cرضا', 'علی\u200cرضا'],
    ['ཚེ་རིང་', 'ཚེ་རིང'],
  ])('is found as it was typed, and given away without what is not seen: %j', (typed, name) => {
    expect([newAccountName(typed), normalizeName(typed), normalizeName(name)]).toEqual([name, name, name])
  })

  it('is looked up as it was given away, also where it would not be given away any more', () => {
    for (const name of ['alic\u034fe', '\u115fab', 'a\u0301\u0302\u0303\u0304\u0305b', 'محـمد', '1דוד'])
      expect([normal(name), accountNameProblem(name) !== undefined]).toEqual([name.normalize('NFKC'), true])
  })

  it('is shown with what nobody would see, where it is from before', () => {
    expect(shownName('alic\u034fe')).toBe('alic\ufffde')
    expect(shownName('\u1160ab')).toBe('\ufffdab')
    for (const name of ['alice', 'علی\u200cرضا', 'محـمد']) expect(shownName(name)).toBe(name)
  })

  it('is normal once and for all, and shows something, whatever comes in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (written) => {
        if (accountNameProblem(written)) return
        const name = newAccountName(written)
        expect(newAccountName(name)).toBe(name)
        expect(normalizeName(written)).toBe(name)
        expect(name).toMatch(/[\p{Ll}\p{Lo}\p{Nd}]/u)
        expect(lookOf(name)).not.toBe('')
      }),
      { numRuns: 3000 },
    )
  })
})

describe('ID-2b the look of a name', () => {
  it.each([
    ['alice', 'alic\u034fe'],
    ['alice', 'al\u200bice'],
    ['alice', 'a1ice'],
    ['alice', 'аӏісе'],
    ['alice', 'ᴀʟɪᴄᴇ'],
    ['alice', 'ALICE'],
    ['alice', 'ａｌｉｃｅ'],
    ['bob', 'b0b'],
    ['scope', 'ѕсоре'],
    ['modern', 'modem'],
    ['tom', 'том'],
    ['ipek', 'i\u0307pek'],
    ['ipek', 'ıpek'],
    ['γιωργος', 'γιωργοσ'],
    ['アリー', 'アリ一'],
    ['ロ口', '口ロ'],
    ['علیرضا', 'علی\u200cرضا'],
    ['علی', 'على'],
    ['ab', 'ab\ufe0f'],
    ['ஸ்ரீராம்', 'ஶ்ரீராம்'],
    ['ខ្តា', 'ខ្ដា'],
    ['കിരൺ', 'കിരണ്\u200d'],
    ['ᠰᠠᠷᠠ', 'ᠰᠠᠷ\u180eᠠ'],
    ['ແດງ', 'ເເດງ'],
    ['แดง', 'เเดง'],
    ['ကိုကို', 'ကုိကုိ'],
    ['ស៊ីណា', 'សី៊ណា'],
    ['កាំណា', 'កំាណា'],
    ['ស្ត្រី', 'ស្រ្តី'],
    ['น้ำ', 'นํ้า'],
    ['กี่กี่', 'ก่ีก่ี'],
    ['ᠪᠣᠯᠣᠷ', 'ᠪᠤᠯᠤᠷ'],
    ['ᠪᠥᠯᠥᠷ', 'ᠪᠦᠯᠦᠷ'],
    ['ᠲᠠᠨ', 'ᠳᠡᠨ'],
    ['ⵎⴰⵣⵉⵖ', 'ⵎⴰⵣ\u2d7fⵉⵖ'],
    ['高橋', '髙橋'],
    ['青木', '靑木'],
    ['戶田', '户田'],
    ['戶田', '戸田'],
    ['吉田', '𠮷田'],
    ['宮崎', '宫﨑'],
    ['一一', 'ㄧㄧ'],
    ['丫丫', 'ㄚㄚ'],
    ['力ニ夕エ', 'カ二タ工'],
  ])('of %j is that of %j', (one, other) => {
    expect(lookOf(one)).toBe(lookOf(other))
  })

  it.each([
    ['alice', 'alicia'],
    ['alice', 'alíce'],
    ['zoe', 'zoë'],
    ['bob', 'rob'],
    ['анна', 'анна2'],
    ['a.b', 'a-b'],
    ['carol', 'c4rol'],
    ['未来', '末来'],
    ['ស្តី', 'ស្ថី'],
    ['ကိုကို', 'ကုကု'],
    ['ᠪᠣᠯ', 'ᠪᠥᠯ'],
    ['王', '玉'],
    ['马', '馬'],
  ])('of %j is not that of %j', (one, other) => {
    expect(lookOf(one)).not.toBe(lookOf(other))
  })

  it('is its own look, and that of every form and case of the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (name) => {
        const look = lookOf(name)
        expect(lookOf(look)).toBe(look)
        expect(lookOf(name.normalize('NFD'))).toBe(look)
        expect(lookOf(name.normalize('NFKC').toLowerCase())).toBe(look)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['Thai', 'กขเแโ\u0e31\u0e33\u0e35\u0e38\u0e3a\u0e48\u0e4d'],
    ['Lao', 'ກເແ\u0eb3\u0eb5\u0eb8\u0eba\u0ec8\u0ecd'],
    ['Burmese', 'ကင\u102c\u102d\u102f\u1031\u1036\u1037\u1038\u1039\u103a\u103b\u103c\u103e'],
    ['Khmer', 'កខដតរ\u17b6\u17b7\u17c6\u17ca\u17d2\u17d2\u17dd'],
    ['Tamil', 'ஸஶரக\u0bc0\u0bcd\u0bbe'],
    ['Tifinagh and Mongolian', 'ⵎⴰ\u2d7fᠠᠡᠣᠤ'],
    ['Japanese', '一ㄧ髙高吉𠮷カ力ー・'],
  ])('is its own look where signs of %s are typed in any order', (_script, letters) => {
    const unit = fc.constantFrom(...letters)
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 10 }), (name) => {
        const look = lookOf(name)
        expect(lookOf(look)).toBe(look)
        expect(lookOf(name.normalize('NFD'))).toBe(look)
      }),
      { numRuns: 500 },
    )
  })

  // A lone sign of subscripts goes before what stands above, by Unicode's own order, and brings other signs together.
  it.each([
    '\u17dd\u17ca\u17b6\u17b6\u17d2\u17b6\u17d2\u17b6',
    'ក\u17dd\u17ca\u17b7\u17d2\u17ca\u17d2\u17ca',
  ])('is its own look where marks that Unicode orders stand between signs: %j', (name) =>
    expect(lookOf(lookOf(name))).toBe(lookOf(name)),
  )
})

describe('ID-2c a name that is kept from everybody', () => {
  it.each([...reservedNames])('is %s', (name) => expect(isReservedName(name)).toBe(true))

  it.each([
    'Admin',
    'adm1n',
    'аdmin',
    'r00t',
    'ѕуѕтем',
    's0tto',
    'every.one',
    'sup-port',
    'ᴀᴅᴍɪɴ',
    'adm\u200bin',
  ])('is what looks like one: %j', (name) => expect(isReservedName(name)).toBe(true))

  it.each(['alice', 'adrian', 'hermine', 'rooter', 'allan', 'botond', 'rubén'])('is not %s', (name) =>
    expect(isReservedName(name)).toBe(false),
  )
})
