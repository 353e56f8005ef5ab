import { isCancel, password as ask } from '@clack/prompts'
import { limits, opaqueString, passwordProblem, passwordProblems, SottoError } from '@sotto/client'
import { firstLine } from './lines.ts'

const askHidden = async (message: string): Promise<string> => {
  const answer = await ask({ message, output: process.stderr })
  if (isCancel(answer)) throw new SottoError('bad_request', 'no password was given')
  return answer
}

export interface PasswordOptions {
  readonly passwordStdin?: boolean
}

const mustBeATerminal = (): void => {
  if (!process.stdin.isTTY)
    throw new SottoError('bad_request', 'no terminal to ask for the password; use --password-stdin')
}

/** @throws SottoError `bad_request` where nobody can be asked, or nothing was said */
export const readPassword = async ({ passwordStdin }: PasswordOptions): Promise<string> => {
  if (passwordStdin) return firstLine()
  mustBeATerminal()
  return askHidden('Password')
}

/** The same for a password that is new: it must be long enough, and is asked for twice. */
export const readNewPassword = async ({ passwordStdin }: PasswordOptions): Promise<string> => {
  if (!passwordStdin) mustBeATerminal()
  const password = passwordStdin
    ? await firstLine()
    : await askHidden(`Choose a password (${limits.passwordCharactersMin} characters or more)`)
  const problem = passwordProblem(opaqueString(password))
  if (problem) throw new SottoError('password_weak', passwordProblems[problem])
  if (!passwordStdin && opaqueString(await askHidden('The same once more')) !== opaqueString(password))
    throw new SottoError('bad_request', 'the two passwords are not the same')
  return password
}
