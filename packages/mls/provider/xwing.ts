import { ascii, concat } from '../src/bytes.ts'
import { labeledDeriveInput } from '../src/hpke-kdf.ts'
import { kemSuiteId } from './dhkem.ts'

/**
 * MLKEM768-X25519 (X-Wing, draft-connolly-cfrg-xwing-kem), as draft-ietf-hpke-pq registers it for HPKE.
 * A private key is its seed of 32 bytes; public keys and ciphertexts are the ML-KEM part, then the X25519 part.
 */
export const seedBytes = 32
export const expandedSeedBytes = 96
export const mlkemPublicBytes = 1184
export const mlkemCiphertextBytes = 1088
export const publicBytes = mlkemPublicBytes + 32
export const ciphertextBytes = mlkemCiphertextBytes + 32

const label = ascii('\\.//^\\')
const empty = new Uint8Array(0)

/** What SHAKE256 turns into the seed of 32 bytes (DeriveKeyPair of draft-ietf-hpke-pq §4). */
export const deriveSeedInput = (ikm: Uint8Array): Uint8Array =>
  labeledDeriveInput(kemSuiteId['MLKEM768-X25519'], ikm, 'DeriveKeyPair', empty, seedBytes)

/** What SHA3-256 turns into the shared secret. */
export const combinerInput = (
  mlkemSecret: Uint8Array,
  x25519Secret: Uint8Array,
  x25519Ciphertext: Uint8Array,
  x25519Public: Uint8Array,
): Uint8Array => concat(mlkemSecret, x25519Secret, x25519Ciphertext, x25519Public, label)

export interface Halves {
  readonly mlkem: Uint8Array
  readonly x25519: Uint8Array
}

export const splitPublic = (bytes: Uint8Array): Halves => ({
  mlkem: bytes.subarray(0, mlkemPublicBytes),
  x25519: bytes.subarray(mlkemPublicBytes),
})

export const splitCiphertext = (bytes: Uint8Array): Halves => ({
  mlkem: bytes.subarray(0, mlkemCiphertextBytes),
  x25519: bytes.subarray(mlkemCiphertextBytes),
})

export const joinHalves = (mlkem: Uint8Array, x25519: Uint8Array): Uint8Array => concat(mlkem, x25519)

/** The 96 bytes SHAKE256 makes of a seed: 64 of ML-KEM (d, z), 32 of X25519. */
export const splitSeed = (expanded: Uint8Array): Halves => ({
  mlkem: expanded.subarray(0, 64),
  x25519: expanded.subarray(64, 96),
})
