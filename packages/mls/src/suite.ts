import { MlsError } from './error.ts'
import type { AeadName, HashName, KemName, SignatureName } from './provider.ts'

/** The algorithms of a cipher suite (RFC 9420 §17.1). Lengths are in bytes. */
export interface Suite {
  readonly id: number
  readonly name: string
  readonly kem: KemName
  readonly kdf: HashName
  readonly aead: AeadName
  readonly hash: HashName
  readonly signature: SignatureName
  /** KDF.Nh, AEAD.Nk, AEAD.Nn. */
  readonly hashBytes: number
  readonly keyBytes: number
  readonly nonceBytes: number
}

type Algorithms = readonly [name: string, KemName, HashName, AeadName, SignatureName]

/**
 * The hybrid post-quantum suite of draft-ietf-mls-pq-ciphersuites. Its code point is from the private-use range
 * until one is assigned, and therefore a constant of Sotto's protocol version, never negotiated.
 */
export const hybridSuiteId = 0xf768

const algorithms: ReadonlyMap<number, Algorithms> = new Map<number, Algorithms>([
  [1, ['MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519', 'X25519', 'SHA-256', 'AES-128-GCM', 'Ed25519']],
  [2, ['MLS_128_DHKEMP256_AES128GCM_SHA256_P256', 'P-256', 'SHA-256', 'AES-128-GCM', 'ECDSA-P256']],
  [
    3,
    [
      'MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519',
      'X25519',
      'SHA-256',
      'ChaCha20-Poly1305',
      'Ed25519',
    ],
  ],
  [4, ['MLS_256_DHKEMX448_AES256GCM_SHA512_Ed448', 'X448', 'SHA-512', 'AES-256-GCM', 'Ed448']],
  [5, ['MLS_256_DHKEMP521_AES256GCM_SHA512_P521', 'P-521', 'SHA-512', 'AES-256-GCM', 'ECDSA-P521']],
  [6, ['MLS_256_DHKEMX448_CHACHA20POLY1305_SHA512_Ed448', 'X448', 'SHA-512', 'ChaCha20-Poly1305', 'Ed448']],
  [7, ['MLS_256_DHKEMP384_AES256GCM_SHA384_P384', 'P-384', 'SHA-384', 'AES-256-GCM', 'ECDSA-P384']],
  [
    hybridSuiteId,
    [
      'MLS_128_MLKEM768X25519_AES256GCM_SHA384_Ed25519',
      'MLKEM768-X25519',
      'SHA-384',
      'AES-256-GCM',
      'Ed25519',
    ],
  ],
])

const hashBytes: Readonly<Record<HashName, number>> = { 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 }
const keyBytes: Readonly<Record<AeadName, number>> = {
  'AES-128-GCM': 16,
  'AES-256-GCM': 32,
  'ChaCha20-Poly1305': 32,
}

/** @throws MlsError `unsupported` for a code point that is none of the seven of RFC 9420 nor the hybrid one. */
export const suiteOf = (id: number): Suite => {
  const found = algorithms.get(id)
  if (!found) throw new MlsError('unsupported', `cipher suite ${id}`)
  const [name, kem, kdf, aead, signature] = found
  return {
    id,
    name,
    kem,
    kdf,
    aead,
    hash: kdf,
    signature,
    hashBytes: hashBytes[kdf],
    keyBytes: keyBytes[aead],
    nonceBytes: 12,
  }
}
