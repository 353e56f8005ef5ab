import type { Provider } from '@sotto/mls'
import { type CborValue, encodeCanonical, protocolName } from '@sotto/protocol'

const salt = Uint8Array.from(protocolName, (character) => character.charCodeAt(0))
const keyBytes = 32

/** `kdf(k, label, ctx) = HKDF-SHA256(ikm = k, salt = P, info = cbor([label, ctx]), 32)` (ENC-4) */
export const kdf = (
  provider: Pick<Provider, 'hkdfExtract' | 'hkdfExpand'>,
  key: Uint8Array,
  label: string,
  context: CborValue,
): Uint8Array => {
  const secret = provider.hkdfExtract('SHA-256', salt, key)
  return provider.hkdfExpand('SHA-256', secret, encodeCanonical([label, context]), keyBytes)
}
