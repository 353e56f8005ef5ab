import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto'
import { MlsError } from '../src/error.ts'
import type { AeadName } from '../src/provider.ts'
import { checkAeadLengths, tagBytes } from './aead.ts'

const options = { authTagLength: tagBytes } as const

/** As a key object, since Node takes 14 µs to take in a key of bytes. */
const cipherOf = (name: AeadName, key: Uint8Array, nonce: Uint8Array) => {
  const secret = createSecretKey(key)
  switch (name) {
    case 'AES-128-GCM':
      return createCipheriv('aes-128-gcm', secret, nonce, options)
    case 'AES-256-GCM':
      return createCipheriv('aes-256-gcm', secret, nonce, options)
    case 'ChaCha20-Poly1305':
      return createCipheriv('chacha20-poly1305', secret, nonce, options)
  }
}

const decipherOf = (name: AeadName, key: Uint8Array, nonce: Uint8Array) => {
  const secret = createSecretKey(key)
  switch (name) {
    case 'AES-128-GCM':
      return createDecipheriv('aes-128-gcm', secret, nonce, options)
    case 'AES-256-GCM':
      return createDecipheriv('aes-256-gcm', secret, nonce, options)
    case 'ChaCha20-Poly1305':
      return createDecipheriv('chacha20-poly1305', secret, nonce, options)
  }
}

/** Ciphertext, then the tag of 16 bytes (RFC 5116 §5). */
export const aeadSeal = (
  name: AeadName,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array => {
  checkAeadLengths(name, key, nonce)
  const cipher = cipherOf(name, key, nonce)
  if (aad.length > 0) cipher.setAAD(aad, { plaintextLength: plaintext.length })
  const sealed = new Uint8Array(plaintext.length + tagBytes)
  sealed.set(cipher.update(plaintext))
  cipher.final()
  sealed.set(cipher.getAuthTag(), plaintext.length)
  return sealed
}

/** @throws MlsError `decrypt_failed` */
export const aeadOpen = (
  name: AeadName,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array => {
  checkAeadLengths(name, key, nonce)
  const length = ciphertext.length - tagBytes
  if (length < 0) throw new MlsError('decrypt_failed', 'shorter than its tag')
  const decipher = decipherOf(name, key, nonce)
  decipher.setAuthTag(ciphertext.subarray(length))
  if (aad.length > 0) decipher.setAAD(aad, { plaintextLength: length })
  const opened = decipher.update(ciphertext.subarray(0, length))
  try {
    decipher.final()
  } catch {
    // Nobody may see what did not authenticate.
    opened.fill(0)
    throw new MlsError('decrypt_failed', 'the tag does not hold')
  }
  return new Uint8Array(opened)
}
