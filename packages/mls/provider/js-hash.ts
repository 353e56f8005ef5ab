import { hmac as nobleHmac } from '@noble/hashes/hmac.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { sha3_256, shake256 } from '@noble/hashes/sha3.js'
import type { HashName, Provider } from '../src/provider.ts'
import { expandWith, extractWith } from './hkdf.ts'
import type { KeyCaches } from './kem.ts'
import { privateKeyCache, publicKeyCache } from './key-cache.ts'
import type { Keccak } from './xwing.ts'

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

export const keccakInJs: Keccak = {
  sha3: (data) => sha3_256(data),
  shake256: (data, length) => shake256(data, { dkLen: length }),
}

export const cachesInJs: KeyCaches = {
  publicKeys: (countMax) => publicKeyCache(countMax, (bytes) => String.fromCharCode(...bytes)),
  privateKeys: () => privateKeyCache((bytes) => String.fromCharCode(...sha256(bytes))),
}
