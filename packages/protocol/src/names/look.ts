import { capitalsAlike, lookAlikes } from './lookAlikes.ts'
import { ownLookAlikes } from './ownLookAlikes.ts'

const readTable = (groups: string): ReadonlyMap<string, string> => {
  const looks = new Map<string, string>()
  for (const group of groups.trim().split(/\s+/)) {
    const [written = '', distances = ''] = group.split(':')
    const look = String.fromCodePoint(...written.split('.').map((point) => parseInt(point, 36)))
    let point = 0
    for (const distance of distances.split(',')) {
      point += parseInt(distance, 36)
      looks.set(String.fromCodePoint(point), look)
    }
  }
  return looks
}

/** Something done to a text. */
type Rewrite = (text: string) => string

const eachOf =
  (looks: ReadonlyMap<string, string>): Rewrite =>
  (text) =>
    [...text].map((character) => looks.get(character) ?? character).join('')

/** The generated table, then the own groups, the longest members first, in the looks that they have by it. */
const bothTables = (): Rewrite => {
  const generated = eachOf(readTable(lookAlikes))
  const seen = (text: string): string => generated(text.normalize('NFD'))
  const own = new Map(
    ownLookAlikes.flatMap(([first = '', ...others]) => others.map((other) => [seen(other), seen(first)])),
  )
  const known = [...own.keys()].toSorted((one, other) => other.length - one.length)
  const member = new RegExp(known.join('|'), 'gu')
  return (text) => generated(text).replaceAll(member, (found) => own.get(found) ?? found)
}

/**
 * Vowel signs and marks of one syllable that are seen alike in whatever order they are typed, since their canonical
 * combining class is 0: of Thai, Lao, Myanmar and Khmer, where a subscript consonant is one of them.
 */
const signs = [
  '[\\u0e31\\u0e34-\\u0e3a\\u0e47-\\u0e4e]',
  '[\\u0eb1\\u0eb4-\\u0ebc\\u0ec8-\\u0ece]',
  '[\\u102b-\\u1038\\u103a-\\u103e\\u1056-\\u1059\\u105e-\\u1060\\u1062-\\u1064\\u1067-\\u106d\\u1071-\\u1074\\u1082-\\u108d\\u108f\\u109a-\\u109d]',
  '(?:[\\u17b6-\\u17d1\\u17d3\\u17dd]|\\u17d2[\\u1780-\\u17b3])',
]
const severalSigns = new RegExp(signs.map((sign) => `${sign}{2,}`).join('|'), 'gu')
const oneSign = /\u17d2[\u1780-\u17b3]|./gu

const inOrder: Rewrite = (text) =>
  text.replaceAll(severalSigns, (run) => (run.match(oneSign) ?? []).toSorted().join(''))

let letters: Rewrite | undefined
let capitals: Rewrite | undefined

const ignorable = /\p{Default_Ignorable_Code_Point}/gu
/** A dot above a letter that has one is not seen. */
const dotOnDot = /(?<=\p{Soft_Dotted}\p{M}*)\u0307/gu

const once: Rewrite = (name) => {
  const looks = (letters ??= bothTables())
  const lower = name.normalize('NFKC').toLowerCase().normalize('NFKC')
  const apart = lower.replaceAll(ignorable, '').normalize('NFD')
  const seen = inOrder(looks(inOrder(apart)).normalize('NFD'))
  return seen.normalize('NFD').replaceAll(dotOnDot, '')
}

/** Signs that were put in order may bring marks together that Unicode orders otherwise, and so on; a few turns are enough. */
const turnsMax = 16

/**
 * The skeleton of a name (UTS 39 §4): two names with one look are taken for each other. It is stored and compared, and
 * never shown. Case makes no difference.
 */
export const lookOf = (name: string): string => {
  let look = once(name)
  for (let turn = 0; turn < turnsMax; turn += 1) {
    const next = once(look)
    if (next === look) break
    look = next
  }
  return look
}

/** The same of a title, whose case is seen: a Greek Ν passes for N, and its small letter for v. */
export const lookOfTitle = (title: string): string => {
  const looks = (capitals ??= eachOf(readTable(capitalsAlike)))
  return lookOf(looks(title.normalize('NFKC')))
}
