import { type CborValue, labelled } from '@sotto/protocol'
import type { Awaitable, KeyPair, Provider } from '@sotto/mls'

/** What trust needs of a provider. */
export type Signatures = Pick<Provider, 'sign' | 'verify' | 'random'>

/**
 * What each signature outside of MLS is for. A label serves one purpose and one key, so that a signature made for
 * one is never an answer to another; the two signers of a chain's link have a label each for the same reason.
 */
export type SignatureLabel =
  /** AIK over the bytes of a link. */
  | 'chain-identity'
  /** The next AIK over the bytes of the link that makes it the account's. */
  | 'chain-successor'
  /** A device over the bytes of the link that certifies it, or by which it leaves. */
  | 'chain-device'
  /** D over a leaf key (LEAF-7). */
  | 'leaf'
  /** D over an external join (C7e). */
  | 'ext-join'
  /** D over the exchange of a login. */
  | 'login'
  /** D over the first message of a login. */
  | 'login-start'
  /** D over a refusal of a commit. */
  | 'nack'
  /** D over the author's claim in an archive record. */
  | 'ar'
  /** D over history handed to another device. */
  | 'share'

/** Signs as a device (D) and never gives the key away: it may be held by the browser or by the operating system. */
export interface DeviceSigner {
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Awaitable<Uint8Array>
}

/** A signer whose key is at hand: the AIK while the vault is open, a device of the terminal client, a test. */
export const keyPairSigner = (provider: Pick<Provider, 'sign'>, keyPair: KeyPair): DeviceSigner => ({
  publicKey: keyPair.publicKey,
  sign: (message) => provider.sign('Ed25519', keyPair.privateKey, message),
})

/** `sign(sk, label, x) = Ed25519(sk, cbor([P, label, x]))` (ENC-4) */
export const signLabelled = async (
  signer: DeviceSigner,
  label: SignatureLabel,
  value: CborValue,
): Promise<Uint8Array> => signer.sign(labelled(label, value))

/** Whether `signature` is that of `publicKey` for this label and value; false for anything malformed. */
export const verifyLabelled = async (
  provider: Pick<Provider, 'verify'>,
  publicKey: Uint8Array,
  label: SignatureLabel,
  value: CborValue,
  signature: Uint8Array,
): Promise<boolean> => provider.verify('Ed25519', publicKey, labelled(label, value), signature)
