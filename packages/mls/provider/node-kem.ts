import { createECDH, diffieHellman, generateKeyPairSync, type ECDH, type KeyObject } from 'node:crypto'
import { MlsError } from '../src/error.ts'
import type { KeyPair, Provider } from '../src/provider.ts'
import { derivePrivateKey, dhParameters, extractAndExpand, type DhName } from './dhkem.ts'
import type { Kem } from './kem.ts'
import type { MlKem, MlKemPrivateKey, MlKemPublicKey } from './mlkem.ts'
import { digest, shake256 } from './node-hash.ts'
import {
  asInvalidKey,
  importPrivate,
  importPublic,
  nodePrivateKeyCache,
  nodePublicKeyCache,
  rawPublic,
} from './node-keys.ts'
import * as xwing from './xwing.ts'

type Hkdf = Pick<Provider, 'hkdfExtract' | 'hkdfExpand'>
type Random = (length: number) => Uint8Array

const publicKeysMax = 1024

/** What an attacker's public key or ciphertext makes of a derivation: nothing of use (RFC 9180 §7.1.4). */
const dhOrRefuse = (privateKey: KeyObject, publicKey: KeyObject): Uint8Array => {
  try {
    return new Uint8Array(diffieHellman({ privateKey, publicKey }))
  } catch {
    throw new MlsError('invalid_key', 'the shared secret is of small order')
  }
}

/** DHKEM of X25519 and X448. */
export const montgomeryKem = (name: 'X25519' | 'X448', hkdf: Hkdf, random: Random): Kem => {
  const publicKeys = nodePublicKeyCache<KeyObject>(publicKeysMax)
  const privateKeys = nodePrivateKeyCache<KeyObject>()
  const publicOf = (bytes: Uint8Array): KeyObject => publicKeys(bytes, () => importPublic(name, bytes))
  const privateOf = (bytes: Uint8Array): KeyObject => privateKeys(bytes, () => importPrivate(name, bytes))
  const keyPair = (privateKey: Uint8Array): KeyPair => ({
    privateKey,
    publicKey: rawPublic(name, privateOf(privateKey)),
  })
  return {
    generate: () => keyPair(random(dhParameters[name].privateBytes)),
    derive: (ikm) => keyPair(derivePrivateKey(hkdf, name, ikm)),
    encapsulate(publicKey) {
      const recipient = publicOf(publicKey)
      const ephemeral = generateMontgomery(name)
      const encapsulated = rawPublic(name, ephemeral.publicKey)
      const dh = dhOrRefuse(ephemeral.privateKey, recipient)
      return { encapsulated, sharedSecret: extractAndExpand(hkdf, name, dh, encapsulated, publicKey) }
    },
    decapsulate({ publicKey, privateKey }, encapsulated) {
      const dh = dhOrRefuse(privateOf(privateKey), importPublic(name, encapsulated))
      return extractAndExpand(hkdf, name, dh, encapsulated, publicKey)
    },
  }
}

const generateMontgomery = (name: 'X25519' | 'X448') =>
  name === 'X25519' ? generateKeyPairSync('x25519') : generateKeyPairSync('x448')

const nodeCurve = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' } as const

/** Left-padded to the length of the field: Node drops leading zeros of a scalar. */
const padded = (bytes: Uint8Array, length: number): Uint8Array => {
  const whole = new Uint8Array(length)
  whole.set(bytes, length - bytes.length)
  return whole
}

