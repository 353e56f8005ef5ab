import { failureBody, type FailureCode, failures, SottoError } from '@sotto/client'
import type { OutputFormat } from './output.ts'
import { printable } from './printable.ts'

/** What can be done about it, where that is not plain from the failure itself. */
const remedies: Partial<Record<FailureCode, string>> = {
  no_account: 'sotto register NAME --server URL',
  unauthorized: 'sotto login',
  session_expired: 'sotto login',
  account_exists: 'Use another profile for another account: sotto --profile DIR register …',
  name_taken: 'Choose another name.',
  offline: 'Is the server running, and is its address right?',
  key_package_unavailable: 'They have to sign in once, then invite them again.',
  room_frozen: 'sotto rooms says why.',
  identity_changed: 'Ask the person over another channel before you trust the new identity.',
}

/** A failure for people: the stable text of the code, what exactly, and what to do. */
export const failureText = (error: SottoError): string => {
  const { text } = failures[error.code]
  const particular = error.message === text ? '' : `: ${printable(error.message)}`
  const rule = error.detail['rule'] === undefined ? '' : ` (rule ${printable(String(error.detail['rule']))})`
  const remedy = remedies[error.code]
  return `${text}${particular}${rule}.${remedy ? `\n  ${remedy}` : ''}`
}

/** @returns the exit code; the failure is on standard error, as JSON where JSON was asked for */
export const reportFailure = (error: unknown, format: OutputFormat): number => {
  const failure =
    error instanceof SottoError
      ? error
      : new SottoError('internal', error instanceof Error ? (error.stack ?? error.message) : String(error))
  const line =
    format === 'json'
      ? JSON.stringify({
          ...failureBody(failure, new Date().toISOString()),
          exit: failures[failure.code].exit,
        })
      : `sotto: ${failureText(failure)}`
  process.stderr.write(`${line}\n`)
  return failures[failure.code].exit
}
