import { MlsError } from './error.ts'
import type { Group } from './group.ts'
import { type Crypto, deriveSecret, expandWithLabel } from './labels.ts'

/** KDF.Expand gives no more than 255 blocks. */
const blocksMax = 255

/**
 * `MLS-Exporter` (RFC 9420 §8.5): a secret for the application, of one epoch, one purpose and one context.
 *
 * @param label ASCII, its own for each purpose
 * @throws MlsError `invalid_use` for a length that cannot be had
 */
export const exported = (
  crypto: Crypto,
  exporterSecret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array => {
  const { provider, suite } = crypto
  if (!Number.isInteger(length) || length < 0 || length > blocksMax * suite.hashBytes)
    throw new MlsError('invalid_use', `an exported secret of ${length} bytes`)
  const secret = deriveSecret(crypto, exporterSecret, label)
  return expandWithLabel(crypto, secret, 'exported', provider.hash(suite.hash, context), length)
}

/** `MLS-Exporter` of the epoch that a group is in. */
export const exportSecret = (
  crypto: Crypto,
  group: Group,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array => exported(crypto, group.epochSecrets.exporterSecret, label, context, length)
