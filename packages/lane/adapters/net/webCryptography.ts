import { contentAlgorithms, keyAlgorithms, type SignatureAlgorithm } from '@sotto/protocol'
import {
  calculateJwkThumbprint,
  CompactEncrypt,
  CompactSign,
  compactDecrypt,
  compactVerify,
  type CryptoKey,
  exportJWK,
  type FlattenedJWE,
  flattenedDecrypt,
  GeneralEncrypt,
  generateKeyPair,
  importJWK,
  importSPKI,
  type JWK,
} from 'jose'
import type { Cryptography, Jwk, KeyKind, SealedToAll } from '../../src/index.ts'

const rsa = { publicExponent: Uint8Array.of(1, 0, 1), extractable: true }

const pairOf = (kind: KeyKind | 'Ed25519') => {
  switch (kind) {
    case 'Ed25519':
      return generateKeyPair('EdDSA', { extractable: true })
    case 'P-256':
      return generateKeyPair('ECDH-ES+A256KW', { crv: 'P-256', extractable: true })
    case 'RSA-3072':
    case 'RSA-4096':
      return generateKeyPair('RSA-OAEP-256', { modulusLength: Number(kind.slice(4)), ...rsa })
  }
}

/** Members that say what a key may be used for keep it from being used for both. */
const bare = ({ key_ops: _ops, ext: _ext, alg: _alg, ...jwk }: JWK): Jwk => jwk as Jwk

/** How a content key is given to a key of this kind. */
const keyAlgorithmFor = ({ kty }: Jwk): 'RSA-OAEP-256' | 'ECDH-ES+A256KW' =>
  kty === 'RSA' ? 'RSA-OAEP-256' : 'ECDH-ES+A256KW'

const signatureAlgorithmFor = ({ kty }: Jwk): SignatureAlgorithm => {
  switch (kty) {
    case 'RSA':
      return 'PS256'
    case 'EC':
      return 'ES256'
    default:
      return 'EdDSA'
  }
}

const usable = async (key: Jwk, alg: string): Promise<CryptoKey> => {
  const imported = await importJWK(key as JWK, alg)
  if (imported instanceof Uint8Array) throw new TypeError('a key of none of the kinds of the lane')
  return imported
}

const receiving = (key: Jwk): Promise<CryptoKey> => usable(key, keyAlgorithmFor(key))

/** What is opened is of the algorithms of the lane, whatever its header says. */
const opened = {
  keyManagementAlgorithms: [...keyAlgorithms],
  contentEncryptionAlgorithms: [...contentAlgorithms],
}

const keyOfPem = async (pem: string): Promise<Jwk> => {
  let failure: unknown
  for (const alg of ['RSA-OAEP-256', 'ECDH-ES+A256KW'])
    try {
      return bare(await exportJWK(await importSPKI(pem, alg, { extractable: true })))
    } catch (error) {
      failure = error
    }
  throw failure
}

const sealToAll: Cryptography['sealToAll'] = async (plaintext, keys, enc) => {
  const jwe = new GeneralEncrypt(plaintext).setProtectedHeader({ enc })
  for (const [kid, key] of keys)
    jwe.addRecipient(await receiving(key)).setUnprotectedHeader({ alg: keyAlgorithmFor(key), kid })
  return (await jwe.encrypt()) as unknown as SealedToAll
}

const parametersOf = (alg: SignatureAlgorithm) => {
  switch (alg) {
    case 'PS256':
      return { name: 'RSA-PSS', saltLength: 32 }
    case 'ES256':
      return { name: 'ECDSA', hash: 'SHA-256' }
    case 'EdDSA':
      return { name: 'Ed25519' }
  }
}

/** The platform takes bytes that nobody shares. */
const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes)

const aes = (key: Uint8Array, usage: 'encrypt' | 'decrypt') =>
  crypto.subtle.importKey('raw', own(key), 'AES-GCM', false, [usage])

const gcm = (iv: Uint8Array, aad: Uint8Array) => ({ name: 'AES-GCM', iv: own(iv), additionalData: own(aad) })

/** JOSE as the library `jose` has it, and AES-GCM, on the Web Crypto of browsers and Node. */
export const webCryptography: Cryptography = {
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  generate: async (kind) => bare(await exportJWK((await pairOf(kind)).privateKey)),
  keyOfPem,
  thumbprint: (key) => calculateJwkThumbprint(key, 'sha256'),

  seal: async (plaintext, key, enc) =>
    new CompactEncrypt(plaintext)
      .setProtectedHeader({ alg: keyAlgorithmFor(key), enc })
      .encrypt(await receiving(key)),
  sealToAll,
  open: async (sealed, key) => {
    const by = await receiving(key)
    if (typeof sealed === 'string') return (await compactDecrypt(sealed, by, opened)).plaintext
    return (await flattenedDecrypt(sealed as unknown as FlattenedJWE, by, opened)).plaintext
  },
  unwrap: async (wrapped, key) =>
    new Uint8Array(await crypto.subtle.decrypt('RSA-OAEP', await usable(key, 'RSA-OAEP-256'), own(wrapped))),

  sign: async (payload, key) => {
    const alg = signatureAlgorithmFor(key)
    return new CompactSign(payload).setProtectedHeader({ alg }).sign(await usable(key, alg))
  },
  verify: async (jws, key, alg) =>
    (await compactVerify(jws, await usable(key, alg), { algorithms: [alg] })).payload,
  isSigned: async (signed, signature, key, alg) =>
    crypto.subtle.verify(parametersOf(alg), await usable(key, alg), own(signature), own(signed)),

  encrypt: async (key, iv, plaintext, aad) =>
    new Uint8Array(await crypto.subtle.encrypt(gcm(iv, aad), await aes(key, 'encrypt'), own(plaintext))),
  decrypt: async (key, iv, sealed, aad) =>
    new Uint8Array(await crypto.subtle.decrypt(gcm(iv, aad), await aes(key, 'decrypt'), own(sealed))),
}
