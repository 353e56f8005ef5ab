import { gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { MlsError } from '../src/error.ts'
import type { AeadName } from '../src/provider.ts'
import { checkAeadLengths } from './aead.ts'

const cipherOf = (name: AeadName, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array) => {
  checkAeadLengths(name, key, nonce)
  switch (name) {
    case 'AES-128-GCM':
    case 'AES-256-GCM':
      return gcm(key, nonce, aad)
    case 'ChaCha20-Poly1305':
      return chacha20poly1305(key, nonce, aad)
  }
}

export const aeadSeal = (
  name: AeadName,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array => cipherOf(name, key, nonce, aad).encrypt(plaintext)

/** @throws MlsError `decrypt_failed` */
export const aeadOpen = (
  name: AeadName,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array => {
  const cipher = cipherOf(name, key, nonce, aad)
  try {
    return cipher.decrypt(ciphertext)
  } catch {
    throw new MlsError('decrypt_failed', 'the tag does not hold')
  }
}
