import { x25519 } from '@noble/curves/ed25519.js'
import { x448 } from '@noble/curves/ed448.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { sha3_256, shake256 } from '@noble/hashes/sha3.js'
import { MlsError } from '../src/error.ts'
import type { KeyPair, Provider } from '../src/provider.ts'
import { derivePrivateKey, dhParameters, extractAndExpand, type DhName } from './dhkem.ts'
import { privateKeyCache, type KeyCache } from './key-cache.ts'
import type { Kem } from './kem.ts'
import { mlkemInJs, type MlKemPrivateKey } from './mlkem.ts'
import * as xwing from './xwing.ts'

type Hkdf = Pick<Provider, 'hkdfExtract' | 'hkdfExpand'>
type Random = (length: number) => Uint8Array

const asInvalidKey = <T>(name: string, use: () => T): T => {
  try {
    return use()
  } catch {
    throw new MlsError('invalid_key', `not a key of ${name}`)
  }
}

/** A Diffie-Hellman group over raw keys; both throw for what is not a key, or gives a secret of small order. */
interface Group {
  publicOf(privateKey: Uint8Array): Uint8Array
  agree(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array
}

const montgomery = (name: 'X25519' | 'X448', curve: typeof x25519): Group => ({
  publicOf: (privateKey) => asInvalidKey(name, () => curve.getPublicKey(privateKey)),
  agree: (privateKey, publicKey) => asInvalidKey(name, () => curve.getSharedSecret(privateKey, publicKey)),
})

const nist = (name: Exclude<DhName, 'X25519' | 'X448'>, curve: typeof p256): Group => ({
  publicOf: (privateKey) => asInvalidKey(name, () => curve.getPublicKey(privateKey, false)),
  agree(privateKey, publicKey) {
    if (publicKey.length !== dhParameters[name].publicBytes)
      throw new MlsError('invalid_key', `not an uncompressed point of ${name}`)
    // The x coordinate, without the byte of the compressed form.
    return asInvalidKey(name, () => curve.getSharedSecret(privateKey, publicKey, true).subarray(1))
  },
})

const groups: Readonly<Record<DhName, Group>> = {
  'P-256': nist('P-256', p256),
  'P-384': nist('P-384', p384),
  'P-521': nist('P-521', p521),
  X25519: montgomery('X25519', x25519),
  X448: montgomery('X448', x448),
}

/** DHKEM of RFC 9180 §4.1. */
export const dhKem = (name: DhName, hkdf: Hkdf, random: Random): Kem => {
  const group = groups[name]
  const derive = (ikm: Uint8Array): KeyPair => {
    const privateKey = derivePrivateKey(hkdf, name, ikm)
    return { privateKey, publicKey: group.publicOf(privateKey) }
  }
  const generate = (): KeyPair => derive(random(dhParameters[name].privateBytes))
  return {
    generate,
    derive,
    encapsulate(publicKey) {
      const ephemeral = generate()
      const encapsulated = ephemeral.publicKey
      const dh = group.agree(ephemeral.privateKey, publicKey)
      return { encapsulated, sharedSecret: extractAndExpand(hkdf, name, dh, encapsulated, publicKey) }
    },
    decapsulate({ publicKey, privateKey }, encapsulated) {
      const dh = group.agree(privateKey, encapsulated)
      return extractAndExpand(hkdf, name, dh, encapsulated, publicKey)
    },
  }
}

interface HybridPrivateKey {
  readonly mlkem: MlKemPrivateKey
  readonly x25519: Uint8Array
  readonly x25519Public: Uint8Array
}

/** MLKEM768-X25519 (xwing.ts). */
export const hybridKem = (random: Random): Kem => {
  const mlkem = mlkemInJs(random)
  const group = groups.X25519
  const privateKeys: KeyCache<HybridPrivateKey> = privateKeyCache((bytes) => sha256(bytes).join())

  const privateOf = (seed: Uint8Array): HybridPrivateKey =>
    privateKeys(seed, () => {
      if (seed.length !== xwing.seedBytes) throw new MlsError('invalid_key', 'hybrid seed of wrong length')
      const halves = xwing.splitSeed(shake256(seed, { dkLen: xwing.expandedSeedBytes }))
      return {
        mlkem: mlkem.privateKey(halves.mlkem),
        x25519: halves.x25519,
        x25519Public: group.publicOf(halves.x25519),
      }
    })

  const keyPair = (seed: Uint8Array): KeyPair => {
    const { mlkem: inner, x25519Public } = privateOf(seed)
    return { privateKey: seed, publicKey: xwing.joinHalves(inner.publicBytes, x25519Public) }
  }

  return {
    generate: () => keyPair(random(xwing.seedBytes)),
    derive: (ikm) => keyPair(shake256(xwing.deriveSeedInput(ikm), { dkLen: xwing.seedBytes })),
    encapsulate(publicKey) {
      const halves = xwing.splitPublic(publicKey)
      const inner = mlkem.publicKey(halves.mlkem).encapsulate()
      const ephemeral = random(32)
      const ciphertext = group.publicOf(ephemeral)
      const dh = group.agree(ephemeral, halves.x25519)
      return {
        encapsulated: xwing.joinHalves(inner.ciphertext, ciphertext),
        sharedSecret: sha3_256(xwing.combinerInput(inner.secret, dh, ciphertext, halves.x25519)),
      }
    },
    decapsulate({ privateKey }, encapsulated) {
      if (encapsulated.length !== xwing.ciphertextBytes)
        throw new MlsError('decrypt_failed', `KEM ciphertext of ${encapsulated.length} bytes`)
      const own = privateOf(privateKey)
      const halves = xwing.splitCiphertext(encapsulated)
      const secret = own.mlkem.decapsulate(halves.mlkem)
      const dh = group.agree(own.x25519, halves.x25519)
      return sha3_256(xwing.combinerInput(secret, dh, halves.x25519, own.x25519Public))
    },
  }
}
