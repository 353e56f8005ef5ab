/** Letters of Arabic that join what stands behind them, and those that join only what stands before (ArabicShaping.txt). */
const joiningBoth =
  '\u0620\u0626\u0628\u062a-\u062e\u0633-\u063f\u0641-\u0647\u0649\u064a\u066e\u066f\u0678-\u0687\u069a-\u06bf\u06c1\u06c2' +
  '\u06cc\u06ce\u06d0\u06d1\u06fa-\u06fc\u06ff\u0750-\u0758\u075c-\u076a\u076d-\u0770\u0772\u0775-\u0777\u077a-\u077f' +
  '\u0886\u0889-\u088d\u08a0-\u08a9\u08af\u08b0\u08b3-\u08b8\u08ba-\u08c8'
const joiningBefore =
  '\u0622-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0673\u0675-\u0677\u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf' +
  '\u06d2\u06d3\u06d5\u06ee\u06ef\u0759-\u075b\u076b\u076c\u0771\u0773\u0774\u0778\u0779\u0870-\u0882\u088e\u08aa-\u08ac' +
  '\u08ae\u08b1\u08b2\u08b9'

/** Characters of the combining class 9. */
const viramas =
  '\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0e3a\u0eba\u0f84\u1039\u103a\u1714\u1715\u1734' +
  '\u17d2\u1a60\u1b44\u1baa\u1bab\u1bf2\u1bf3\u2d7f\ua806\ua82c\ua8c4\ua953\ua9c0\uaaf6\uabed\u{11046}\u{11070}\u{1107f}' +
  '\u{110b9}\u{11133}\u{11134}\u{111c0}\u{11235}\u{112ea}\u{1134d}\u{11442}\u{114c2}\u{115bf}\u{1163f}\u{116b6}\u{1172b}' +
  '\u{11839}\u{11d44}\u{11d45}\u{11d97}'

/** RA of the scripts of India, which has a repha with a virama behind it. */
const ras = '\u0930\u0931\u09b0\u09f0\u0a30\u0ab0\u0b30\u0c30\u0cb0\u0d30'

/**
 * Characters that nobody sees by themselves, or that pass for punctuation, each in the one place where it is a part of
 * writing: the contextual rules of RFC 5892, appendix A; the ZWJ before a virama behind which RA keeps its shape (UAX 31
 * §2.3.1); and the vowel separator of Mongolian.
 */
const inPlace = [
  new RegExp(`(?<=[${viramas}])[\\u200c\\u200d]`, 'gu'),
  new RegExp(`(?<=[${joiningBoth}]\\p{Mn}*)\\u200c(?=\\p{Mn}*[${joiningBoth}${joiningBefore}])`, 'gu'),
  new RegExp(`(?<=[${ras}])\\u200d(?=[${viramas}])`, 'gu'),
  /(?<=[\u1820-\u18aa])\u180e(?=[\u1820-\u18aa])/gu,
  /(?<=l)\u00b7(?=l)/gu,
  /\u0375(?=\p{scx=Grek})/gu,
  /(?<=\p{sc=Hebr})[\u05f3\u05f4]/gu,
]

const anyOfJapan = /[\p{sc=Hira}\p{sc=Kana}\p{sc=Hani}]/u

/** A text without the characters that stand where they belong: those that are left do not. */
export const withoutThoseInPlace = (text: string): string => {
  const rest = inPlace.reduce((left, place) => left.replaceAll(place, ''), text)
  return anyOfJapan.test(rest) ? rest.replaceAll('\u30fb', '') : rest
}

/** The characters that have a place at all. */
export const contextual = '\u200c\u200d\u180e\u00b7\u0375\u05f3\u05f4\u30fb'

const idle = new RegExp(
  `(?<=[\\u0621\\u06d5${joiningBefore}]\\p{Mn}*)\\u200c+(?=[\\u0621\\u06d5${joiningBoth}${joiningBefore}])`,
  'gu',
)

/** A text without each ZWNJ between letters of Arabic that do not join anyway: many keyboards put one between words. */
export const withoutIdleJoiners = (text: string): string => text.replaceAll(idle, '')
