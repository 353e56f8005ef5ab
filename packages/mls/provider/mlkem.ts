import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { MlsError } from '../src/error.ts'

/** ML-KEM-768 (FIPS 203) over keys that an implementation holds in whatever form suits it. */
export interface MlKem {
  /** With the check of FIPS 203 §7.2. @throws MlsError `invalid_key` */
  publicKey(bytes: Uint8Array): MlKemPublicKey
  /** From the 64 bytes (d, z). */
  privateKey(seed: Uint8Array): MlKemPrivateKey
}

export interface MlKemPublicKey {
  encapsulate(): { readonly secret: Uint8Array; readonly ciphertext: Uint8Array }
}

export interface MlKemPrivateKey {
  readonly publicBytes: Uint8Array
  decapsulate(ciphertext: Uint8Array): Uint8Array
}

/** In JavaScript. @param random where the 32 bytes of an encapsulation are from */
export const mlkemInJs = (random: (length: number) => Uint8Array): MlKem => ({
  publicKey(bytes) {
    try {
      const prepared = ml_kem768.prepare(bytes)
      return {
        encapsulate() {
          const { sharedSecret, cipherText } = prepared.encapsulate(random(32))
          return { secret: sharedSecret, ciphertext: cipherText }
        },
      }
    } catch {
      throw new MlsError('invalid_key', 'not a key of ML-KEM-768')
    }
  },
  privateKey(seed) {
    const { publicKey, secretKey } = ml_kem768.keygen(seed)
    return {
      publicBytes: publicKey,
      decapsulate: (ciphertext) => ml_kem768.decapsulate(ciphertext, secretKey),
    }
  },
})
