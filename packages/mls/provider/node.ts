import { randomFillSync } from 'node:crypto'
import type { KemName, Provider, SignatureName } from '../src/provider.ts'
import { dhKem } from './dhkem.ts'
import { expandWith, extractWith } from './hkdf.ts'
import type { Kem } from './kem.ts'
import { mlkemInJs } from './js-mlkem.ts'
import { aeadOpen, aeadSeal } from './node-aead.ts'
import { hmac, keccak, sha2 } from './node-hash.ts'
import { montgomeryGroup, nistGroup } from './node-kem.ts'
import { nodeCaches } from './node-keys.ts'
import { nativeMlKem } from './node-mlkem.ts'
import { ecdsaSigner, ed25519Signer, ed448Signer } from './node-signature.ts'
import type { Signer } from './signer.ts'
import { hybridKem } from './xwing.ts'

export interface NodeProviderOptions {
  /** `js` shuns the platform's ML-KEM, as if it had none. */
  readonly mlkem?: 'native' | 'js'
}

/** All algorithms on the synchronous node:crypto; ML-KEM in JavaScript on a Node that has none. */
export const nodeProvider = ({ mlkem = 'native' }: NodeProviderOptions = {}): Provider => {
  const random = (length: number): Uint8Array => randomFillSync(new Uint8Array(length))
  const hkdf: Pick<Provider, 'hkdfExtract' | 'hkdfExpand'> = {
    hkdfExtract: (name, salt, ikm) => extractWith(hmac, name, salt, ikm),
    hkdfExpand: (name, prk, info, length) => expandWith(hmac, name, prk, info, length),
  }
  const nist = (name: 'P-256' | 'P-384' | 'P-521'): Kem =>
    dhKem(name, nistGroup(name), hkdf, random, nodeCaches)
  const montgomery = (name: 'X25519' | 'X448'): Kem =>
    dhKem(name, montgomeryGroup(name), hkdf, random, nodeCaches)
  const kems: Readonly<Record<KemName, Kem>> = {
    'P-256': nist('P-256'),
    'P-384': nist('P-384'),
    'P-521': nist('P-521'),
    X25519: montgomery('X25519'),
    X448: montgomery('X448'),
    'MLKEM768-X25519': hybridKem(
      (mlkem === 'native' && nativeMlKem()) || mlkemInJs(random),
      montgomeryGroup('X25519'),
      keccak,
      random,
      nodeCaches,
    ),
  }
  const signers: Readonly<Record<SignatureName, Signer>> = {
    Ed25519: ed25519Signer(random),
    Ed448: ed448Signer(random),
    'ECDSA-P256': ecdsaSigner('ECDSA-P256'),
    'ECDSA-P384': ecdsaSigner('ECDSA-P384'),
    'ECDSA-P521': ecdsaSigner('ECDSA-P521'),
  }
  return {
    random,
    hash: sha2,
    hmac,
    ...hkdf,
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
