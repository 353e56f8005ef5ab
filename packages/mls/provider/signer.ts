import type { Awaitable, KeyPair } from '../src/provider.ts'

/** A signature algorithm over raw keys. */
export interface Signer {
  generate(): Awaitable<KeyPair>
  sign(privateKey: Uint8Array, message: Uint8Array): Awaitable<Uint8Array>
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Awaitable<boolean>
}
