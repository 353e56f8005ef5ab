import { limits } from './limits.ts'
import { hasSomethingToSee } from './names/sight.ts'

/**
 * The form of a password of which keys are made: OpaqueString (RFC 8265 §4.2.2). Spaces of any width are one kind, the
 * rest is NFC: keyboards write one letter in more than one way. Nothing is cut off at the ends, and no case is changed.
 */
export const opaqueString = (password: string): string =>
  password.replaceAll(/\p{Zs}/gu, ' ').normalize('NFC')

/** What a new password is refused for. */
export const passwordProblems = {
  short: 'A password has at least 12 characters',
  long: 'A password has at most 256 characters',
  control: 'There is a control character in the password',
  blank: 'There is nothing to see in the password: spaces alone are no password',
} as const

export type PasswordProblem = keyof typeof passwordProblems

/** Control characters that a keyboard does not write, and halves of characters: two platforms encode them differently. */
const forbidden = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u

/** @param password in its form; characters are counted in it */
export const passwordProblem = (password: string): PasswordProblem | undefined => {
  const characters = [...password].length
  if (characters < limits.passwordCharactersMin) return 'short'
  if (characters > limits.passwordCharactersMax) return 'long'
  if (forbidden.test(password)) return 'control'
  return hasSomethingToSee(password) ? undefined : 'blank'
}
