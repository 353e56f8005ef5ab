import { SottoError } from '../errors.ts'
import { hasSomethingToSee, unseen } from './sight.ts'

/**
 * What a room, a hook or a token is called: free text in one line, as its author wrote it. Nothing is exchanged for
 * something that is alike (`™` stays `™`); what nobody would see stands only where writing needs it.
 */
export const titleProblems = {
  empty: 'A name has something to see in it',
  long: 'The name is longer than a name can be',
  line: 'A name is one line, without control characters',
  invisible: 'There is a character in the name that nobody can see',
  turns: 'A name must not turn the direction of what stands around it',
  piled: 'There are too many marks on one letter of the name',
  malformed: 'The name is not well-formed Unicode',
} as const

export type TitleProblem = keyof typeof titleProblems

/** The stored form of a title, or what is wrong with it. */
export type Title =
  | { readonly kind: 'title'; readonly title: string }
  | { readonly kind: 'refused'; readonly problem: TitleProblem }

/** RFC 8266 §2.1, but NFC: spaces of any width are one space, and none stands at an end. */
const formOf = (text: string): string =>
  text
    .replaceAll(/\p{Zs}+/gu, ' ')
    .trim()
    .normalize('NFC')

const lineBreak = /[\p{Cc}\p{Zl}\p{Zp}\ufff9-\ufffb]/u
const turnsDirection = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u
const tooManyMarks = /[\p{Mn}\p{Me}]{7}|(?:\p{M}){13}/u

/** Platforms that cannot read sets of sequences know emoji by their grammar (UTS 51, ED-17). */
const emoji = ((): RegExp => {
  try {
    return new RegExp('\\p{RGI_Emoji}', 'gv')
  } catch {
    return /\p{Emoji}\ufe0f?\p{EMod}?(?:[\u{e0020}-\u{e007e}]+\u{e007f})?(?:\u200d\p{Emoji}\ufe0f?\p{EMod}?)*/gu
  }
})()

const usesJoiners =
  'Arab Syrc Mong Nkoo Phag Mand Adlm Rohg Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Khmr Mymr Tibt Java Bali Lana'
    .split(' ')
    .map((script) => `\\p{scx=${script}}`)
    .join('')

/** Characters that are not seen, where their neighbours need them. */
const inPlace = [
  /(?<=\p{Emoji})[\ufe0e\ufe0f]/gu,
  new RegExp(`(?<=(?![\\u200c\\u200d])[${usesJoiners}])[\\u200c\\u200d]`, 'gu'),
  /(?<=\p{sc=Han})[\ufe00-\ufe02\u{e0100}-\u{e01ef}]/gu,
  /(?<=\p{sc=Mong})[\u180b-\u180f]/gu,
]

const isHidden = new RegExp(`(?! )[${unseen}]`, 'u')

/** A text of which a stranger sees all: as the title that is stored, or why there is none. */
export const titleOf = (text: string, charactersMax: number): Title => {
  const refused = (problem: TitleProblem): Title => ({ kind: 'refused', problem })
  if (!text.isWellFormed()) return refused('malformed')
  if (lineBreak.test(text)) return refused('line')
  const title = formOf(text)
  if (turnsDirection.test(title)) return refused('turns')
  if (!hasSomethingToSee(title)) return refused('empty')
  if ([...title].length > charactersMax) return refused('long')
  const rest = inPlace.reduce((left, place) => left.replaceAll(place, ''), title.replaceAll(emoji, ''))
  if (isHidden.test(rest)) return refused('invisible')
  return tooManyMarks.test(title.normalize('NFD')) ? refused('piled') : { kind: 'title', title }
}

/** @throws SottoError `title_invalid {reason}` */
export const titleFor = (text: string, charactersMax: number): string => {
  const read = titleOf(text, charactersMax)
  if (read.kind === 'title') return read.title
  throw new SottoError('title_invalid', titleProblems[read.problem], { reason: read.problem })
}

const blank = /^[ \t]*$/

/** What is wrong with a text of several lines, of which a stranger sees all: each is blank, or as a title is. */
export const linesProblem = (text: string, charactersMax: number): TitleProblem | undefined => {
  for (const line of text.split(/\r?\n/)) {
    const read = blank.test(line) ? undefined : titleOf(line.replaceAll('\t', ' '), charactersMax)
    if (read?.kind === 'refused') return read.problem
  }
  return undefined
}

const breaks = /[\p{Cc}\p{Z}\ufff9-\ufffb]+/gu
const turns = new RegExp(turnsDirection, 'gu')

/**
 * A title from elsewhere, or of an earlier version, as it can be shown: in one line, turning nothing, and no longer than
 * `charactersMax`. Empty where nothing would be seen.
 */
export const shownTitle = (text: string, charactersMax: number): string => {
  const line = text.toWellFormed().replaceAll(breaks, ' ').replaceAll(turns, '').trim()
  return hasSomethingToSee(line) ? [...line].slice(0, charactersMax).join('') : ''
}
