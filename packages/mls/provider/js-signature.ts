import { ed25519 } from '@noble/curves/ed25519.js'
import { ed448 } from '@noble/curves/ed448.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { ed25519InJs, ed25519Verifier } from '../src/ed25519.ts'
import { MlsError } from '../src/error.ts'
import type { Signer } from './signer.ts'

type Random = (length: number) => Uint8Array

const orInvalidKey = <T>(use: () => T): T => {
  try {
    return use()
  } catch {
    throw new MlsError('invalid_key', 'not a private key')
  }
}

const orFalse = (use: () => boolean): boolean => {
  try {
    return use()
  } catch {
    return false
  }
}

/** Ed25519 with the one verdict of docs/spec/signatures.md. */
export const ed25519Signer = (random: Random): Signer => ({
  generate() {
    const privateKey = random(32)
    return { privateKey, publicKey: ed25519.getPublicKey(privateKey) }
  },
  sign: (privateKey, message) => orInvalidKey(() => ed25519.sign(message, privateKey)),
  verify: ed25519Verifier(ed25519InJs),
})

export const ed448Signer = (random: Random): Signer => ({
  generate() {
    const privateKey = random(57)
    return { privateKey, publicKey: ed448.getPublicKey(privateKey) }
  },
  sign: (privateKey, message) => orInvalidKey(() => ed448.sign(message, privateKey)),
  verify: (publicKey, message, signature) => orFalse(() => ed448.verify(signature, message, publicKey)),
})

const curves = {
  'ECDSA-P256': { curve: p256, seedBytes: 48, publicBytes: 65 },
  'ECDSA-P384': { curve: p384, seedBytes: 72, publicBytes: 97 },
  'ECDSA-P521': { curve: p521, seedBytes: 99, publicBytes: 133 },
} as const

/** DER signatures of either half of the range of s, as RFC 9420 §5.1.2 has them. */
const encoding = { format: 'der', lowS: false } as const

export const ecdsaSigner = (name: keyof typeof curves, random: Random): Signer => {
  const { curve, seedBytes, publicBytes } = curves[name]
  return {
    generate() {
      const privateKey = curve.utils.randomSecretKey(random(seedBytes))
      return { privateKey, publicKey: curve.getPublicKey(privateKey, false) }
    },
    sign: (privateKey, message) => orInvalidKey(() => curve.sign(message, privateKey, encoding)),
    verify: (publicKey, message, signature) =>
      publicKey.length === publicBytes &&
      orFalse(() => curve.verify(signature, message, publicKey, encoding)),
  }
}
