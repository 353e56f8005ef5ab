import type { SignatureName } from './provider.ts'

/** Lengths of encoded public keys (RFC 9420 §5.1.1), in bytes. */
export const signatureKeyBytes: Readonly<Record<SignatureName, number>> = {
  Ed25519: 32,
  Ed448: 57,
  'ECDSA-P256': 65,
  'ECDSA-P384': 97,
  'ECDSA-P521': 133,
}
