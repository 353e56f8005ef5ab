import { randomFillSync } from 'node:crypto'
import type { KemName, Provider, SignatureName } from '../src/provider.ts'
import { expandWith, extractWith } from './hkdf.ts'
import type { Kem } from './kem.ts'
import { mlkemInJs } from './mlkem.ts'
import { aeadOpen, aeadSeal } from './node-aead.ts'
import { hmac, sha2 } from './node-hash.ts'
import { hybridKem, montgomeryKem, nistKem } from './node-kem.ts'
import { nativeMlKem } from './node-mlkem.ts'
import { ecdsaSigner, ed25519Signer, ed448Signer } from './node-signature.ts'
import type { Signer } from './signer.ts'

export interface NodeProviderOptions {
  /** `js` shuns the platform's ML-KEM, as if it had none. */
  readonly mlkem?: 'native' | 'js'
}

/** All algorithms on node:crypto, without a promise; ML-KEM in JavaScript on a Node that has none. */
export const nodeProvider = ({ mlkem = 'native' }: NodeProviderOptions = {}): Provider => {
  const random = (length: number): Uint8Array => randomFillSync(new Uint8Array(length))
  const hkdf: Pick<Provider, 'hkdfExtract' | 'hkdfExpand'> = {
    hkdfExtract: (name, salt, ikm) => extractWith(hmac, name, salt, ikm),
    hkdfExpand: (name, prk, info, length) => expandWith(hmac, name, prk, info, length),
  }
  const kems: Readonly<Record<KemName, Kem>> = {
    'P-256': nistKem('P-256', hkdf),
    'P-384': nistKem('P-384', hkdf),
    'P-521': nistKem('P-521', hkdf),
    X25519: montgomeryKem('X25519', hkdf, random),
    X448: montgomeryKem('X448', hkdf, random),
    'MLKEM768-X25519': hybridKem((mlkem === 'native' && nativeMlKem()) || mlkemInJs(random), random),
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