/** DHKEM of a NIST curve; public keys are uncompressed points, checked by OpenSSL to be on the curve. */
export const nistKem = (name: Exclude<DhName, 'X25519' | 'X448'>, hkdf: Hkdf): Kem => {
  const { privateBytes, publicBytes } = dhParameters[name]
  const load = (privateKey: Uint8Array): ECDH =>
    asInvalidKey(name, () => {
      const ecdh = createECDH(nodeCurve[name])
      ecdh.setPrivateKey(privateKey)
      return ecdh
    })
  const publicOf = (ecdh: ECDH): Uint8Array => new Uint8Array(ecdh.getPublicKey(null, 'uncompressed'))
  const agree = (ecdh: ECDH, point: Uint8Array): Uint8Array => {
    if (point.length !== publicBytes || point[0] !== 4)
      throw new MlsError('invalid_key', `not an uncompressed point of ${name}`)
    return asInvalidKey(name, () => new Uint8Array(ecdh.computeSecret(point)))
  }
  return {
    generate() {
      const ecdh = createECDH(nodeCurve[name])
      ecdh.generateKeys()
      return { publicKey: publicOf(ecdh), privateKey: padded(ecdh.getPrivateKey(), privateBytes) }
    },
    derive(ikm) {
      const privateKey = derivePrivateKey(hkdf, name, ikm)
      return { publicKey: publicOf(load(privateKey)), privateKey }
    },
    encapsulate(publicKey) {
      const ecdh = createECDH(nodeCurve[name])
      ecdh.generateKeys()
      const encapsulated = publicOf(ecdh)
      const dh = agree(ecdh, publicKey)
      return { encapsulated, sharedSecret: extractAndExpand(hkdf, name, dh, encapsulated, publicKey) }
    },
    decapsulate({ publicKey, privateKey }, encapsulated) {
      const dh = agree(load(privateKey), encapsulated)
      return extractAndExpand(hkdf, name, dh, encapsulated, publicKey)
    },
  }
}

interface HybridPublicKey {
  readonly mlkem: MlKemPublicKey
  readonly x25519: KeyObject
}

interface HybridPrivateKey {
  readonly mlkem: MlKemPrivateKey
  readonly x25519: KeyObject
  readonly x25519Public: Uint8Array
}

/** MLKEM768-X25519 (xwing.ts). */
export const hybridKem = (mlkem: MlKem, random: Random): Kem => {
  const publicKeys = nodePublicKeyCache<HybridPublicKey>(publicKeysMax)
  const privateKeys = nodePrivateKeyCache<HybridPrivateKey>()

  const publicOf = (bytes: Uint8Array): HybridPublicKey =>
    publicKeys(bytes, () => {
      const halves = xwing.splitPublic(bytes)
      return { mlkem: mlkem.publicKey(halves.mlkem), x25519: importPublic('X25519', halves.x25519) }
    })

  const privateOf = (seed: Uint8Array): HybridPrivateKey =>
    privateKeys(seed, () => {
      if (seed.length !== xwing.seedBytes) throw new MlsError('invalid_key', 'hybrid seed of wrong length')
      const expanded = shake256(seed, xwing.expandedSeedBytes)
      const halves = xwing.splitSeed(expanded)
      const x25519 = importPrivate('X25519', halves.x25519)
      const key = {
        mlkem: mlkem.privateKey(halves.mlkem),
        x25519,
        x25519Public: rawPublic('X25519', x25519),
      }
      expanded.fill(0)
      return key
    })

  const keyPair = (seed: Uint8Array): KeyPair => ({
    privateKey: seed,
    publicKey: xwing.joinHalves(privateOf(seed).mlkem.publicBytes, privateOf(seed).x25519Public),
  })

  return {
    generate: () => keyPair(random(xwing.seedBytes)),
    derive: (ikm) => keyPair(shake256(xwing.deriveSeedInput(ikm), xwing.seedBytes)),
    encapsulate(publicKey) {
      const recipient = publicOf(publicKey)
      const inner = recipient.mlkem.encapsulate()
      const ephemeral = generateKeyPairSync('x25519')
      const ciphertext = rawPublic('X25519', ephemeral.publicKey)
      const dh = dhOrRefuse(ephemeral.privateKey, recipient.x25519)
      const x25519Public = xwing.splitPublic(publicKey).x25519
      return {
        encapsulated: xwing.joinHalves(inner.ciphertext, ciphertext),
        sharedSecret: digest('sha3-256', xwing.combinerInput(inner.secret, dh, ciphertext, x25519Public)),
      }
    },
    decapsulate({ privateKey }, encapsulated) {
      if (encapsulated.length !== xwing.ciphertextBytes)
        throw new MlsError('decrypt_failed', `KEM ciphertext of ${encapsulated.length} bytes`)
      const own = privateOf(privateKey)
      const halves = xwing.splitCiphertext(encapsulated)
      const secret = own.mlkem.decapsulate(halves.mlkem)
      const dh = dhOrRefuse(own.x25519, importPublic('X25519', halves.x25519))
      return digest('sha3-256', xwing.combinerInput(secret, dh, halves.x25519, own.x25519Public))
    },
  }
}
