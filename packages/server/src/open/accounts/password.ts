import { randomBytes, timingSafeEqual } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { argon2id, type Derivation } from './argon2.ts'
import { limits, opaqueString, passwordProblem } from '@sotto/protocol'
import { makeTurns, type TurnsMax } from './turns.ts'

/** Of Argon2id (RFC 9106), as OWASP asks for: 19 MiB, two passes, one lane. Stored beside each hash. */
const parameters = { memoryKiB: 19_456, passes: 2, parallelism: 1 } as const
const saltBytes = 16
const tagBytes = 32

/** How many are made at once, and how many more may wait: each takes memory and a core, of which one is left to all the others. */
const turnsMax: TurnsMax = { atOnce: Math.min(2, Math.max(1, availableParallelism() - 1)), waiting: 64 }

export interface Passwords {
  /**
   * The text that is stored: algorithm, parameters, salt and hash.
   *
   * @param share whose turn it is: each has as many as the others
   * @throws OpenRefusal `UNAVAILABLE`
   */
  hash(password: string, share: string): Promise<string>
  /** Takes the same time where there is no such account. @throws OpenRefusal `UNAVAILABLE` */
  verify(password: string, stored: string | undefined, share: string): Promise<boolean>
}

const stored = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/

const unpadded = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replaceAll('=', '')

const write = (salt: Uint8Array, tag: Uint8Array): string =>
  `$argon2id$v=19$m=${parameters.memoryKiB},t=${parameters.passes},p=${parameters.parallelism}` +
  `$${unpadded(salt)}$${unpadded(tag)}`

const derive = (password: string, how: Omit<Derivation, 'tagBytes'>): Promise<Uint8Array> =>
  argon2id(Buffer.from(password), { ...how, tagBytes })

/**
 * The texts that a password may stand for: OpaqueString, and what was hashed before, which knew spaces of several widths.
 * How many there are is told by the password alone, not by the account.
 */
const formsOf = (password: string): readonly string[] => [
  ...new Set([opaqueString(password), password.normalize('NFC')]),
]

export const makePasswords = (): Passwords => {
  const inTurn = makeTurns(turnsMax)
  /** Stands where there is no account. */
  const nobody = write(randomBytes(saltBytes), randomBytes(tagBytes))

  return {
    hash: (password, share) =>
      inTurn(share, async () => {
        const salt = randomBytes(saltBytes)
        return write(salt, await derive(opaqueString(password), { salt, ...parameters }))
      }),
    verify: (password, known, share) =>
      inTurn(share, async () => {
        const parts = stored.exec(known ?? nobody)
        if (!parts) throw new Error('a stored password that is none')
        const [, memory, passes, parallelism, salt = '', tag = ''] = parts
        const how = {
          salt: Buffer.from(salt, 'base64'),
          memoryKiB: Number(memory),
          passes: Number(passes),
          parallelism: Number(parallelism),
        }
        let isRight = false
        for (const form of formsOf(password))
          isRight = timingSafeEqual(await derive(form, how), Buffer.from(tag, 'base64')) || isRight
        return isRight && known !== undefined
      }),
  }
}

const differentMin = 5

/**
 * A password that a program account may have (NIST SP 800-63B: length before composition, and nothing that whoever
 * guesses knows). The name in it adds nothing; that it is there, which two letters are by chance, does no harm.
 */
export const isStrong = (password: string, name: string): boolean => {
  const form = opaqueString(password)
  const rest = form.toLowerCase().replaceAll(name, '')
  return (
    passwordProblem(form) === undefined &&
    [...rest].length >= limits.passwordCharactersMin &&
    new Set(rest).size >= differentMin
  )
}
