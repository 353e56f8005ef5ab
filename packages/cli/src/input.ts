import type { Readable } from 'node:stream'
import { isCancel, password as ask } from '@clack/prompts'
import { limits, SottoError } from '@sotto/client'

/** The lines of a stream, without their ends, as they come. (`readline` would end one at U+2028, too.) */
export async function* linesOf(stream: Readable): AsyncIterable<string> {
  let rest = ''
  for await (const chunk of stream.setEncoding('utf8') as AsyncIterable<string>) {
    const [first = '', ...more] = chunk.split('\n')
    rest += first
    for (const next of more) {
      yield withoutReturn(rest)
      rest = next
    }
  }
  if (rest !== '') yield withoutReturn(rest)
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line)

const firstLine = async (stream: Readable): Promise<string> => {
  for await (const line of linesOf(stream)) return line
  return ''
}

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
  if (passwordStdin) return firstLine(process.stdin)
  mustBeATerminal()
  return askHidden('Password')
}

/** The same for a password that is new: it must be long enough, and is asked for twice. */
export const readNewPassword = async ({ passwordStdin }: PasswordOptions): Promise<string> => {
  if (!passwordStdin) mustBeATerminal()
  const password = passwordStdin
    ? await firstLine(process.stdin)
    : await askHidden(`Choose a password (${limits.passwordCharactersMin} characters or more)`)
  if ([...password].length < limits.passwordCharactersMin) throw new SottoError('password_weak')
  if (!passwordStdin && (await askHidden('The same once more')) !== password)
    throw new SottoError('bad_request', 'the two passwords are not the same')
  return password
}
