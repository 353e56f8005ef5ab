import type { ContentAlgorithm, SignatureAlgorithm } from '@sotto/protocol'

/** A JSON Web Key (RFC 7517) of which every member that is used is text. */
export type Jwk = Readonly<Record<string, string>>

/** What an account receives and signs with. RSA-2048 can be written to, and is not made any more. */
export type KeyKind = 'P-256' | 'RSA-3072' | 'RSA-4096'

/** What is sealed to several, each by its name: a general JWE (RFC 7516 §7.2.1). */
export type SealedToAll = Readonly<Record<string, unknown>>

/**
 * JOSE and the cipher of rooms, by a library. What reaches the port has passed our own readers; it decides nothing but
 * whether a signature is right and whether something opens. A private key signs by PS256, ES256 or EdDSA and opens
 * RSA-OAEP-256 or ECDH-ES+A256KW, whichever it is for.
 */
export interface Cryptography {
  random(length: number): Uint8Array<ArrayBuffer>
  /** A new private key. */
  generate(kind: KeyKind | 'Ed25519'): Promise<Jwk>
  /** The key in an SPKI PEM. @throws for what is none of ours */
  keyOfPem(pem: string): Promise<Jwk>
  /** RFC 7638, SHA-256. */
  thumbprint(key: Jwk): Promise<string>

  /** A compact JWE. */
  seal(plaintext: Uint8Array, key: Jwk, enc: ContentAlgorithm): Promise<string>
  /** @param keys by the `kid` of each recipient */
  sealToAll(
    plaintext: Uint8Array,
    keys: ReadonlyMap<string, Jwk>,
    enc: ContentAlgorithm,
  ): Promise<SealedToAll>
  /** Opens a compact JWE, or a flattened one. @throws for what does not open */
  open(sealed: string | Readonly<Record<string, unknown>>, key: Jwk): Promise<Uint8Array>
  /** A key under RSA-OAEP with SHA-256, without a JWE around it. @throws for what does not open */
  unwrap(wrapped: Uint8Array, key: Jwk): Promise<Uint8Array>

  /** A compact JWS. */
  sign(payload: Uint8Array, key: Jwk): Promise<string>
  /** The payload of a compact JWS. @throws where it is not by this key, under this algorithm */
  verify(jws: string, key: Jwk, alg: SignatureAlgorithm): Promise<Uint8Array>
  /** The same of a signature that stands beside what is signed. */
  isSigned(signed: Uint8Array, signature: Uint8Array, key: Jwk, alg: SignatureAlgorithm): Promise<boolean>

  /** AES-256-GCM; the tag stands at the end. */
  encrypt(
    key: Uint8Array,
    iv: Uint8Array,
    plaintext: Uint8Array,
    aad: Uint8Array,
  ): Promise<Uint8Array<ArrayBuffer>>
  /** @throws for what does not open */
  decrypt(key: Uint8Array, iv: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Promise<Uint8Array>
}
