import type { KemName, SignatureName } from './provider.ts'

/** Lengths of encoded public keys in bytes, as RFC 9180 §7.1 and RFC 9420 §5.1.1 have them. */
export const encryptionKeyBytes: Readonly<Record<KemName, number>> = {
  'P-256': 65,
  'P-384': 97,
  'P-521': 133,
  X25519: 32,
  X448: 56,
  'MLKEM768-X25519': 1216,
}

export const signatureKeyBytes: Readonly<Record<SignatureName, number>> = {
  Ed25519: 32,
  Ed448: 57,
  'ECDSA-P256': 65,
  'ECDSA-P384': 97,
  'ECDSA-P521': 133,
}
