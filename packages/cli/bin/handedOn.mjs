import { readFileSync } from 'node:fs'

/** Told to a program that this one starts: arguments were not UTF-8 before they were handed on. */
const damagedVariable = 'SOTTO_ARGUMENTS_DAMAGED'

/**
 * Whether arguments of this process were no UTF-8: Node has put U+FFFD in their place, and whoever it is handed on to
 * could not tell that from the character itself. False where the system does not tell. Runs on Node 18.
 */
const argumentsAreDamaged = () => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(readFileSync('/proc/self/cmdline'))
    return false
  } catch (error) {
    return error instanceof TypeError
  }
}

/** The environment of a program that gets the arguments of this one. */
export const environmentHandedOn = () =>
  argumentsAreDamaged() ? { ...process.env, [damagedVariable]: '1' } : process.env
