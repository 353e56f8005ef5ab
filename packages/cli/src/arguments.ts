import { readFileSync } from 'node:fs'
import { isUtf8 } from 'node:buffer'
import { SottoError } from '@sotto/client'

const replacement = '\ufffd'

/** The arguments as the system has them; undefined where it does not tell. */
const bytesOfArguments = (): Buffer | undefined => {
  try {
    return readFileSync('/proc/self/cmdline')
  } catch {
    return undefined
  }
}

/**
 * Node puts `\ufffd` where an argument is not UTF-8: another name or text than the one that was meant. Where the system does not
 * tell the bytes, that character itself is refused.
 *
 * @throws SottoError `bad_request`
 */
export const checkArguments = (args: readonly string[]): void => {
  const at = args.findIndex((argument) => argument.includes(replacement))
  if (at < 0) return
  const bytes = bytesOfArguments()
  if (bytes && isUtf8(bytes)) return
  throw new SottoError('bad_request', `argument ${at + 1} is not UTF-8`)
}
