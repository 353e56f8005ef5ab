import type { KemName, Provider, SignatureName } from '../src/provider.ts'
import { aeadOpen, aeadSeal } from './js-aead.ts'
import { dhKem } from './dhkem.ts'
import { cachesInJs, hashInJs, keccakInJs } from './js-hash.ts'
import { montgomeryGroup, nistGroup } from './js-kem.ts'
import { mlkemInJs } from './js-mlkem.ts'
import { ecdsaSigner, ed25519Signer, ed448Signer } from './js-signature.ts'
import type { Kem } from './kem.ts'
import type { Signer } from './signer.ts'
import { hybridKem } from './xwing.ts'

/**
 * All algorithms in JavaScript. For the simulation, where `random` is seeded and a run can be
 * repeated bit by bit, and for a browser that lacks a native algorithm: JavaScript cannot promise constant time.
 */
export const jsProvider = (random: (length: number) => Uint8Array): Provider => {
  const nist = (name: 'P-256' | 'P-384' | 'P-521'): Kem =>
    dhKem(name, nistGroup(name, random), hashInJs, random, cachesInJs)
  const montgomery = (name: 'X25519' | 'X448'): Kem =>
    dhKem(name, montgomeryGroup(name, random), hashInJs, random, cachesInJs)
  const kems: Readonly<Record<KemName, Kem>> = {
    'P-256': nist('P-256'),
    'P-384': nist('P-384'),
    'P-521': nist('P-521'),
    X25519: montgomery('X25519'),
    X448: montgomery('X448'),
    'MLKEM768-X25519': hybridKem(
      mlkemInJs(random),
      montgomeryGroup('X25519', random),
      keccakInJs,
      random,
      cachesInJs,
    ),
  }
  const signers: Readonly<Record<SignatureName, Signer>> = {
    Ed25519: ed25519Signer(random),
    Ed448: ed448Signer(random),
    'ECDSA-P256': ecdsaSigner('ECDSA-P256', random),
    'ECDSA-P384': ecdsaSigner('ECDSA-P384', random),
    'ECDSA-P521': ecdsaSigner('ECDSA-P521', random),
  }
  return {
    random,
    ...hashInJs,
    aeadSeal,
    aeadOpen,
    kemGenerate: (name) => kems[name].generate(),
    kemDerive: (name, ikm) => kems[name].derive(ikm),
    kemEncapsulate: (name, publicKey) => kems[name].encapsulate(publicKey),
    kemDecapsulate: (name, keyPair, encapsulated) => kems[name].decapsulate(keyPair, encapsulated),
    signatureGenerate: (name) => signers[name].generate(),
    sign: (name, privateKey, message) => signers[name].sign(privateKey, message),
    verify: (name, publicKey, message, signature) => signers[name].verify(publicKey, message, signature),
  }
}
