import { capitalsAlike, lookAlikes } from './lookAlikes.ts'

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

let letters: ReadonlyMap<string, string> | undefined
let capitals: ReadonlyMap<string, string> | undefined

const ignorable = /\p{Default_Ignorable_Code_Point}/gu
/** A dot above a letter that has one is not seen. */
const dotOnDot = /(?<=\p{Soft_Dotted}\p{M}*)\u0307/gu

/**
 * The skeleton of a name (UTS 39 §4): two names with one look are taken for each other. It is stored and compared, and
 * never shown. Case makes no difference.
 */
export const lookOf = (name: string): string => {
  const looks = (letters ??= readTable(lookAlikes))
  const lower = name.normalize('NFKC').toLowerCase().normalize('NFKC')
  const apart = lower.replaceAll(ignorable, '').normalize('NFD')
  const seen = [...apart].map((character) => looks.get(character) ?? character).join('')
  return seen.normalize('NFD').replaceAll(dotOnDot, '')
}

/** The same of a title, whose case is seen: a Greek Ν passes for N, and its small letter for v. */
export const lookOfTitle = (title: string): string => {
  const looks = (capitals ??= readTable(capitalsAlike))
  return lookOf([...title.normalize('NFKC')].map((character) => looks.get(character) ?? character).join(''))
}
