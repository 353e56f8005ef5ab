/** A JSON Web Key (RFC 7517) of which every member that is used is text. */
export type Jwk = Readonly<Record<string, string>>

export type SignatureAlgorithm = 'ES256' | 'PS256' | 'EdDSA'
export type SealingAlgorithm = 'ECDH-ES+A256KW' | 'RSA-OAEP-256'

export interface JwkPair {
  readonly publicKey: Jwk
  readonly privateKey: Jwk
}

export interface JoseHeader {
  readonly alg: SignatureAlgorithm | SealingAlgorithm
  readonly [name: string]: string | Jwk
}

/**
 * The cryptography of hooks: JOSE in its compact serialisations, by a library. What reaches it has passed our own
 * readers; it decides nothing but whether a signature is right and whether something opens.
 */
export interface Jose {
  /** RSA keys have 3072 bits. */
  generate(alg: SignatureAlgorithm | SealingAlgorithm): Promise<JwkPair>
  /** A compact JWS under the `alg` of `header`. */
  sign(privateKey: Jwk, header: JoseHeader, payload: Uint8Array): Promise<string>
  /** Never throws for what an adversary may send. Ed25519 is for the provider, which has one verdict everywhere. */
  verify(alg: 'ES256' | 'PS256', publicKey: Jwk, jws: string): Promise<boolean>
  /** A compact JWE under the `alg` and `enc` of `header`. */
  seal(publicKey: Jwk, header: JoseHeader, plaintext: Uint8Array): Promise<string>
  /** Undefined for what does not open. */
  open(alg: SealingAlgorithm, privateKey: Jwk, jwe: string): Promise<Uint8Array | undefined>
}
