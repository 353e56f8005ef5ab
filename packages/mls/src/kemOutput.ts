import { isEncryptionKey } from './encryptionKey.ts'
import type { KemName } from './provider.ts'

const mlkemCiphertextBytes = 1088
const x25519Bytes = 32

/**
 * Whether a KEM output can be one at all. That it is one for the right key, only its holder can tell; but what nobody
 * could decapsulate is refused by everyone, a server too, before all members are stopped by it.
 */
export const isKemOutput = (kem: KemName, output: Uint8Array): boolean => {
  switch (kem) {
    case 'P-256':
    case 'P-384':
    case 'P-521':
    case 'X25519':
    case 'X448':
      return isEncryptionKey(kem, output)
    case 'MLKEM768-X25519':
      return (
        output.length === mlkemCiphertextBytes + x25519Bytes &&
        isEncryptionKey('X25519', output.subarray(mlkemCiphertextBytes))
      )
  }
}
