import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { normalizeName, SottoError } from '@sotto/client'
import { type LaneSealer, openLaneSealer } from '@sotto/client/node'
import type { Credentials, Identity, LaneStore } from '@sotto/lane'
import { openLaneStore } from '@sotto/lane/node'
import { keyMeans } from '../keyMeans.ts'

/** An account of the open lane that this profile has: where it lives, how it logs in, and its private keys. */
export interface LaneAccount {
  readonly server: string
  readonly credentials: Credentials
  readonly identity: Identity
}

const accountRow = 'account'
const halfRow = 'half'
const suffix = '.lane'

const directoryOf = (profile: string): string => join(profile, 'lane')

/** Names are letters, digits, dots and dashes, of which none leads out of the directory. */
const fileOf = (profile: string, name: string): string =>
  join(directoryOf(profile), `${encodeURIComponent(normalizeName(name))}${suffix}`)

/** The accounts of a profile. @throws SottoError `keys_locked`, `passphrase_wrong` */
export const laneNames = async (profile: string): Promise<readonly string[]> => {
  const directory = directoryOf(profile)
  if (!existsSync(directory)) return []
  const names = readdirSync(directory)
    .filter((file) => file.endsWith(suffix))
    .map((file) => decodeURIComponent(file.slice(0, -suffix.length)))
  // What an attempt that failed has left is no account.
  const servers = await Promise.all(names.map((name) => serverOf(profile, name)))
  return names.filter((_, at) => servers[at] !== undefined).toSorted()
}

/** Written here, by this program alone. */
const read = (store: LaneStore, key: string): LaneAccount | undefined => {
  const row = store.get(key)
  return row === undefined ? undefined : (JSON.parse(row) as LaneAccount)
}

export const readAccount = (store: LaneStore): LaneAccount | undefined => read(store, accountRow)

/** One of which it is not known yet whether the server has it. */
export const readHalfAccount = (store: LaneStore): LaneAccount | undefined => read(store, halfRow)

export const writeHalfAccount = (store: LaneStore, account: LaneAccount): void =>
  store.write({ [halfRow]: JSON.stringify(account) })

export const writeAccount = (store: LaneStore, account: LaneAccount): void =>
  store.write({ [accountRow]: JSON.stringify(account), [halfRow]: null })

/** Where an account of the profile lives; undefined where the profile does not have it. */
export const serverOf = async (profile: string, name: string): Promise<string | undefined> => {
  if (!existsSync(fileOf(profile, name))) return undefined
  const store = await laneStoreOf(profile, name)
  try {
    return readAccount(store)?.server
  } finally {
    store.close()
  }
}

/** One for a profile, however many of its accounts are opened: nobody is asked twice. */
const sealers = new Map<string, Promise<LaneSealer>>()

const sealerOf = (profile: string): Promise<LaneSealer> => {
  const known = sealers.get(profile)
  if (known) return known
  const opening = keyMeans().then((means) => openLaneSealer(profile, means))
  sealers.set(profile, opening)
  // What could not be opened is tried again.
  opening.catch(() => sealers.delete(profile))
  return opening
}

/**
 * What an account remembers, in a file that is made where there is none.
 *
 * @throws SottoError `name_invalid`, `keys_locked`, `passphrase_wrong`
 */
export const laneStoreOf = async (profile: string, name: string): Promise<LaneStore> => {
  const file = fileOf(profile, name)
  return openLaneStore(file, await sealerOf(profile))
}

/**
 * The account that a command means: the one that is named, or the only one.
 *
 * @throws SottoError `no_account`, `bad_request` where several could be meant
 */
export const laneNameOf = async (profile: string, wanted: string | undefined): Promise<string> => {
  const names = await laneNames(profile)
  if (wanted !== undefined) {
    const name = normalizeName(wanted)
    if (!names.includes(name))
      throw new SottoError('no_account', `no program called ${wanted} here: sotto lane register`)
    return name
  }
  const [only, ...others] = names
  if (only === undefined) throw new SottoError('no_account', 'no program here: sotto lane register')
  if (others.length > 0) throw new SottoError('bad_request', `choose with --as: ${names.join(', ')}`)
  return only
}
