import { x25519 } from '@noble/curves/ed25519.js'
import { x448 } from '@noble/curves/ed448.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { MlsError } from '../src/error.ts'
import { dhParameters, type DhName } from './dhkem.ts'
import type { Group } from './kem.ts'

type Random = (length: number) => Uint8Array

const asInvalidKey = <T>(name: string, use: () => T): T => {
  try {
    return use()
  } catch {
    throw new MlsError('invalid_key', `not a key of ${name}`)
  }
}

/** A group of raw keys; a public key is checked when it is used. */
const rawGroup = (
  name: DhName,
  publicOf: (privateKey: Uint8Array) => Uint8Array,
  agree: (privateKey: Uint8Array, publicKey: Uint8Array) => Uint8Array,
  newPrivateKey: () => Uint8Array,
): Group<Uint8Array> => {
  const { publicBytes } = dhParameters[name]
  const key = (privateKey: Uint8Array) => ({
    publicBytes: () => asInvalidKey(name, () => publicOf(privateKey)),
    agree: (publicKey: Uint8Array) => asInvalidKey(name, () => agree(privateKey, publicKey)),
  })
  return {
    publicKey(bytes) {
      if (bytes.length !== publicBytes)
        throw new MlsError('invalid_key', `${name} key of ${bytes.length} bytes`)
      return bytes
    },
    privateKey: key,
    ephemeral: () => key(newPrivateKey()),
  }
}

const montgomery = { X25519: x25519, X448: x448 } as const

export const montgomeryGroup = (name: 'X25519' | 'X448', random: Random): Group<Uint8Array> => {
  const curve = montgomery[name]
  return rawGroup(
    name,
    (privateKey) => curve.getPublicKey(privateKey),
    (privateKey, publicKey) => curve.getSharedSecret(privateKey, publicKey),
    () => random(dhParameters[name].privateBytes),
  )
}

const nist = {
  'P-256': { curve: p256, seedBytes: 48 },
  'P-384': { curve: p384, seedBytes: 72 },
  'P-521': { curve: p521, seedBytes: 99 },
} as const

export const nistGroup = (name: keyof typeof nist, random: Random): Group<Uint8Array> => {
  const { curve, seedBytes } = nist[name]
  return rawGroup(
    name,
    (privateKey) => curve.getPublicKey(privateKey, false),
    // The x coordinate, without the byte of the compressed form.
    (privateKey, publicKey) => curve.getSharedSecret(privateKey, publicKey, true).subarray(1),
    () => curve.utils.randomSecretKey(random(seedBytes)),
  )
}
