import { Buffer } from 'node:buffer'
import { createPrivateKey, createPublicKey, hash, type KeyObject } from 'node:crypto'
import { MlsError } from '../src/error.ts'
import type { KeyCaches } from './kem.ts'
import { privateKeyCache, publicKeyCache } from './key-cache.ts'

/** Algorithms whose keys node:crypto takes as key objects made from raw bytes. */
export type RawKeyName = 'Ed25519' | 'Ed448' | 'X25519' | 'X448' | 'ML-KEM-768'

interface RawKey {
  /** PKCS #8 before the raw bytes (the seed, for ML-KEM). */
  readonly privatePrefix: Uint8Array
  readonly publicBytes: number
  readonly privateBytes: number
}

const hex = (text: string): Uint8Array => Buffer.from(text, 'hex')

const rawKeys: Readonly<Record<RawKeyName, RawKey>> = {
  Ed25519: {
    privatePrefix: hex('302e020100300506032b657004220420'),
    publicBytes: 32,
    privateBytes: 32,
  },
  Ed448: {
    privatePrefix: hex('3047020100300506032b6571043b0439'),
    publicBytes: 57,
    privateBytes: 57,
  },
  X25519: {
    privatePrefix: hex('302e020100300506032b656e04220420'),
    publicBytes: 32,
    privateBytes: 32,
  },
  X448: {
    privatePrefix: hex('3046020100300506032b656f043a0438'),
    publicBytes: 56,
    privateBytes: 56,
  },
  'ML-KEM-768': {
    privatePrefix: hex('3054020100300b060960864801650304040204428040'),
    publicBytes: 1184,
    privateBytes: 64,
  },
}

/** SubjectPublicKeyInfo before the raw bytes. */
const mlkemPublicPrefix = hex('308204b2300b0609608648016503040402038204a100')

/** Curves by JWK, which is 6 µs faster than DER. @throws MlsError `invalid_key` */
export const importPublic = (name: RawKeyName, bytes: Uint8Array): KeyObject => {
  const { publicBytes } = rawKeys[name]
  if (bytes.length !== publicBytes) throw new MlsError('invalid_key', `${name} key of ${bytes.length} bytes`)
  return asInvalidKey(name, () => {
    if (name === 'ML-KEM-768') {
      const key = Buffer.concat([mlkemPublicPrefix, bytes])
      return createPublicKey({ key, format: 'der', type: 'spki' })
    }
    const x = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url')
    return createPublicKey({ key: { kty: 'OKP', crv: name, x }, format: 'jwk' })
  })
}

/** @throws MlsError `invalid_key` */
export const importPrivate = (name: RawKeyName, bytes: Uint8Array): KeyObject => {
  const { privatePrefix, privateBytes } = rawKeys[name]
  if (bytes.length !== privateBytes) throw new MlsError('invalid_key', `private ${name} key of wrong length`)
  const key = Buffer.concat([privatePrefix, bytes])
  try {
    return asInvalidKey(name, () => createPrivateKey({ key, format: 'der', type: 'pkcs8' }))
  } finally {
    key.fill(0)
  }
}

/**
 * The raw public key of a private or public key object. Through JWK, which costs 1 µs where DER costs 27; private
 * keys never take that way, since a string cannot be wiped.
 */
export const rawPublic = (name: RawKeyName, key: KeyObject): Uint8Array => {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  const jwk: { readonly x?: string; readonly pub?: string } = publicKey.export({ format: 'jwk' })
  const raw = Buffer.from((name === 'ML-KEM-768' ? jwk.pub : jwk.x) ?? '', 'base64url')
  if (raw.length !== rawKeys[name].publicBytes) throw new MlsError('invalid_key', `not a key of ${name}`)
  return new Uint8Array(raw)
}

export const asInvalidKey = <T>(name: string, use: () => T): T => {
  try {
    return use()
  } catch {
    throw new MlsError('invalid_key', `not a key of ${name}`)
  }
}

/** OpenSSL takes a scalar of any length; ours are as long as the field. @throws MlsError `invalid_key` */
export const checkScalarLength = (scalar: Uint8Array, length: number): void => {
  if (scalar.length !== length) throw new MlsError('invalid_key', `scalar of ${scalar.length} bytes`)
}

/** The caches of key-cache.ts, by what is fastest here. */
export const nodeCaches: KeyCaches = {
  publicKeys: (countMax) =>
    publicKeyCache(countMax, (bytes) =>
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'),
    ),
  privateKeys: () => privateKeyCache((bytes) => hash('sha256', bytes, 'base64')),
}
