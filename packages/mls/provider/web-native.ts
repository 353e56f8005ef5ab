import { equalBytes } from '../src/bytes.ts'
import {
  isPrimeOrder,
  montgomeryUs,
  projectionScalar,
  verifyWithoutCofactor,
  type Ed25519Primitives,
} from '../src/ed25519.ts'
import { MlsError } from '../src/error.ts'
import type { AeadName } from '../src/provider.ts'
import { checkAeadLengths, tagBytes } from './aead.ts'
import { inBatches } from './batches.ts'
import type { DhPrivateKey, Group, MlKem } from './kem.ts'
import { cachesInJs } from './js-hash.ts'
import type { Signer } from './signer.ts'
import { pkcs8, source, type Subtle } from './web-subtle.ts'

const bitsOf32Bytes = 256

const invalidKey = (name: string): never => {
  throw new MlsError('invalid_key', `not a key of ${name}`)
}

const checkLength = (name: string, bytes: Uint8Array, length: number): void => {
  if (bytes.length !== length) throw new MlsError('invalid_key', `${name} key of ${bytes.length} bytes`)
}

/** u of the base point (RFC 7748 §4.1). */
const basePoint = new Uint8Array(32)
basePoint[0] = 9

/** X25519 of WebCrypto, which refuses a result of small order by itself. */
export const webX25519 = (subtle: Subtle): Group<CryptoKey> => {
  const importPublic = async (bytes: Uint8Array): Promise<CryptoKey> => {
    checkLength('X25519', bytes, 32)
    return subtle.importKey('raw', source(bytes), 'X25519', false, []).catch(() => invalidKey('X25519'))
  }
  const agree = async (privateKey: CryptoKey, publicKey: CryptoKey): Promise<Uint8Array> => {
    try {
      const algorithm = { name: 'X25519', public: publicKey }
      return new Uint8Array(await subtle.deriveBits(algorithm, privateKey, bitsOf32Bytes))
    } catch {
      return invalidKey('X25519')
    }
  }
  return {
    publicKey: importPublic,
    async privateKey(bytes) {
      checkLength('X25519', bytes, 32)
      const encoded = pkcs8('X25519', bytes)
      const privateKey = await subtle.importKey('pkcs8', encoded, 'X25519', false, ['deriveBits'])
      encoded.fill(0)
      const key: DhPrivateKey<CryptoKey> = {
        publicBytes: async () => agree(privateKey, await importPublic(basePoint)),
        agree: (publicKey) => agree(privateKey, publicKey),
      }
      return key
    },
    async ephemeral() {
      const pair = await subtle.generateKey('X25519', false, ['deriveBits'])
      return {
        publicBytes: async () => new Uint8Array(await subtle.exportKey('raw', pair.publicKey)),
        agree: (publicKey) => agree(pair.privateKey, publicKey),
      }
    },
  }
}

const mlkem = 'ML-KEM-768'

/** ML-KEM-768 of WebCrypto (Modern Algorithms in the Web Cryptography API). */
export const webMlKem = (subtle: Subtle): MlKem => ({
  async publicKey(bytes) {
    checkLength(mlkem, bytes, 1184)
    const key = await subtle
      .importKey('raw-public', source(bytes), mlkem, false, ['encapsulateBits'])
      .catch(() => invalidKey(mlkem))
    return {
      async encapsulate() {
        const { sharedKey, ciphertext } = await subtle
          .encapsulateBits(mlkem, key)
          .catch(() => invalidKey(mlkem))
        return { secret: new Uint8Array(sharedKey), ciphertext: new Uint8Array(ciphertext) }
      },
    }
  },
  async privateKey(seed) {
    const key = await subtle.importKey('raw-seed', source(seed), mlkem, false, ['decapsulateBits'])
    return {
      async publicBytes() {
        const publicKey = await subtle.getPublicKey(key, ['encapsulateBits'])
        return new Uint8Array(await subtle.exportKey('raw-public', publicKey))
      },
      decapsulate: async (ciphertext) =>
        new Uint8Array(await subtle.decapsulateBits(mlkem, key, source(ciphertext))),
    }
  },
})

