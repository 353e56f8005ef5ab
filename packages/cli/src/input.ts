import { isCancel, password as ask } from '@clack/prompts'
import { limits, opaqueString, passwordProblem, passwordProblems, SottoError } from '@sotto/client'
import { firstLine } from './lines.ts'
import { withoutProgress } from './progress.ts'

const askHidden = async (message: string, what = 'password'): Promise<string> => {
  const answer = await withoutProgress(ask({ message, output: process.stderr }))
  if (isCancel(answer)) throw new SottoError('bad_request', `no ${what} was given`)
  return answer
}

export interface PasswordOptions {
  readonly passwordStdin?: boolean
}

const mustBeATerminal = (): void => {
  if (!process.stdin.isTTY)
    throw new SottoError('bad_request', 'there is no terminal to ask for the password; use --password-stdin')
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
  if (!passwordStdin && opaqueString(await askHidden('Repeat it')) !== opaqueString(password))
    throw new SottoError('bad_request', 'the two passwords are different')
  return password
}

const mustAskPassphrase = (): void => {
  if (process.stdin.isTTY && process.stderr.isTTY) return
  throw new SottoError(
    'keys_locked',
    'they are protected by a passphrase, and there is no terminal to ask for it: use --passphrase-file FILE or SOTTO_PASSPHRASE',
  )
}

/** @throws SottoError `keys_locked` where nobody can be asked, `bad_request` where nothing was said */
export const askPassphrase = async (isAgain: boolean): Promise<string> => {
  mustAskPassphrase()
  return askHidden(
    isAgain ? 'Wrong passphrase. Passphrase of this profile' : 'Passphrase of this profile',
    'passphrase',
  )
}

/** The same for one that is new, which is asked for twice. @throws also SottoError `password_weak` */
export const askNewPassphrase = async (): Promise<string> => {
  mustAskPassphrase()
  const passphrase = await askHidden(
    `Choose a passphrase for this profile (${limits.passwordCharactersMin} characters or more)`,
    'passphrase',
  )
  const problem = passwordProblem(opaqueString(passphrase))
  if (problem) throw new SottoError('password_weak', passwordProblems[problem])
  if (opaqueString(await askHidden('Repeat it', 'passphrase')) !== opaqueString(passphrase))
    throw new SottoError('bad_request', 'the two passphrases are different')
  return passphrase
}
