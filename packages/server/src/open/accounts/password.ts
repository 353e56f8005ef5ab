import * as crypto from 'node:crypto'
import { OpenRefusal } from '../failure.ts'

/** Of Argon2id (RFC 9106), as OWASP asks for: 19 MiB, two passes, one lane. Stored beside each hash. */
const parameters = { memoryKiB: 19_456, passes: 2, parallelism: 1 } as const
const saltBytes = 16
const tagBytes = 32

/** How many are made at once, and how many more may wait: each takes memory and a thread of the process. */
const atOnceMax = 2
const waitingMax = 64

export interface Passwords {
  /** The text that is stored: algorithm, parameters, salt and hash. @throws OpenRefusal `UNAVAILABLE` */
  hash(password: string): Promise<string>
  /** Takes the same time where there is no such account. @throws OpenRefusal `UNAVAILABLE` */
  verify(password: string, stored: string | undefined): Promise<boolean>
}

const stored = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/

const unpadded = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replaceAll('=', '')

const write = (salt: Uint8Array, tag: Uint8Array): string =>
  `$argon2id$v=19$m=${parameters.memoryKiB},t=${parameters.passes},p=${parameters.parallelism}` +
  `$${unpadded(salt)}$${unpadded(tag)}`

interface Derivation {
  readonly salt: Uint8Array
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

/** Older Node has no Argon2; a weaker hash in its place would be one that nobody asked for. */
const argon2 = (password: string, how: Derivation): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    if (typeof crypto.argon2 !== 'function') return reject(new OpenRefusal('UNAVAILABLE'))
    const { salt: nonce, ...costs } = how
    const message = Buffer.from(password.normalize('NFC'))
    crypto.argon2('argon2id', { message, nonce, tagLength: tagBytes, ...costs }, (error, tag) =>
      error ? reject(error) : resolve(tag),
    )
  })

/** Lets `atOnceMax` run and the others wait in turn. @throws OpenRefusal `UNAVAILABLE` when too many wait */
const makeTurns = () => {
  let running = 0
  const waiting: (() => void)[] = []
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnceMax) {
      if (waiting.length >= waitingMax) throw new OpenRefusal('UNAVAILABLE')
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    running++
    try {
      return await work()
    } finally {
      running--
      waiting.shift()?.()
    }
  }
}

export const makePasswords = (): Passwords => {
  const inTurn = makeTurns()
  const costs = {
    memory: parameters.memoryKiB,
    passes: parameters.passes,
    parallelism: parameters.parallelism,
  }
  /** Stands where there is no account. */
  const nobody = write(crypto.randomBytes(saltBytes), crypto.randomBytes(tagBytes))

  return {
    hash: (password) =>
      inTurn(async () => {
        const salt = crypto.randomBytes(saltBytes)
        return write(salt, await argon2(password, { salt, ...costs }))
      }),
    verify: (password, known) =>
      inTurn(async () => {
        const parts = stored.exec(known ?? nobody)
        if (!parts) throw new Error('a stored password that is none')
        const [, memory, passes, parallelism, salt = '', tag = ''] = parts
        const derived = await argon2(password, {
          salt: Buffer.from(salt, 'base64'),
          memory: Number(memory),
          passes: Number(passes),
          parallelism: Number(parallelism),
        })
        const isEqual = crypto.timingSafeEqual(derived, Buffer.from(tag, 'base64'))
        return isEqual && known !== undefined
      }),
  }
}

const charactersMin = 12
const charactersMax = 256
const differentMin = 5

/** A password that a program account may have (NIST SP 800-63B: length before composition). */
export const isStrong = (password: string, name: string): boolean =>
  [...password].length >= charactersMin &&
  password.length <= charactersMax &&
  new Set(password).size >= differentMin &&
  !password.toLowerCase().includes(name)
