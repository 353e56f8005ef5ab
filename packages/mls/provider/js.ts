import type { KemName, Provider, SignatureName } from '../src/provider.ts'
import { aeadOpen, aeadSeal } from './js-aead.ts'
import { hashInJs } from './js-hash.ts'
import { dhKem, hybridKem } from './js-kem.ts'
import { ecdsaSigner, ed25519Signer, ed448Signer } from './js-signature.ts'
import type { Kem } from './kem.ts'
import type { Signer } from './signer.ts'

/**
 * All algorithms in JavaScript, without a promise. For the simulation, where `random` is seeded and a run can be
 * repeated bit by bit, and for a browser that lacks a native algorithm: JavaScript cannot promise constant time.
 */
export const jsProvider = (random: (length: number) => Uint8Array): Provider => {
  const kems: Readonly<Record<KemName, Kem>> = {
    'P-256': dhKem('P-256', hashInJs, random),
    'P-384': dhKem('P-384', hashInJs, random),
    'P-521': dhKem('P-521', hashInJs, random),
    X25519: dhKem('X25519', hashInJs, random),
    X448: dhKem('X448', hashInJs, random),
    'MLKEM768-X25519': hybridKem(random),
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
