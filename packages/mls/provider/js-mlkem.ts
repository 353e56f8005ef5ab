import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { MlsError } from '../src/error.ts'
import type { MlKem } from './kem.ts'

/** ML-KEM-768 in JavaScript. @param random where the 32 bytes of an encapsulation are from */
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
      publicBytes: () => publicKey,
      decapsulate: (ciphertext) => ml_kem768.decapsulate(ciphertext, secretKey),
    }
  },
})
