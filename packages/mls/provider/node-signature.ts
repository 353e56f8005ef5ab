import { Buffer } from 'node:buffer'
import {
  createECDH,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto'
import { equalBytes } from '../src/bytes.ts'
import {
  ed25519InJs,
  montgomeryUs,
  projectionScalar,
  ed25519Verifier,
  verifyWithoutCofactor,
  type Ed25519Primitives,
} from '../src/ed25519.ts'
import { MlsError } from '../src/error.ts'
import { inBatches } from './batches.ts'
import {
  asInvalidKey,
  checkScalarLength,
  importPrivate,
  importPublic,
  nodeCaches,
  rawPublic,
} from './node-keys.ts'
import type { Signer } from './signer.ts'

const publicKeysMax = 4096

/** A key or signature that OpenSSL cannot take in is one that does not verify. */
const verdict = (use: () => boolean): boolean => {
  try {
    return use()
  } catch {
    return false
  }
}

const edwards = (name: 'Ed25519' | 'Ed448', random: (length: number) => Uint8Array): Signer => {
  const publicKeys = nodeCaches.publicKeys<KeyObject>(publicKeysMax)
  const privateKeys = nodeCaches.privateKeys<KeyObject>()
  const privateOf = (bytes: Uint8Array): KeyObject => privateKeys(bytes, () => importPrivate(name, bytes))
  return {
    generate() {
      const privateKey = random(name === 'Ed25519' ? 32 : 57)
      return { privateKey, publicKey: rawPublic(name, privateOf(privateKey)) }
    },
    sign: (privateKey, message) => new Uint8Array(sign(null, message, privateOf(privateKey))),
    verify: (publicKey, message, signature) =>
      verdict(() =>
        verify(
          null,
          message,
          publicKeys(publicKey, () => importPublic(name, publicKey)),
          signature,
        ),
      ),
  }
}

/** The primitives of src/ed25519.ts on OpenSSL; new keys, which come many at once, on its threads. */
export const nodeEd25519 = (): Ed25519Primitives => {
  const publicKeys = nodeCaches.publicKeys<KeyObject>(publicKeysMax)
  const keyOf = (bytes: Uint8Array): KeyObject => publicKeys(bytes, () => importPublic('Ed25519', bytes))
  const scalar = importPrivate('X25519', projectionScalar)
  const uOf = inBatches(montgomeryUs)

  const projected = (u: Uint8Array): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      const publicKey = importPublic('X25519', u)
      const secret: unknown = diffieHellman({ privateKey: scalar, publicKey }, (error, later) =>
        error ? reject(error) : resolve(later),
      )
      // A Node of before 23.11 knows no callback here: it answers at once and never calls.
      if (secret instanceof Uint8Array) resolve(secret)
    })

  const verified = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> =>
    new Promise((resolve, reject) =>
      verify(null, message, keyOf(publicKey), signature, (error, good) =>
        error ? reject(error) : resolve(good),
      ),
    )

  return {
    verify(publicKey, message, signature) {
      try {
        return verify(null, message, keyOf(publicKey), signature)
      } catch {
        return verifyWithoutCofactor(publicKey, message, signature)
      }
    },
    async verifyNew(publicKey, message, signature) {
      try {
        const u = await uOf(publicKey)
        const [same, good] = await Promise.all([projected(u), verified(publicKey, message, signature)])
        return { prime: equalBytes(same, u), good }
      } catch {
        // OpenSSL cannot take this key; the definition decides, so that no fault of a platform is a verdict.
        return ed25519InJs.verifyNew(publicKey, message, signature)
      }
    },
  }
}

/** Ed25519 with the one verdict of docs/spec/signatures.md. */
export const ed25519Signer = (random: (length: number) => Uint8Array): Signer => ({
  ...edwards('Ed25519', random),
  verify: ed25519Verifier(nodeEd25519()),
})

export const ed448Signer = (random: (length: number) => Uint8Array): Signer => edwards('Ed448', random)

interface EcdsaParameters {
  readonly curve: 'prime256v1' | 'secp384r1' | 'secp521r1'
  readonly jwkCurve: 'P-256' | 'P-384' | 'P-521'
  readonly hash: 'sha256' | 'sha384' | 'sha512'
  readonly fieldBytes: number
}

const ecdsaParameters = {
  'ECDSA-P256': { curve: 'prime256v1', jwkCurve: 'P-256', hash: 'sha256', fieldBytes: 32 },
  'ECDSA-P384': { curve: 'secp384r1', jwkCurve: 'P-384', hash: 'sha384', fieldBytes: 48 },
  'ECDSA-P521': { curve: 'secp521r1', jwkCurve: 'P-521', hash: 'sha512', fieldBytes: 66 },
} as const satisfies Readonly<Record<string, EcdsaParameters>>

/** ECDSA of RFC 9420 §5.1.2: uncompressed points, DER signatures, scalars as private keys. */
export const ecdsaSigner = (name: keyof typeof ecdsaParameters): Signer => {
  const { curve, jwkCurve, hash, fieldBytes } = ecdsaParameters[name]
  const publicKeys = nodeCaches.publicKeys<KeyObject>(publicKeysMax)
  const privateKeys = nodeCaches.privateKeys<KeyObject>()

  const coordinates = (point: Uint8Array) => {
    if (point.length !== 1 + 2 * fieldBytes || point[0] !== 4)
      throw new MlsError('invalid_key', `not an uncompressed point of ${jwkCurve}`)
    return {
      kty: 'EC',
      crv: jwkCurve,
      x: base64url(point.subarray(1, 1 + fieldBytes)),
      y: base64url(point.subarray(1 + fieldBytes)),
    }
  }

  const publicOf = (point: Uint8Array): KeyObject =>
    publicKeys(point, () => createPublicKey({ key: coordinates(point), format: 'jwk' }))

  const privateOf = (scalar: Uint8Array): KeyObject =>
    privateKeys(scalar, () =>
      asInvalidKey(name, () => {
        checkScalarLength(scalar, fieldBytes)
        const ecdh = createECDH(curve)
        ecdh.setPrivateKey(scalar)
        const key = { ...coordinates(ecdh.getPublicKey()), d: base64url(scalar) }
        return createPrivateKey({ key, format: 'jwk' })
      }),
    )

  return {
    generate() {
      const ecdh = createECDH(curve)
      const publicKey = new Uint8Array(ecdh.generateKeys())
      const scalar = ecdh.getPrivateKey()
      const privateKey = new Uint8Array(fieldBytes)
      privateKey.set(scalar, fieldBytes - scalar.length)
      return { publicKey, privateKey }
    },
    sign: (privateKey, message) => new Uint8Array(sign(hash, message, privateOf(privateKey))),
    verify: (publicKey, message, signature) =>
      verdict(() => verify(hash, message, publicOf(publicKey), signature)),
  }
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
