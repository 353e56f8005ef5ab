import { SottoError } from '../errors.ts'
import { limits } from '../limits.ts'
import { contextual, withoutIdleJoiners, withoutThoseInPlace } from './joiners.ts'
import { isOfOneWriting } from './scripts.ts'

/** What a name that nobody has yet is refused for: the first of them that holds. */
export const accountNameProblems = {
  short: 'A name has 2 characters or more',
  long: 'The name is longer than a name can be',
  invisible: 'There is a character in the name that nobody can see',
  character: 'A name has letters and digits, and dots, hyphens and underscores between them',
  edges: 'A name begins and ends with a letter or a digit',
  scripts: 'All letters of a name are of one script',
  digits: 'All digits of a name are of one kind',
  marks: 'There are marks in the name that do not belong to a letter, or too many on one',
  joiner: 'There is a joiner or a dot in the name where its script has none',
  direction: 'A name that is written from right to left begins with a letter',
} as const

export type AccountNameProblem = keyof typeof accountNameProblems

/** That are letters of a language, whatever their category (RFC 5892 §2.6): the tsheg of Tibetan, two of Sindhi, a zero. */
const lettersToo = '\u0f0b\u06fd\u06fe\u3007'

/** What names held before there were rules for what is not seen, and what is younger than this platform. */
const heldBefore = new RegExp(
  '^(?:[\\p{L}\\p{M}\\p{Nd}._-]|(?![\\p{Default_Ignorable_Code_Point}\\p{Noncharacter_Code_Point}])\\p{Cn})+$',
  'u',
)
/** The zero of Han is a digit, too, and a ZWJ at the end belongs to the virama that it stands behind. */
const edges = /^[\p{L}\p{Nd}\p{Cn}\u3007].*(?:[\p{L}\p{M}\p{Nd}\p{Cn}\u3007]|\p{M}\u200d)$/u
const noLetters = /[^\p{L}]/gu

/** A tsheg ends a syllable of Tibetan, and the last one as well. */
const lastTsheg = /\u0f0b+$/u

/** No name from before has what is dropped here. */
const formOf = (name: string): string =>
  withoutIdleJoiners(name.normalize('NFKC').toLowerCase().normalize('NFKC').replace(lastTsheg, ''))

const lengthProblem = (name: string): 'short' | 'long' | undefined => {
  const characters = [...name].length
  if (characters < limits.accountNameCharactersMin) return 'short'
  return characters > limits.accountNameCharactersMax ? 'long' : undefined
}

/** Whether a name may have been given away before. */
const mayBeFromBefore = (form: string): boolean =>
  lengthProblem(form) === undefined &&
  heldBefore.test(form) &&
  edges.test(form) &&
  isOfOneWriting(form.replace(noLetters, ''))

/**
 * The one form under which a name is registered, shown and looked up: NFKC, lower case, without what is typed and never
 * seen (a ZWNJ that parts nothing, the last tsheg). What was ever given away has one,
 * also where nobody would get it any more (`newAccountName`): the rules get stricter, and accounts stay.
 *
 * @throws SottoError `name_invalid` for what can be nobody's
 */
export const normalizeName = (name: string): string => {
  const form = formOf(name)
  if (!mayBeFromBefore(form) && problemOf(form)) throw new SottoError('name_invalid')
  return form
}

const ignorable = /\p{Default_Ignorable_Code_Point}/u
/**
 * The letters and digits of PRECIS (RFC 8264 §8): no jamo of old Korean, which join to whatever somebody likes, and none of
 * the exceptions of RFC 5892 §2.6, among them the tatweel, which makes a word longer and no other word.
 */
const character = new RegExp(`^[\\p{L}\\p{Mn}\\p{Mc}\\p{Nd}._${lettersToo}${contextual}-]$`, 'u')
const excepted = /[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b\p{Lt}]/u

/** Something that can be called: modifiers alone pass for quotation marks and dashes. */
const firm = /[\p{Ll}\p{Lo}\p{Nd}]/u

const isCharacter = (one: string): boolean => character.test(one) && !excepted.test(one)

/** Digits of one kind are ten that follow each other: two further apart are of two. */
const areOneKind = (digits: readonly string[]): boolean => {
  const points = digits.map((digit) => digit.codePointAt(0) ?? 0)
  return points.length === 0 || Math.max(...points) - Math.min(...points) < 10
}

/** A mark without a letter, the same twice, more than four on one letter (UTS 39 §5.4), or a letter in a pile. */
const loneMark = /(?:^|[^\p{L}\p{M}\u200d])\p{M}/u
const tooManyMarks = /\p{Mn}{5}|\p{M}{9}|(\p{Mn})\1/u

const hasPlace = new RegExp(`[${contextual}]`, 'u')

const rightToLeft =
  /[\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}\p{sc=Thaa}\p{sc=Nkoo}\p{sc=Adlm}\p{sc=Mand}\p{sc=Rohg}\p{sc=Samr}\p{sc=Mend}]/u

const problemOf = (form: string): AccountNameProblem | undefined => {
  const characters = [...form]
  if (characters.some((one) => ignorable.test(one) && !hasPlace.test(one))) return 'invisible'
  const length = lengthProblem(form)
  if (length) return length
  if (!characters.every(isCharacter) || !firm.test(form)) return 'character'
  if (!edges.test(form)) return 'edges'
  if (!isOfOneWriting(form)) return 'scripts'
  if (!areOneKind(form.match(/\p{Nd}/gu) ?? [])) return 'digits'
  const apart = form.normalize('NFD')
  if (loneMark.test(apart) || tooManyMarks.test(apart)) return 'marks'
  if (hasPlace.test(withoutThoseInPlace(form))) return 'joiner'
  // RFC 5893 §2; its other conditions follow from one script and one kind of digits.
  const [first = ''] = characters
  return rightToLeft.test(form) && !/\p{L}/u.test(first) ? 'direction' : undefined
}

/** Why nobody gets this name; undefined for one that can be had, as far as names alone tell. */
export const accountNameProblem = (name: string): AccountNameProblem | undefined => problemOf(formOf(name))

/**
 * The form of a name that somebody is to get: PRECIS (RFC 8265 §3.3, with the compatible forms of a letter taken for it) and
 * UTS 39 (§5.2, highly restrictive). Whether it looks like another's, `lookOf` tells.
 *
 * @throws SottoError `name_invalid {reason}`
 */
export const newAccountName = (name: string): string => {
  const reason = accountNameProblem(name)
  if (reason) throw new SottoError('name_invalid', accountNameProblems[reason], { reason })
  return normalizeName(name)
}

const ignorables = /\p{Default_Ignorable_Code_Point}/gu

/** A name as it is shown: of one from before, what nobody would see stands there as `�`, so that it passes for no other. */
export const shownName = (name: string): string =>
  name.search(ignorables) >= 0 && problemOf(name) ? name.replaceAll(ignorables, '\ufffd') : name
