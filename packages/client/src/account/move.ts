import type { Provider } from '@sotto/mls'
import { operations, proofNonceBytes, serverProofMessage, SottoError } from '@sotto/protocol'
import { openDatabase } from '../database/openDatabase.ts'
import type { Store } from '../ports/store.ts'
import type { Transport } from '../ports/transport.ts'
import { profileRow, serverPinRow } from './profile.ts'

export interface NewAddress {
  /** Origin. */
  readonly server: string
  /** The name in it, without port. */
  readonly host: string
  readonly transport: Transport
}

const strange = (): SottoError =>
  new SottoError('integrity', 'the server there is not the one that this device knows', { rule: 'log_key' })

/**
 * Makes sure that the server at another address is the one that this device knows: it signs a fresh question, with the
 * name that it is asked under, with the key that was pinned at first contact (rule SRV-2). Nothing secret is sent before.
 *
 * @throws SottoError `integrity` {rule: 'log_key'} for another server, `host_refused` where the server does not go by
 *   that name, `unavailable` where it is too old to say, what the transport throws
 */
const proveSame = async (provider: Provider, logKey: Uint8Array, { host, transport }: NewAddress) => {
  const nonce = provider.random(proofNonceBytes)
  const { signature } = await transport
    .call(operations.proveServer, { nonce, host }, null)
    .catch((error: unknown) => {
      if (error instanceof SottoError && error.code === 'not_found')
        throw new SottoError('unavailable', 'the server there is older than this and cannot say who it is')
      throw error
    })
  if (!(await provider.verify('Ed25519', logKey, serverProofMessage(nonce, host), signature))) throw strange()
}

/**
 * The account of this store lives at another address from now on, if that is the same server. Session, keys, rooms and
 * what waits to be sent stay as they are.
 *
 * @throws SottoError `no_account`, `storage_newer`, and what keeps the server from being the same
 */
export const moveAccount = async (stored: Store, provider: Provider, to: NewAddress): Promise<void> => {
  const store = await openDatabase(stored)
  const [pin, profile] = [await serverPinRow.read(store), await profileRow.read(store)]
  if (!pin || !profile) throw new SottoError('no_account')
  await proveSame(provider, pin.logKey, to)
  const { server } = to
  await store.commit([serverPinRow.change({ ...pin, server }), profileRow.change({ ...profile, server })])
}
