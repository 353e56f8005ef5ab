import type { Awaitable, Encapsulation, KeyPair } from '../src/provider.ts'
import type { KeyCache } from './key-cache.ts'

/** A KEM of RFC 9180 §4 over raw keys. */
export interface Kem {
  generate(): Awaitable<KeyPair>
  derive(ikm: Uint8Array): Awaitable<KeyPair>
  encapsulate(publicKey: Uint8Array): Awaitable<Encapsulation>
  decapsulate(keyPair: KeyPair, encapsulated: Uint8Array): Awaitable<Uint8Array>
}

/**
 * A Diffie-Hellman group as a platform has it, with keys in whatever form it holds them.
 * All throw MlsError `invalid_key` for what is no key, or would give a secret of small order.
 */
export interface Group<PublicKey = unknown> {
  publicKey(bytes: Uint8Array): Awaitable<PublicKey>
  privateKey(bytes: Uint8Array): Awaitable<DhPrivateKey<PublicKey>>
  /** A new private key, which never leaves the platform. */
  ephemeral(): Awaitable<DhPrivateKey<PublicKey>>
}

export interface DhPrivateKey<PublicKey> {
  publicBytes(): Awaitable<Uint8Array>
  agree(publicKey: PublicKey): Awaitable<Uint8Array>
}

/** ML-KEM-768 (FIPS 203) as a platform has it. */
export interface MlKem {
  /** With the check of FIPS 203 §7.2. @throws MlsError `invalid_key` */
  publicKey(bytes: Uint8Array): Awaitable<MlKemPublicKey>
  /** From the 64 bytes (d, z). */
  privateKey(seed: Uint8Array): Awaitable<MlKemPrivateKey>
}

export interface MlKemPublicKey {
  encapsulate(): Awaitable<{ readonly secret: Uint8Array; readonly ciphertext: Uint8Array }>
}

export interface MlKemPrivateKey {
  publicBytes(): Awaitable<Uint8Array>
  decapsulate(ciphertext: Uint8Array): Awaitable<Uint8Array>
}

/** Where a platform keeps the keys it has imported. */
export interface KeyCaches {
  publicKeys<T>(countMax: number): KeyCache<T>
  privateKeys<T>(): KeyCache<T>
}

/** Group members and group operations are many, and an imported hybrid key is 10 kB. */
export const publicKeysMax = 1024
