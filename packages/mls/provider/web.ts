import { ed25519Verifier } from '../src/ed25519.ts'
import type { KemName, Provider, SignatureName } from '../src/provider.ts'
import { dhKem } from './dhkem.ts'
import { cachesInJs, hashInJs, keccakInJs } from './js-hash.ts'
import type { Group, Kem, MlKem } from './kem.ts'
import type { Signer } from './signer.ts'
import { detectNatives, nativeNames, type NativeName } from './web-detect.ts'
import {
  webAesOpen,
  webAesSeal,
  webEd25519,
  webEd25519Primitives,
  webMlKem,
  webX25519,
} from './web-native.ts'
import { platformSubtle, type Subtle } from './web-subtle.ts'
import { hybridKem } from './xwing.ts'

export { nativeNames, type NativeName } from './web-detect.ts'

export interface WebProviderOptions {
  /** Native algorithms to shun although the platform has them. */
  readonly without?: readonly NativeName[]
}

export interface WebProvider extends Provider {
  /** What is native here; the rest is JavaScript, loaded when it is first needed. */
  readonly natives: ReadonlySet<NativeName>
}

/** As much as one call of getRandomValues gives. */
const randomBytesMax = 65_536

const random = (length: number): Uint8Array => {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += randomBytesMax)
    globalThis.crypto.getRandomValues(bytes.subarray(at, at + randomBytesMax))
  return bytes
}

/**
 * All algorithms in a window or worker: WebCrypto for secret-dependent work where the platform has it, JavaScript
 * otherwise, with the same results. Hashing and key derivation are synchronous.
 */
export const webProvider = async ({ without = [] }: WebProviderOptions = {}): Promise<WebProvider> => {
  const subtle = platformSubtle()
  const wanted = nativeNames.filter((name) => !without.includes(name))
  const natives = await detectNatives(subtle, wanted)
  const native = (name: NativeName): Subtle | undefined => (natives.has(name) ? subtle : undefined)

  const x25519Subtle = native('X25519')
  const mlkemSubtle = native('ML-KEM-768')
  const ed25519Subtle = native('Ed25519')
  const aesSubtle = native('AES-GCM')

  let loading: Promise<Provider> | undefined
  const inJs = (): Promise<Provider> =>
    (loading ??= import('./js.ts').then(({ jsProvider }) => jsProvider(random)))

  const nativeX25519 = x25519Subtle && webX25519(x25519Subtle)
  const x25519: Group = nativeX25519 ?? (await import('./js-kem.ts')).montgomeryGroup('X25519', random)
  const mlkem: MlKem = mlkemSubtle ? webMlKem(mlkemSubtle) : (await import('./js-mlkem.ts')).mlkemInJs(random)

  const x25519Kem = dhKem('X25519', x25519, hashInJs, random, cachesInJs)
  const hybrid = hybridKem(mlkem, x25519, keccakInJs, random, cachesInJs)
  const kemOf = (name: KemName): Kem | undefined => {
    switch (name) {
      case 'X25519':
        return x25519Kem
      case 'MLKEM768-X25519':
        return hybrid
      case 'P-256':
      case 'P-384':
      case 'P-521':
      case 'X448':
        return undefined
    }
  }

  const ed25519 = ed25519Subtle && webEd25519(ed25519Subtle)
  const verifyEd25519 = ed25519Verifier(await webEd25519Primitives(ed25519, nativeX25519))
  const signerOf = (name: SignatureName): Signer | undefined => (name === 'Ed25519' ? ed25519 : undefined)

  return {
    natives,
    random,
    ...hashInJs,
    async aeadSeal(name, key, nonce, aad, plaintext) {
      if (aesSubtle && name !== 'ChaCha20-Poly1305')
        return webAesSeal(aesSubtle, name, key, nonce, aad, plaintext)
      return (await inJs()).aeadSeal(name, key, nonce, aad, plaintext)
    },
    async aeadOpen(name, key, nonce, aad, ciphertext) {
      if (aesSubtle && name !== 'ChaCha20-Poly1305')
        return webAesOpen(aesSubtle, name, key, nonce, aad, ciphertext)
      return (await inJs()).aeadOpen(name, key, nonce, aad, ciphertext)
    },
    kemGenerate: async (name) => kemOf(name)?.generate() ?? (await inJs()).kemGenerate(name),
    kemDerive: async (name, ikm) => kemOf(name)?.derive(ikm) ?? (await inJs()).kemDerive(name, ikm),
    kemEncapsulate: async (name, publicKey) =>
      kemOf(name)?.encapsulate(publicKey) ?? (await inJs()).kemEncapsulate(name, publicKey),
    kemDecapsulate: async (name, keyPair, encapsulated) =>
      kemOf(name)?.decapsulate(keyPair, encapsulated) ??
      (await inJs()).kemDecapsulate(name, keyPair, encapsulated),
    signatureGenerate: async (name) => signerOf(name)?.generate() ?? (await inJs()).signatureGenerate(name),
    sign: async (name, privateKey, message) =>
      signerOf(name)?.sign(privateKey, message) ?? (await inJs()).sign(name, privateKey, message),
    async verify(name, publicKey, message, signature) {
      if (name === 'Ed25519') return verifyEd25519(publicKey, message, signature)
      return (await inJs()).verify(name, publicKey, message, signature)
    },
  }
}
