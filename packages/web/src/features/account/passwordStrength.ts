import { commonSentences, commonWords } from './guessedFirst.ts'

export type Weakness = 'name' | 'repeats' | 'sequence' | 'common' | 'few_words'

export type Strength =
  | { readonly kind: 'short'; readonly missing: number }
  | { readonly kind: 'weak'; readonly because: Weakness | null }
  | { readonly kind: 'fair' }
  | { readonly kind: 'good' }
  | { readonly kind: 'strong' }

/** A stretch of a password, and about how many bits a guesser has to try for it who knows how people make theirs up. */
interface Stretch {
  readonly length: number
  readonly bits: number
  readonly why: Weakness | null
}

/** Signs that stand for letters, and those that the same keys write with shift. */
const meant: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}
const unshifted = new Map([...'!@#$%^&*()_+'].map((sign, at) => [sign, '1234567890-='[at] ?? sign]))

const rows = ['1234567890-=', 'qwertyuiop[]', "asdfghjkl;'", 'zxcvbnm,./', 'qwertzuiop', 'azertyuiop']
const places = new Map(
  rows.slice(0, 4).flatMap((row, y) => [...row].map((key, x) => [key, { x: x + y / 2, y }] as const)),
)

/** Whether one key lies beside the other, or is the same. */
const isBeside = (one: string, other: string): boolean => {
  const [a, b] = [places.get(one), places.get(other)]
  if (a && b && Math.abs(a.x - b.x) <= 1 && Math.abs(a.y - b.y) <= 1) return true
  return rows
    .slice(4)
    .some((row) => Math.abs(row.indexOf(one) - row.indexOf(other)) === 1 && row.includes(one))
}

const isNext = (one: string, other: string): boolean =>
  /^[a-z]{2}$|^\d\d$/.test(one + other) && Math.abs(one.charCodeAt(0) - other.charCodeAt(0)) === 1

/** Along the keys of a keyboard, the alphabet or the digits: where it begins, how far it goes and where it turns. */
const runAt = (text: string, at: number): Stretch | undefined => {
  const keyAt = (index: number): string => unshifted.get(text[index] ?? '') ?? text[index] ?? ''
  let length = 1
  while (at + length < text.length) {
    const [one, other] = [keyAt(at + length - 1), keyAt(at + length)]
    if (one === other || !(isBeside(one, other) || isNext(one, other))) break
    length += 1
  }
  return length >= 4 ? { length, bits: 6 + length / 3, why: 'sequence' } : undefined
}

const blockMax = 64

/** The same again and again: it costs what it costs once. */
const repeatAt = (text: string, at: number, bitsOf: (text: string) => number): Stretch | undefined => {
  for (let size = 1; size <= Math.min(blockMax, (text.length - at) / 2); size++) {
    let times = 1
    while (text.startsWith(text.slice(at, at + size), at + times * size)) times += 1
    if (times > 1 && times * size >= 3)
      return {
        length: times * size,
        bits: bitsOf(text.slice(at, at + size)) + Math.log2(times),
        why: 'repeats',
      }
  }
  return undefined
}

const wordBits = 9
/** Of a word that is on no list of ours, but may be on somebody's: by its length. */
const unknownWordBits = (letters: number): number => (letters <= 2 ? 5 : letters === 3 ? 8 : 12.5)
/** Longer ones are taken for several. */
const wordLettersMax = 8

const listedAt = (text: string, at: number, list: readonly string[]): string | undefined => {
  // As it stands, and with what stands for letters read as such.
  const here = text.slice(at, at + 32)
  const read = here.replaceAll(/./gu, (sign) => meant[sign] ?? sign)
  return list.find((word) => here.startsWith(word) || read.startsWith(word))
}

const dateAt = (text: string, at: number): Stretch | undefined => {
  const [date] = /^(?:\d{1,2}[./-]\d{1,2}[./-])?(?:19|20)\d\d/.exec(text.slice(at, at + 12)) ?? []
  return date === undefined ? undefined : { length: date.length, bits: date.length > 4 ? 14 : 6, why: null }
}

/** Vowels among consonants, as in words; what is rolled by dice seldom looks so. */
const isLikeWord = (letters: string): boolean => {
  const vowels = letters.match(/[aeiouyäöüáéíóúàèìòùâêîôûåøæœ]/g)?.length ?? 0
  const share = vowels / letters.length
  return share >= 0.2 && share <= 0.7 && !/[bcdfghjklmnpqrstvwxzß]{5}|[aeiou]{4}/.test(letters)
}

const latin = /^[\p{Script=Latin}]+/u
const otherLetters = /^[\p{L}\p{M}]+/u

