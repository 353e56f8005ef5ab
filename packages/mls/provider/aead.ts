import { MlsError } from '../src/error.ts'
import type { AeadName } from '../src/provider.ts'

const keyBytes: Readonly<Record<AeadName, number>> = {
  'AES-128-GCM': 16,
  'AES-256-GCM': 32,
  'ChaCha20-Poly1305': 32,
}
const nonceBytes = 12

/** Of every AEAD of RFC 9180 §7.3. */
export const tagBytes = 16

/** @throws MlsError `invalid_use` */
export const checkAeadLengths = (name: AeadName, key: Uint8Array, nonce: Uint8Array): void => {
  if (key.length !== keyBytes[name]) throw new MlsError('invalid_use', `${name} key of ${key.length} bytes`)
  if (nonce.length !== nonceBytes) throw new MlsError('invalid_use', `nonce of ${nonce.length} bytes`)
}
