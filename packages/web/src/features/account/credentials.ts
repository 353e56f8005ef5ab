import { limits } from '@sotto/client'

/** What is wrong with an entry before anything is sent. The server has the last word on names. */
export type NameProblem = 'nameMissing' | 'nameShort' | 'nameLong'
export type PasswordProblem = 'passwordMissing' | 'passwordLong'

const charactersOf = (text: string): number => [...text.normalize('NFKC')].length

export const nameProblem = (name: string): NameProblem | null => {
  const characters = charactersOf(name.trim())
  if (characters === 0) return 'nameMissing'
  if (characters < limits.accountNameCharactersMin) return 'nameShort'
  if (characters > limits.accountNameCharactersMax) return 'nameLong'
  return null
}

export const passwordProblem = (password: string): PasswordProblem | null => {
  if (password === '') return 'passwordMissing'
  if ([...password].length > limits.passwordCharactersMax) return 'passwordLong'
  return null
}
