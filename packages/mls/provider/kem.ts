import type { Awaitable, Encapsulation, KeyPair } from '../src/provider.ts'

/** A KEM of RFC 9180 §4 over raw keys. */
export interface Kem {
  generate(): Awaitable<KeyPair>
  derive(ikm: Uint8Array): Awaitable<KeyPair>
  encapsulate(publicKey: Uint8Array): Awaitable<Encapsulation>
  decapsulate(keyPair: KeyPair, encapsulated: Uint8Array): Awaitable<Uint8Array>
}
