import { ascii, concat } from '../src/bytes.ts'
import { MlsError } from '../src/error.ts'
import { labeledDeriveInput } from '../src/hpke-kdf.ts'
import type { KeyPair } from '../src/provider.ts'
import { kemSuiteId } from './dhkem.ts'
import {
  publicKeysMax,
  type DhPrivateKey,
  type Group,
  type Kem,
  type KeyCaches,
  type MlKem,
  type MlKemPrivateKey,
  type MlKemPublicKey,
} from './kem.ts'

/**
 * MLKEM768-X25519 (X-Wing, draft-connolly-cfrg-xwing-kem), as draft-ietf-hpke-pq registers it for HPKE.
 * A private key is its seed of 32 bytes; public keys and ciphertexts are the ML-KEM part, then the X25519 part.
 */
const seedBytes = 32
const mlkemPublicBytes = 1184
const mlkemCiphertextBytes = 1088
const x25519Bytes = 32

const label = ascii('\\.//^\\')
const empty = new Uint8Array(0)

/** The functions of SHA-3 (FIPS 202) that a platform offers. */
export interface Keccak {
  sha3(data: Uint8Array): Uint8Array
  shake256(data: Uint8Array, length: number): Uint8Array
}

interface PublicKey<X> {
  readonly mlkem: MlKemPublicKey
  readonly x25519: X
}

interface PrivateKey<X> {
  readonly mlkem: MlKemPrivateKey
  readonly x25519: DhPrivateKey<X>
  readonly x25519Public: Uint8Array
}

export const hybridKem = <X>(
  mlkem: MlKem,
  x25519: Group<X>,
  { sha3, shake256 }: Keccak,
  random: (length: number) => Uint8Array,
  caches: KeyCaches,
): Kem => {
  const publicKeys = caches.publicKeys<Promise<PublicKey<X>>>(publicKeysMax)
  const privateKeys = caches.privateKeys<Promise<PrivateKey<X>>>()

  const loadPublic = async (bytes: Uint8Array): Promise<PublicKey<X>> => {
    if (bytes.length !== mlkemPublicBytes + x25519Bytes)
      throw new MlsError('invalid_key', `hybrid key of ${bytes.length} bytes`)
    return {
      mlkem: await mlkem.publicKey(bytes.subarray(0, mlkemPublicBytes)),
      x25519: await x25519.publicKey(bytes.subarray(mlkemPublicBytes)),
    }
  }

  const loadPrivate = async (seed: Uint8Array): Promise<PrivateKey<X>> => {
    if (seed.length !== seedBytes) throw new MlsError('invalid_key', 'hybrid seed of wrong length')
    const expanded = shake256(seed, 96)
    const inner = await mlkem.privateKey(expanded.subarray(0, 64))
    const outer = await x25519.privateKey(expanded.subarray(64))
    return { mlkem: inner, x25519: outer, x25519Public: await outer.publicBytes() }
  }

  const privateOf = (seed: Uint8Array): Promise<PrivateKey<X>> => privateKeys(seed, () => loadPrivate(seed))

  const keyPair = async (privateKey: Uint8Array): Promise<KeyPair> => {
    const own = await privateOf(privateKey)
    return { privateKey, publicKey: concat(await own.mlkem.publicBytes(), own.x25519Public) }
  }

  const combine = (
    mlkemSecret: Uint8Array,
    x25519Secret: Uint8Array,
    x25519Ciphertext: Uint8Array,
    x25519Public: Uint8Array,
  ): Uint8Array => sha3(concat(mlkemSecret, x25519Secret, x25519Ciphertext, x25519Public, label))

  return {
    generate: () => keyPair(random(seedBytes)),
    derive: (ikm) =>
      keyPair(
        shake256(
          labeledDeriveInput(kemSuiteId['MLKEM768-X25519'], ikm, 'DeriveKeyPair', empty, seedBytes),
          seedBytes,
        ),
      ),
    async encapsulate(publicKey) {
      const recipient = await publicKeys(publicKey, () => loadPublic(publicKey))
      const inner = await recipient.mlkem.encapsulate()
      const ephemeral = await x25519.ephemeral()
      const ciphertext = await ephemeral.publicBytes()
      const dh = await ephemeral.agree(recipient.x25519)
      return {
        encapsulated: concat(inner.ciphertext, ciphertext),
        sharedSecret: combine(inner.secret, dh, ciphertext, publicKey.subarray(mlkemPublicBytes)),
      }
    },
    async decapsulate({ privateKey }, encapsulated) {
      if (encapsulated.length !== mlkemCiphertextBytes + x25519Bytes)
        throw new MlsError('decrypt_failed', `KEM ciphertext of ${encapsulated.length} bytes`)
      const own = await privateOf(privateKey)
      const ciphertext = encapsulated.subarray(mlkemCiphertextBytes)
      const secret = await own.mlkem.decapsulate(encapsulated.subarray(0, mlkemCiphertextBytes))
      const dh = await own.x25519.agree(await x25519.publicKey(ciphertext))
      return combine(secret, dh, ciphertext, own.x25519Public)
    },
  }
}