/** Ed25519 of WebCrypto; `verify` is for what has passed the rules of docs/spec/signatures.md. */
export const webEd25519 = (subtle: Subtle): Signer => {
  const privateKeys = cachesInJs.privateKeys<Promise<CryptoKey>>()
  const publicKeys = cachesInJs.publicKeys<Promise<CryptoKey>>(4096)

  const importPrivate = async (bytes: Uint8Array): Promise<CryptoKey> => {
    checkLength('Ed25519', bytes, 32)
    const encoded = pkcs8('Ed25519', bytes)
    const key = await subtle.importKey('pkcs8', encoded, 'Ed25519', false, ['sign'])
    encoded.fill(0)
    return key
  }

  return {
    async generate() {
      const pair = await subtle.generateKey('Ed25519', true, ['sign', 'verify'])
      const encoded = new Uint8Array(await subtle.exportKey('pkcs8', pair.privateKey))
      const privateKey = encoded.slice(-32)
      encoded.fill(0)
      return { privateKey, publicKey: new Uint8Array(await subtle.exportKey('raw', pair.publicKey)) }
    },
    async sign(privateKey, message) {
      const key = await privateKeys(privateKey, () => importPrivate(privateKey))
      return new Uint8Array(await subtle.sign('Ed25519', key, source(message)))
    },
    async verify(publicKey, message, signature) {
      try {
        const key = await publicKeys(publicKey, () =>
          subtle.importKey('raw', source(publicKey), 'Ed25519', false, ['verify']),
        )
        return await subtle.verify('Ed25519', key, source(signature), source(message))
      } catch {
        return verifyWithoutCofactor(publicKey, message, signature)
      }
    },
  }
}

/** The primitives of src/ed25519.ts, each native where that is possible. */
export const webEd25519Primitives = async (
  native: Signer | undefined,
  x25519: Group | undefined,
): Promise<Ed25519Primitives> => {
  const scalar = await x25519?.privateKey(projectionScalar)
  const uOf = inBatches(montgomeryUs)
  const prime = async (publicKey: Uint8Array): Promise<boolean> => {
    if (!x25519 || !scalar) return isPrimeOrder(publicKey)
    const u = await uOf(publicKey)
    try {
      return equalBytes(await scalar.agree(await x25519.publicKey(u)), u)
    } catch {
      // The definition decides, so that no fault of a platform is a verdict.
      return isPrimeOrder(publicKey)
    }
  }
  const good = native?.verify ?? verifyWithoutCofactor
  return {
    verify: good,
    async verifyNew(publicKey, message, signature) {
      const [isPrime, isGood] = await Promise.all([prime(publicKey), good(publicKey, message, signature)])
      return { prime: isPrime, good: isGood }
    },
  }
}

type AesName = Exclude<AeadName, 'ChaCha20-Poly1305'>

const aesKey = (subtle: Subtle, key: Uint8Array, usage: 'encrypt' | 'decrypt'): Promise<CryptoKey> =>
  subtle.importKey('raw', source(key), 'AES-GCM', false, [usage])

const aesParameters = (nonce: Uint8Array, aad: Uint8Array): AesGcmParams => ({
  name: 'AES-GCM',
  iv: source(nonce),
  additionalData: source(aad),
  tagLength: tagBytes * 8,
})

export const webAesSeal = async (
  subtle: Subtle,
  name: AesName,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> => {
  checkAeadLengths(name, key, nonce)
  const imported = await aesKey(subtle, key, 'encrypt')
  return new Uint8Array(await subtle.encrypt(aesParameters(nonce, aad), imported, source(plaintext)))
}

/** @throws MlsError `decrypt_failed` */
export const webAesOpen = async (
  subtle: Subtle,
  name: AesName,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  ciphertext: Uint8Array,
): Promise<Uint8Array> => {
  checkAeadLengths(name, key, nonce)
  const imported = await aesKey(subtle, key, 'decrypt')
  try {
    return new Uint8Array(await subtle.decrypt(aesParameters(nonce, aad), imported, source(ciphertext)))
  } catch {
    throw new MlsError('decrypt_failed', 'the tag does not hold')
  }
}
