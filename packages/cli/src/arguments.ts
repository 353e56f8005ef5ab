import { readFileSync } from 'node:fs'
import { isUtf8 } from 'node:buffer'
import { SottoError } from '@sotto/client'

const replacement = '\ufffd'

/** Set by `bin/handedOn.mjs` where a Node that is too old has handed its arguments on: the bytes here are Node's. */
const damagedVariable = 'SOTTO_ARGUMENTS_DAMAGED'

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
  const wereDamaged = process.env[damagedVariable] !== undefined
  // What this program starts is handed arguments of its own.
  delete process.env[damagedVariable]
  const at = args.findIndex((argument) => argument.includes(replacement))
  if (at < 0) return
  const bytes = bytesOfArguments()
  if (!wereDamaged && bytes && isUtf8(bytes)) return
  const why = wereDamaged || bytes ? 'is not UTF-8' : 'holds U+FFFD, or is not UTF-8'
  throw new SottoError('bad_request', `argument ${at + 1} ${why}`)
}
