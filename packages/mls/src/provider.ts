/**
 * The cryptography and randomness that the engine is given. The engine has none of its own, and no clock,
 * network or storage either. Keys are raw bytes everywhere; an implementation may cache imported key objects.
 *
 * Hashing and key derivation are synchronous on every platform; what a browser offers only asynchronously may be
 * a promise. The engine awaits what it is given and has no other asynchrony.
 */
export type Awaitable<T> = T | Promise<T>

export type HashName = 'SHA-256' | 'SHA-384' | 'SHA-512'
export type AeadName = 'AES-128-GCM' | 'AES-256-GCM' | 'ChaCha20-Poly1305'
/** Names after RFC 9180 §7.1; `MLKEM768-X25519` is X-Wing as registered for HPKE (0x647a). */
export type KemName = 'P-256' | 'P-384' | 'P-521' | 'X25519' | 'X448' | 'MLKEM768-X25519'
export type SignatureName = 'Ed25519' | 'Ed448' | 'ECDSA-P256' | 'ECDSA-P384' | 'ECDSA-P521'

export interface KeyPair {
  readonly publicKey: Uint8Array
  readonly privateKey: Uint8Array
}

export interface Encapsulation {
  readonly sharedSecret: Uint8Array
  readonly encapsulated: Uint8Array
}

export interface Provider {
  /** `length` bytes from a cryptographically secure source (a seeded one in the simulation). */
  random(length: number): Uint8Array

  hash(name: HashName, data: Uint8Array): Uint8Array
  hmac(name: HashName, key: Uint8Array, data: Uint8Array): Uint8Array
  hkdfExtract(name: HashName, salt: Uint8Array, ikm: Uint8Array): Uint8Array
  hkdfExpand(name: HashName, prk: Uint8Array, info: Uint8Array, length: number): Uint8Array

  aeadSeal(
    name: AeadName,
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    plaintext: Uint8Array,
  ): Awaitable<Uint8Array>
  /** @throws MlsError `decrypt_failed` */
  aeadOpen(
    name: AeadName,
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    ciphertext: Uint8Array,
  ): Awaitable<Uint8Array>

  /** RFC 9180 §4: GenerateKeyPair, DeriveKeyPair, Encap, Decap. @throws MlsError `invalid_key`, `decrypt_failed` */
  kemGenerate(name: KemName): Awaitable<KeyPair>
  kemDerive(name: KemName, ikm: Uint8Array): Awaitable<KeyPair>
  kemEncapsulate(name: KemName, publicKey: Uint8Array): Awaitable<Encapsulation>
  kemDecapsulate(name: KemName, keyPair: KeyPair, encapsulated: Uint8Array): Awaitable<Uint8Array>

  signatureGenerate(name: SignatureName): Awaitable<KeyPair>
  sign(name: SignatureName, privateKey: Uint8Array, message: Uint8Array): Awaitable<Uint8Array>
  /** The same verdict on every platform (docs/spec/signatures.md); a malformed key or signature is `false`. */
  verify(
    name: SignatureName,
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
  ): Awaitable<boolean>
}
