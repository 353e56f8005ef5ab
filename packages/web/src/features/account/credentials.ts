import { accountNameProblem, limits, type NameReason, opaqueString } from '@sotto/client'

/** What is wrong with an entry before anything is sent. The server has the last word on names. */
export type PasswordProblem = 'passwordMissing' | 'passwordLong'

/** Of a name that somebody has: what it is found by may be older than the rules for new ones. */
export const nameProblem = (name: string): 'nameMissing' | null => (name.trim() === '' ? 'nameMissing' : null)

/** Of a name that somebody wants. */
export const newNameProblem = (name: string): NameReason | undefined => accountNameProblem(name.trim())

export const passwordProblem = (password: string): PasswordProblem | null => {
  if (password === '') return 'passwordMissing'
  if ([...opaqueString(password)].length > limits.passwordCharactersMax) return 'passwordLong'
  return null
}
