import * as nodeCrypto from 'node:crypto'
import type { MlKem } from './mlkem.ts'
import { importPrivate, importPublic, rawPublic } from './node-keys.ts'

/** ML-KEM-768 of OpenSSL, where this Node has it (24.7 and later); a Node of before lacks the functions. */
export const nativeMlKem = (): MlKem | undefined => {
  const { encapsulate, decapsulate } = nodeCrypto as Partial<typeof nodeCrypto>
  if (!encapsulate || !decapsulate) return undefined
  const mlkem: MlKem = {
    publicKey(bytes) {
      const key = importPublic('ML-KEM-768', bytes)
      return {
        encapsulate() {
          const { sharedKey, ciphertext } = encapsulate(key)
          return { secret: new Uint8Array(sharedKey), ciphertext: new Uint8Array(ciphertext) }
        },
      }
    },
    privateKey(seed) {
      const key = importPrivate('ML-KEM-768', seed)
      return {
        publicBytes: rawPublic('ML-KEM-768', key),
        decapsulate: (ciphertext) => new Uint8Array(decapsulate(key, ciphertext)),
      }
    },
  }
  return works(mlkem) ? mlkem : undefined
}

/** Functions may be there and the algorithm not, for that depends on the OpenSSL that Node was built with. */
const works = (mlkem: MlKem): boolean => {
  try {
    const own = mlkem.privateKey(new Uint8Array(64))
    const { secret, ciphertext } = mlkem.publicKey(own.publicBytes).encapsulate()
    return own.decapsulate(ciphertext).every((byte, i) => byte === secret[i])
  } catch {
    return false
  }
}
