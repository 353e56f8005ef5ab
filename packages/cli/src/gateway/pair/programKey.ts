import { createPublicKey, type KeyObject } from 'node:crypto'
import { limits } from '@sotto/client'
import { readPublicKeys } from '@sotto/lane'
import { GatewayRefusal } from '../refusal.ts'

/** In which of the forms a program writes keys, and so reads them: the old server gave out what it was given. */
export interface KeyForm {
  readonly type: 'spki' | 'pkcs1'
  readonly encoding: 'pem' | 'base64'
}

export const usualForm: KeyForm = { type: 'spki', encoding: 'pem' }

/** The public key of a local program, to which the gateway encrypts what it is told. */
export interface ProgramKey {
  readonly publicKey: KeyObject
  readonly form: KeyForm
}

/** Nothing else: a private key, or a certificate, has a public key in it, too. */
const pemOfPublicKey = /^\s*-----BEGIN (RSA )?PUBLIC KEY-----[^-]+-----END \1?PUBLIC KEY-----\s*$/

const base64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/

const notAKey = () =>
  new GatewayRefusal(
    'KEY_INVALID',
    `public_key is an RSA key of ${limits.openRsaBitsMin} bits or more as PEM, or the base64 of that PEM`,
    'public_key',
  )

/** @throws GatewayRefusal `KEY_INVALID` */
export const readProgramKey = async (given: unknown): Promise<ProgramKey> => {
  if (typeof given !== 'string' || given.length > limits.openKeyCharactersMax) throw notAKey()
  const encoding = base64.test(given) ? 'base64' : 'pem'
  const pem = encoding === 'base64' ? Buffer.from(given, 'base64').toString('latin1') : given
  const found = pemOfPublicKey.exec(pem)
  if (!found) throw notAKey()
  try {
    const publicKey = createPublicKey(pem)
    // Judged as every key of the lane, but that 2,048 bits are enough: the key of an old program leaves this machine never.
    await readPublicKeys(publicKey.export({ format: 'jwk' }))
    if (publicKey.asymmetricKeyType !== 'rsa') throw notAKey()
    return { publicKey, form: { type: found[1] === undefined ? 'spki' : 'pkcs1', encoding } }
  } catch {
    throw notAKey()
  }
}

export const writeKey = (publicKey: KeyObject, { type, encoding }: KeyForm): string => {
  const pem = publicKey.export({ format: 'pem', type }).toString()
  return encoding === 'pem' ? pem : Buffer.from(pem).toString('base64')
}
