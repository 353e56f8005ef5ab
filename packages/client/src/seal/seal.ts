import { type CborValue, labelled } from '@sotto/protocol'
import { type ChunkedCrypto, decryptChunked, encryptChunked } from './chunked.ts'

/**
 * `seal(k, label, ad, pt)` of ENC-5: Cobblestone-256 with the context `cbor([P, label, ad])`. What is sealed
 * for one label and one associated value opens for these only.
 *
 * @param key 32 uniformly random bytes
 */
export const seal = (
  crypto: ChunkedCrypto,
  key: Uint8Array,
  label: string,
  ad: CborValue,
  plaintext: Uint8Array,
): Promise<Uint8Array> => encryptChunked(crypto, 'AES-256-GCM', key, labelled(label, ad), plaintext)

/** @throws SottoError `integrity` when the bytes are not what `seal` made of this key, label and `ad` */
export const open = (
  crypto: ChunkedCrypto,
  key: Uint8Array,
  label: string,
  ad: CborValue,
  sealed: Uint8Array,
): Promise<Uint8Array> => decryptChunked(crypto, 'AES-256-GCM', key, labelled(label, ad), sealed)
