import { createHash, createPublicKey } from 'node:crypto'
import {
  bytesOfStandard,
  FormRefusal,
  type JudgedKey,
  type JudgedKeys,
  judgeKeys,
  limits,
  readUploadedKey,
} from '@sotto/protocol'
import { boundedCache } from '../../boundedCache.ts'
import { OpenRefusal, refuse } from '../failure.ts'

/** A public key as it was uploaded, byte for byte, and its RFC 7638 thumbprint (SHA-256, base64url). */
export interface PublicKey {
  /** JSON of what was uploaded: a text (PEM, base64 of it, or a JWK written as text) or an object (JWK, JWK Set). */
  readonly uploaded: string
  readonly fingerprint: string
  /** Whether it is long enough to be put up now: shorter ones are used where they have been for long. */
  readonly isForNew: boolean
}

const pemForm =
  /^-----BEGIN PUBLIC KEY-----\r?\n((?:[A-Za-z0-9+/]{1,76}={0,2}\r?\n)+)-----END PUBLIC KEY-----(?:\r?\n)?$/

/** The members of the key in their order: what RFC 7638 hashes. */
const thumbprintOf = ({ essential }: JudgedKey): string =>
  createHash('sha256')
    .update(
      JSON.stringify(Object.fromEntries(Object.entries(essential).toSorted(([a], [b]) => (a < b ? -1 : 1)))),
    )
    .digest('base64url')

const jwkOfPem = (pem: string): unknown => {
  const body = pemForm.exec(pem)?.[1]
  if (body === undefined) return refuse('KEY_INVALID')
  const der = bytesOfStandard(body.replaceAll(/\r?\n/g, ''))
  const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })
  if (key.asymmetricKeyType === 'dsa') throw new OpenRefusal('ALG_WITHDRAWN')
  // RSASSA-PSS keys cannot receive, and have parameters that a JWK does not carry.
  if (key.asymmetricKeyType !== 'rsa' && key.asymmetricKeyType !== 'ec') return refuse('KEY_INVALID')
  const isCanonical = Buffer.from(der).equals(key.export({ format: 'der', type: 'spki' }))
  return isCanonical ? key.export({ format: 'jwk' }) : refuse('KEY_INVALID')
}

const judged = (uploaded: unknown): JudgedKeys => {
  const key = readUploadedKey(uploaded)
  return judgeKeys(key.kind === 'pem' ? jwkOfPem(key.pem) : key.jwk)
}

const pemsKeptMax = 10_000
const pemsKept = boundedCache<string>({ weightMax: pemsKeptMax, weigh: () => 1 })

const writtenPem = (jwk: unknown): string => {
  const { essential } = judgeKeys(jwk, 'there').receiving
  return createPublicKey({ key: { ...essential }, format: 'jwk' })
    .export({ format: 'pem', type: 'spki' })
    .toString()
}

/**
 * The key that is sealed to, as SPKI in PEM: as it came where that was PEM, else as OpenSSL writes it.
 *
 * @param fingerprint of that key: what is written for it once is kept for a while
 */
export const publicKeyPem = (uploaded: unknown, fingerprint: string): string => {
  const key = readUploadedKey(uploaded)
  if (key.kind === 'pem') return key.pem
  const pem = pemsKept.get(fingerprint) ?? writtenPem(key.jwk)
  pemsKept.set(fingerprint, pem)
  return pem
}

/**
 * Judges a public key of one of the forms that are taken; of a JWK Set the first receiving key counts. As a whole and in
 * its labels it is bounded: it is told to everybody who lists people.
 *
 * @throws OpenRefusal `KEY_INVALID` for everything else, a private key among it; `ALG_WITHDRAWN` for DSA
 */
export const readPublicKey = (uploaded: unknown): PublicKey => {
  try {
    const text = JSON.stringify(uploaded)
    if (text.length > limits.openKeyCharactersMax) refuse('KEY_INVALID')
    const { all, receiving } = judged(uploaded)
    const isForNew = all.every(({ kind, bits }) => kind !== 'RSA' || bits >= limits.openNewRsaBitsMin)
    return { uploaded: text, fingerprint: thumbprintOf(receiving), isForNew }
  } catch (error) {
    // Whatever a parser says of a key stays here: it may quote the key.
    const isWithdrawn =
      (error instanceof OpenRefusal || error instanceof FormRefusal) && error.code === 'ALG_WITHDRAWN'
    throw new OpenRefusal(isWithdrawn ? 'ALG_WITHDRAWN' : 'KEY_INVALID')
  }
}

/** A key that is put up now. @throws OpenRefusal `KEY_INVALID`, `ALG_WITHDRAWN` */
export const readNewPublicKey = (uploaded: unknown): PublicKey => {
  const key = readPublicKey(uploaded)
  return key.isForNew ? key : refuse('KEY_INVALID')
}
