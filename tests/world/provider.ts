import { diffieHellman } from 'node:crypto'
import { ed25519Verifier, montgomeryUs, projectionScalar } from '../../packages/mls/src/ed25519.ts'
import { equalBytes } from '../../packages/mls/src/bytes.ts'
import { dhKem } from '../../packages/mls/provider/dhkem.ts'
import { expandWith, extractWith } from '../../packages/mls/provider/hkdf.ts'
import { mlkemInJs } from '../../packages/mls/provider/js-mlkem.ts'
import type { Kem } from '../../packages/mls/provider/kem.ts'
import { aeadOpen, aeadSeal } from '../../packages/mls/provider/node-aead.ts'
import { hmac, keccak, sha2 } from '../../packages/mls/provider/node-hash.ts'
import { montgomeryGroup } from '../../packages/mls/provider/node-kem.ts'
import { importPrivate, importPublic, nodeCaches } from '../../packages/mls/provider/node-keys.ts'
import { nativeMlKem } from '../../packages/mls/provider/node-mlkem.ts'
import { ed25519Signer, nodeEd25519 } from '../../packages/mls/provider/node-signature.ts'
import { hybridKem } from '../../packages/mls/provider/xwing.ts'
import type { KemName, Provider, SignatureName } from '@sotto/mls'

/**
 * The cryptography of the world: what is deterministic is the platform's, what needs randomness has it from the seed,
 * and all of it is synchronous, so that nothing but the world decides what happens first.
 */
export const seededProvider = (random: (length: number) => Uint8Array): Provider => {
  const hkdf: Pick<Provider, 'hkdfExtract' | 'hkdfExpand'> = {
    hkdfExtract: (name, salt, ikm) => extractWith(hmac, name, salt, ikm),
    hkdfExpand: (name, prk, info, length) => expandWith(hmac, name, prk, info, length),
  }
  const platform = montgomeryGroup('X25519')
  const x25519 = { ...platform, ephemeral: () => platform.privateKey(random(32)) }
  const inJs = mlkemInJs(random)
  const mlkem = { publicKey: inJs.publicKey, privateKey: (nativeMlKem() ?? inJs).privateKey }
  const kems: Partial<Record<KemName, Kem>> = {
    X25519: dhKem('X25519', x25519, hkdf, random, nodeCaches),
    'MLKEM768-X25519': hybridKem(mlkem, x25519, keccak, random, nodeCaches),
  }
  const kem = (name: KemName): Kem => {
    const found = kems[name]
    if (!found) throw new Error(`the world has no ${name}`)
    return found
  }
  const signer = ed25519Signer(random)
  const ed25519 = (name: SignatureName) => {
    if (name !== 'Ed25519') throw new Error(`the world has no ${name}`)
    return signer
  }
  return {
    random,
    hash: sha2,
    hmac,
    ...hkdf,
    aeadSeal,
    aeadOpen,
    kemGenerate: (name) => kem(name).generate(),
    kemDerive: (name, ikm) => kem(name).derive(ikm),
    kemEncapsulate: (name, publicKey) => kem(name).encapsulate(publicKey),
    kemDecapsulate: (name, keyPair, encapsulated) => kem(name).decapsulate(keyPair, encapsulated),
    signatureGenerate: (name) => ed25519(name).generate(),
    sign: (name, privateKey, message) => ed25519(name).sign(privateKey, message),
    verify: (_name, publicKey, message, signature) => verify(publicKey, message, signature),
  }
}

/** Kept over all worlds of a process: a verdict on a key is the same in each of them. */
const platformVerifier = nodeEd25519()
const scalar = importPrivate('X25519', projectionScalar)

const keepsItsPlace = (publicKey: Uint8Array): boolean => {
  const [u] = montgomeryUs([publicKey]) as [Uint8Array]
  return equalBytes(
    new Uint8Array(diffieHellman({ privateKey: scalar, publicKey: importPublic('X25519', u) })),
    u,
  )
}

/** On the platform, but on no thread of its own. */
const verify = ed25519Verifier({
  verify: platformVerifier.verify,
  verifyNew: (publicKey, message, signature) => ({
    prime: keepsItsPlace(publicKey),
    good: platformVerifier.verify(publicKey, message, signature) === true,
  }),
})
