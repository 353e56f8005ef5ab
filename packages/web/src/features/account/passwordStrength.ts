export type Weakness = 'name' | 'repeats' | 'sequence' | 'common'

export type Strength =
  | { readonly kind: 'short'; readonly missing: number }
  | { readonly kind: 'weak'; readonly because: Weakness | null }
  | { readonly kind: 'fair' }
  | { readonly kind: 'good' }
  | { readonly kind: 'strong' }

/** What guessers try first, as parts of longer passwords too. */
const common =
  /passwor[dt]|passw0rd|p@ssw|letmein|welcome|iloveyou|monkey|dragon|football|baseball|sunshine|princess|superman|batman|trustno1|admin|master|changeme|secret|sotto|hallo|passwort|azerty|qwert|asdf|zxcv|123123|111111|000000/g

const runs = 'abcdefghijklmnopqrstuvwxyz 01234567890 qwertyuiop asdfghjkl zxcvbnm qwertzuiop'

const backwards = (text: string): string => [...text].toReversed().join('')

/** Takes out stretches of four or more that follow the alphabet, the digits or a row of keys. */
const withoutRuns = (text: string): string => {
  const both = `${runs} ${backwards(runs)}`
  let left = ''
  let at = 0
  while (at < text.length) {
    let length = 1
    while (at + length < text.length && both.includes(text.slice(at, at + length + 1))) length += 1
    left += length >= 4 ? (text[at] ?? '') : text.slice(at, at + length)
    at += length
  }
  return left
}

const alphabetSize = (text: string): number =>
  (/\p{Ll}/u.test(text) ? 26 : 0) +
    (/\p{Lu}/u.test(text) ? 26 : 0) +
    (/\p{Nd}/u.test(text) ? 10 : 0) +
    (/[^\p{L}\p{Nd}]/u.test(text) ? 20 : 0) +
    (/[^\u0020-\u007e]/.test(text) ? 40 : 0) || 1

/** About how many bits a guesser has to try; words of a phrase count eleven each, because lists of words exist. */
const bitsOf = (text: string): number => {
  const characters = [...text]
  const byCharacter = characters.length * Math.log2(alphabetSize(text)) * 0.72
  const words = new Set(text.split(/[\s\-_.,]+/).filter((word) => word.length >= 3))
  return words.size >= 3 ? Math.min(byCharacter, words.size * 12.5) : byCharacter
}

/**
 * A hint while a password is made up, on this device alone. It refuses nothing but what is too short: there are no
 * rules about kinds of characters.
 */
export const passwordStrength = (password: string, name: string, charactersMin: number): Strength => {
  const characters = [...password].length
  if (characters < charactersMin) return { kind: 'short', missing: charactersMin - characters }

  const lower = password.toLowerCase()
  const named = name.length >= 3 && lower.includes(name.toLowerCase())
  const unnamed = named ? lower.replaceAll(name.toLowerCase(), '') : lower
  const uncommon = unnamed.replace(common, '')
  const unrun = withoutRuns(uncommon)
  const unrepeated = unrun.replace(/(.)\1{2,}/gsu, '$1').replace(/(.{2,}?)\1+/gsu, '$1')
  // What is left keeps its variety of characters, which lower-casing has taken from it.
  const share = password.length === 0 ? 0 : unrepeated.length / password.length
  const bits = bitsOf(password) * share

  if (bits >= 75) return { kind: 'strong' }
  if (bits >= 58) return { kind: 'good' }
  if (bits >= 44) return { kind: 'fair' }
  if (named) return { kind: 'weak', because: 'name' }
  if (uncommon !== unnamed) return { kind: 'weak', because: 'common' }
  if (unrun !== uncommon) return { kind: 'weak', because: 'sequence' }
  if (unrepeated !== unrun) return { kind: 'weak', because: 'repeats' }
  return { kind: 'weak', because: null }
}
