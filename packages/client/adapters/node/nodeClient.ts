import { nodeProvider } from '@sotto/mls/provider/node'
import { SottoError } from '@sotto/protocol'
import type { DeviceKind } from '@sotto/trust'
import { type Client, type ClientLimits, type LiveRoute, openClient, sealedStore } from '../../src/index.ts'
import { netTransport, originOf } from '../net/index.ts'
import { joseLibrary } from '../net/jose.ts'
import { opaqueProtocol } from '../net/opaque.ts'
import { timerScheduler } from '../net/timerScheduler.ts'
import { openFileKeychain } from './fileKeychain.ts'
import { meansIn, prepareKeys } from './keys/keysOfProfile.ts'
import type { KeyMeans, Means as MeansOfKeys } from './keys/means.ts'
import { profileAt, type Profile, readServerAddress, writeServerAddress } from './profile.ts'
import { openSharedClient } from './sharedProfile.ts'
import { openSqliteStore } from './sqliteStore.ts'

export interface NodeClientOptions {
  /** Directory of the profile; made where it is not there. */
  readonly profile: string
  /** Address of the server; needed once, for a profile that has no account yet. */
  readonly server?: string
  /** How the live lane goes; default: WebSocket, and the long poll where that is blocked. */
  readonly route?: Route
  /** What the certificate says of a device that is made here: others see it. Default: `cli`. */
  readonly deviceKind?: DeviceKind
  /** Bounds of this client; default: those of `protocol/limits`. */
  readonly limits?: Partial<ClientLimits>
  /** How the keys are kept and opened; default: as the environment says, see `KeyMeans`. */
  readonly keys?: KeyMeans
}

type Route = 'auto' | LiveRoute

interface Means {
  readonly route: Route
  readonly deviceKind: DeviceKind
  readonly limits: Partial<ClientLimits>
  readonly keys: MeansOfKeys
}

const openAt = async (profile: Profile, server: string, means: Means): Promise<Client> => {
  const keychain = openFileKeychain(profile.keys, means.keys)
  return openClient({
    server,
    store: sealedStore(await openSqliteStore(profile.store), keychain),
    keychain,
    transport: netTransport({ server, route: means.route }),
    scheduler: timerScheduler,
    provider: nodeProvider(),
    jose: joseLibrary,
    password: opaqueProtocol,
    deviceKind: means.deviceKind,
    limits: means.limits,
  })
}

/** A profile stays with its server: another one must never see the session of this one. */
const openProfile = async (profile: Profile, wanted: string | undefined, means: Means): Promise<Client> => {
  const known = readServerAddress(profile)
  if (known !== undefined) {
    const client = await openAt(profile, known, means)
    if (wanted === undefined || wanted === known) return client
    const { account } = client.state()
    await client.close()
    if (account.kind !== 'none')
      throw new SottoError(
        'account_exists',
        `the account of this profile lives on ${known}; if that is the same server, sotto login --server ${wanted}`,
      )
  }
  if (wanted === undefined) throw new SottoError('no_account')
  writeServerAddress(profile, wanted)
  return openAt(profile, wanted, means)
}

/**
 * The client of a profile on disk. Any number of processes may open the same profile: one runs the client, the
 * others use it through that one, and take over when it ends.
 *
 * @throws SottoError `no_account` for an empty profile and no server, `account_exists` when the profile belongs to
 *   another server, `storage_damaged`, `storage_full`, `profile_in_use` when its holder does not answer, `keys_locked`
 *   and `passphrase_wrong` when its keys are not to be had
 */
export const openNodeClient = async ({
  profile: directory,
  server,
  route = 'auto',
  deviceKind = 'cli',
  limits = {},
  keys: how,
}: NodeClientOptions): Promise<Client> => {
  const profile = profileAt(directory)
  const keys = meansIn(profile.directory, how)
  // An empty profile without a server has nothing to keep.
  if (server !== undefined || readServerAddress(profile) !== undefined) await prepareKeys(profile, keys)
  const wanted = server === undefined ? undefined : originOf(server)
  return openSharedClient(profile.directory, () =>
    openProfile(profile, wanted, { route, deviceKind, limits, keys }),
  )
}
