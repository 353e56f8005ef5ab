import { hmac as nobleHmac } from '@noble/hashes/hmac.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import type { HashName, Provider } from '../src/provider.ts'
import { expandWith, extractWith } from './hkdf.ts'

const hashes = { 'SHA-256': sha256, 'SHA-384': sha384, 'SHA-512': sha512 } as const

const hmac = (name: HashName, key: Uint8Array, data: Uint8Array): Uint8Array =>
  nobleHmac(hashes[name], key, data)

/** Hashing and key derivation in JavaScript; in a browser faster than a promise of the platform's. */
export const hashInJs: Pick<Provider, 'hash' | 'hmac' | 'hkdfExtract' | 'hkdfExpand'> = {
  hash: (name, data) => hashes[name](data),
  hmac,
  hkdfExtract: (name, salt, ikm) => extractWith(hmac, name, salt, ikm),
  hkdfExpand: (name, prk, info, length) => expandWith(hmac, name, prk, info, length),
}
