import { createECDH, diffieHellman, generateKeyPairSync, type ECDH, type KeyObject } from 'node:crypto'
import { MlsError } from '../src/error.ts'
import { dhParameters, type DhName } from './dhkem.ts'
import type { DhPrivateKey, Group } from './kem.ts'
import { asInvalidKey, checkScalarLength, importPrivate, importPublic, rawPublic } from './node-keys.ts'

const keyObject = (name: 'X25519' | 'X448', privateKey: KeyObject): DhPrivateKey<KeyObject> => ({
  publicBytes: () => rawPublic(name, privateKey),
  // OpenSSL refuses a result of small order (RFC 9180 §7.1.4).
  agree: (publicKey) => asInvalidKey(name, () => new Uint8Array(diffieHellman({ privateKey, publicKey }))),
})

export const montgomeryGroup = (name: 'X25519' | 'X448'): Group<KeyObject> => ({
  publicKey: (bytes) => importPublic(name, bytes),
  privateKey: (bytes) => keyObject(name, importPrivate(name, bytes)),
  ephemeral() {
    const { privateKey } = name === 'X25519' ? generateKeyPairSync('x25519') : generateKeyPairSync('x448')
    return keyObject(name, privateKey)
  },
})

const nodeCurve = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' } as const

/** Public keys are uncompressed points, which OpenSSL checks to be on the curve. */
export const nistGroup = (name: Exclude<DhName, 'X25519' | 'X448'>): Group<Uint8Array> => {
  const key = (ecdh: ECDH): DhPrivateKey<Uint8Array> => ({
    publicBytes: () => new Uint8Array(ecdh.getPublicKey(null, 'uncompressed')),
    agree: (point) => asInvalidKey(name, () => new Uint8Array(ecdh.computeSecret(point))),
  })
  return {
    publicKey(bytes) {
      if (bytes.length !== dhParameters[name].publicBytes || bytes[0] !== 4)
        throw new MlsError('invalid_key', `not an uncompressed point of ${name}`)
      return bytes
    },
    privateKey: (bytes) =>
      asInvalidKey(name, () => {
        checkScalarLength(bytes, dhParameters[name].privateBytes)
        const ecdh = createECDH(nodeCurve[name])
        ecdh.setPrivateKey(bytes)
        return key(ecdh)
      }),
    ephemeral() {
      const ecdh = createECDH(nodeCurve[name])
      ecdh.generateKeys()
      return key(ecdh)
    },
  }
}
