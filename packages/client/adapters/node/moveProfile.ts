import { nodeProvider } from '@sotto/mls/provider/node'
import { SottoError } from '@sotto/protocol'
import { moveAccount, sealedStore } from '../../src/index.ts'
import { netTransport, originOf } from '../net/index.ts'
import { openFileKeychain } from './fileKeychain.ts'
import { type KeyMeans, meansOf } from './keys/means.ts'
import { profileAt, readServerAddress, writeServerAddress } from './profile.ts'
import { takeProfileLock } from './profileLock.ts'
import { openSqliteStore } from './sqliteStore.ts'

/**
 * The profile finds its server at another address from now on. Cut off before the address is written, it goes on where
 * it was; nothing else changes.
 *
 * @param server address of the same server: `https://chat.example.org`
 * @returns whether that is another one than before
 * @throws SottoError `no_account`; `profile_in_use` while another program has the profile open; `integrity` where another
 *   server answers; `host_refused`; what keeps from asking
 */
export const moveProfile = async (
  directory: string,
  server: string,
  keys: KeyMeans = {},
): Promise<boolean> => {
  const origin = originOf(server)
  const profile = profileAt(directory)
  const known = readServerAddress(profile)
  if (known === undefined) throw new SottoError('no_account')
  if (known === origin) return false
  const lock = takeProfileLock(profile.directory)
  if (!lock)
    throw new SottoError('profile_in_use', 'end what runs with it first: it goes on at the old address')
  try {
    const store = sealedStore(
      await openSqliteStore(profile.store),
      openFileKeychain(profile.keys, meansOf(keys)),
    )
    try {
      const { hostname: host } = new URL(origin)
      await moveAccount(store, nodeProvider(), {
        server: origin,
        host,
        transport: netTransport({ server: origin }),
      })
    } finally {
      await store.close()
    }
    writeServerAddress(profile, origin)
    return true
  } finally {
    lock.release()
  }
}
