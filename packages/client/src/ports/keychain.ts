import type { DeviceSigner } from '@sotto/trust'

/**
 * The two keys of a device that never leave it: D, which signs, and SK, which wraps the local store. In a browser
 * both are non-extractable; in a terminal they are files that only the user may read.
 */
export interface Keychain {
  /** D, made at the first call. */
  signer(): Promise<DeviceSigner>
  /** SK: AES-256-GCM with a fresh nonce in front of the ciphertext; `place` is bound to it. */
  seal(place: string, plaintext: Uint8Array): Promise<Uint8Array>
  /** @throws SottoError `storage_damaged` */
  open(place: string, sealed: Uint8Array): Promise<Uint8Array>
  /** Forgets both keys: the store is unreadable from then on. */
  destroy(): Promise<void>
}
