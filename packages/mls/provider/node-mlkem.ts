import * as nodeCrypto from 'node:crypto'
import type { MlKem } from './kem.ts'
import { asInvalidKey, importPrivate, importPublic, rawPublic } from './node-keys.ts'

/** ML-KEM-768 of OpenSSL, or undefined on a Node that was built without it or is older than 24.7. */
export const nativeMlKem = (): MlKem | undefined => {
  const { encapsulate, decapsulate } = nodeCrypto as Partial<typeof nodeCrypto>
  if (!encapsulate || !decapsulate) return undefined
  try {
    importPrivate('ML-KEM-768', new Uint8Array(64))
  } catch {
    return undefined
  }
  return {
    publicKey(bytes) {
      const key = importPublic('ML-KEM-768', bytes)
      return {
        encapsulate() {
          const { sharedKey, ciphertext } = asInvalidKey('ML-KEM-768', () => encapsulate(key))
          return { secret: new Uint8Array(sharedKey), ciphertext: new Uint8Array(ciphertext) }
        },
      }
    },
    privateKey(seed) {
      const key = importPrivate('ML-KEM-768', seed)
      return {
        publicBytes: () => rawPublic('ML-KEM-768', key),
        decapsulate: (ciphertext) => new Uint8Array(decapsulate(key, ciphertext)),
      }
    },
  }
}