const lettersAt = (text: string, at: number): Stretch => {
  const here = text.slice(at)
  const [word] = latin.exec(here) ?? []
  if (word === undefined) {
    const [other = here.slice(0, 1)] = otherLetters.exec(here) ?? []
    return { length: other.length, bits: unknownWordBits([...other].length), why: 'few_words' }
  }
  if (word.length <= 2) return { length: word.length, bits: 4.7 * word.length, why: null }
  if (!isLikeWord(word)) return { length: word.length, bits: 4.7 * word.length, why: null }
  const whole = Math.floor(word.length / wordLettersMax)
  const rest = word.length % wordLettersMax
  return {
    length: word.length,
    bits: whole * unknownWordBits(wordLettersMax) + (rest > 0 ? unknownWordBits(rest) : 0),
    why: 'few_words',
  }
}

const isLetter = /^[\p{L}\p{M}]/u

const stretchAt = (text: string, at: number, name: string): Stretch => {
  const isNamed = name.length >= 3 && text.startsWith(name, at)
  if (isNamed) return { length: name.length, bits: 2, why: 'name' }
  const common = listedAt(text, at, commonWords)
  const found = [
    repeatAt(text, at, (block) => bitsIn(block, name)),
    runAt(text, at),
    common === undefined ? undefined : { length: common.length, bits: wordBits, why: 'common' as const },
    dateAt(text, at),
  ].filter((one) => one !== undefined)
  // What explains the most is what a guesser does.
  const best = found.toSorted((a, b) => b.length - a.length)[0]
  if (best) return best
  const here = text[at] ?? ''
  if (isLetter.test(text.slice(at, at + 2))) return untilListed(text, at, name)
  return { length: here.length, bits: /\d/.test(here) ? 3.3 : 5, why: null }
}

/** Letters up to where something begins that is known better. */
const untilListed = (text: string, at: number, name: string): Stretch => {
  const letters = lettersAt(text, at)
  for (let length = 1; length < letters.length; length++) {
    const place = at + length
    const isKnown =
      (name.length >= 3 && text.startsWith(name, place)) ||
      listedAt(text, place, commonWords) !== undefined ||
      runAt(text, place) !== undefined
    if (isKnown) return lettersAt(text.slice(0, place), at)
  }
  return letters
}

const saidBefore = 0.3

const stretchesOf = (text: string, name: string): readonly Stretch[] => {
  const stretches: Stretch[] = []
  const seen = new Set<string>()
  let last = ''
  for (let at = 0; at < text.length;) {
    const stretch = stretchAt(text, at, name)
    const what = text.slice(at, at + stretch.length)
    // A word said twice, or the same sign between all words, tells a guesser nothing new.
    const isSign = !/[\p{L}\p{Nd}]/u.test(what)
    const isKnown = (stretch.length >= 3 && seen.has(what)) || (isSign && (what === last || what === ' '))
    stretches.push(isKnown ? { ...stretch, bits: saidBefore } : stretch)
    seen.add(what)
    if (isSign) last = what
    at += stretch.length
  }
  return stretches
}

const bitsIn = (text: string, name: string): number =>
  stretchesOf(text, name).reduce((sum, { bits }) => sum + bits, 0)

/** Large letters: the first of a word or all of it are what everybody does. */
const caseBits = (password: string): number => {
  const large = password.match(/\p{Lu}/gu)?.length ?? 0
  const usual = password.match(/(?<![\p{L}])\p{Lu}/gu)?.length ?? 0
  if (large === 0) return 0
  return 1 + Math.min(12, Math.max(0, large - usual) * 1)
}

const strongBits = 62
const goodBits = 49
const fairBits = 40

/**
 * A hint while a password is made up, on this device alone, about what a guesser needs who has the server's secrets and knows
 * the lists, the keyboard and how words are bent. It refuses nothing but what is too short. Four random words are good, five
 * are strong.
 */
export const passwordStrength = (password: string, name: string, charactersMin: number): Strength => {
  const characters = [...password].length
  if (characters < charactersMin) return { kind: 'short', missing: charactersMin - characters }
  const lower = password.toLowerCase()
  const own = name.trim().toLowerCase()
  const condensed = lower.replaceAll(/[\s\-_.,;:]+/gu, '')
  const sentence = commonSentences.find((one) => condensed.includes(one))
  const stretches = stretchesOf(sentence ? condensed.replace(sentence, '') : lower, own)
  const bits =
    stretches.reduce((sum, one) => sum + one.bits, 0) + caseBits(password) + (sentence ? wordBits : 0)
  if (bits >= strongBits) return { kind: 'strong' }
  if (bits >= goodBits) return { kind: 'good' }
  if (bits >= fairBits) return { kind: 'fair' }
  return { kind: 'weak', because: sentence ? 'common' : weaknessOf(stretches) }
}

const grounds: readonly Weakness[] = ['name', 'common', 'sequence', 'repeats', 'few_words']

const weaknessOf = (stretches: readonly Stretch[]): Weakness | null =>
  grounds.find((ground) => stretches.some(({ why }) => why === ground)) ?? null
