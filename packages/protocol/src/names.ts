import { SottoError } from './errors.ts'
import { limits } from './limits.ts'

/** Scripts that are ordinarily written together count as one. */
const scripts: readonly RegExp[] = [
  /^[\p{Script=Latin}]+$/u,
  /^[\p{Script=Cyrillic}]+$/u,
  /^[\p{Script=Greek}]+$/u,
  /^[\p{Script=Armenian}]+$/u,
  /^[\p{Script=Georgian}]+$/u,
  /^[\p{Script=Hebrew}]+$/u,
  /^[\p{Script=Arabic}]+$/u,
  /^[\p{Script=Devanagari}]+$/u,
  /^[\p{Script=Bengali}]+$/u,
  /^[\p{Script=Tamil}]+$/u,
  /^[\p{Script=Telugu}]+$/u,
  /^[\p{Script=Thai}]+$/u,
  /^[\p{Script=Hangul}\p{Script=Han}]+$/u,
  /^[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]+$/u,
]

const allowed = /^[\p{L}\p{M}\p{Nd}._-]+$/u
const edges = /^[\p{L}\p{Nd}].*[\p{L}\p{M}\p{Nd}]$/u

/**
 * The one form under which a name is registered and looked up: NFKC, lower case. Letters of two scripts in one
 * name are refused, because `аlice` with a Cyrillic а would pass for `alice`; so are control and bidi characters.
 *
 * @throws SottoError `name_invalid`
 */
export const normalizeName = (name: string): string => {
  const normal = name.normalize('NFKC').toLowerCase().normalize('NFKC')
  const characters = [...normal].length
  const letters = normal.replace(/[\p{M}\p{Nd}._-]/gu, '')
  const oneScript = letters === '' || scripts.some((script) => script.test(letters))
  if (
    characters < limits.accountNameCharactersMin ||
    characters > limits.accountNameCharactersMax ||
    !allowed.test(normal) ||
    !edges.test(normal) ||
    !oneScript
  )
    throw new SottoError('name_invalid')
  return normal
}
