import type { Provider } from '@sotto/mls'
import { blob, encodeAs, limits, list, literal, oneOf, struct, uint } from '@sotto/protocol'
import { kdf } from '../content/kdf.ts'
import { seal } from '../seal/index.ts'

/**
 * The root slot of the vault (CON-4): AIK, sealed once under each key that opens it. Today that is the export
 * key of the password; a recovery key and a passkey get an entry of their own.
 */
const rootSlot = struct({
  version: literal(1),
  counter: uint(),
  wraps: list(
    struct({ by: oneOf('password', 'recovery', 'passkey'), sealed: blob(limits.vaultSlotBytesMax) }),
    8,
  ),
})

export interface RootSlot {
  readonly provider: Provider
  readonly account: Uint8Array
  /** Of OPAQUE: known to nobody who does not know the password. */
  readonly exportKey: Uint8Array
  /** The private half of AIK. */
  readonly identityKey: Uint8Array
}

export const makeRootSlot = async ({
  provider,
  account,
  exportKey,
  identityKey,
}: RootSlot): Promise<Uint8Array> => {
  const counter = 1
  const key = kdf(provider, exportKey, 'vault', account)
  const sealed = await seal(provider, key, 'vault-root', [account, counter], identityKey)
  return encodeAs(rootSlot, { version: 1, counter, wraps: [{ by: 'password', sealed }] })
}
