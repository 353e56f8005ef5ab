import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SottoError } from '@sotto/protocol'
import { type Profile, profileAt } from '../profile.ts'
import { takeProfileLock } from '../profileLock.ts'
import { type KeyMeans, type KeyPlace, type Means, meansOf } from './means.ts'
import { moveSecret, placeOfSecret, readSecret } from './secretFile.ts'

/** Where the keys of a profile lie; null where it has none of that kind. */
export interface KeysOfProfile {
  /** Of the account's device. */
  readonly device: KeyPlace | null
  /** Of the programs on the open lane. */
  readonly lane: KeyPlace | null
}

/** What seals the stores of programs on the open lane. */
export const laneKeysOf = (directory: string): string => join(directory, 'lane', 'keys')

export const keysOfProfile = (directory: string): KeysOfProfile => ({
  device: placeOfSecret(join(directory, 'keys')) ?? null,
  lane: placeOfSecret(laneKeysOf(directory)) ?? null,
})

/** Stores of programs of an earlier version, which knew no keys for them. */
const hasLaneStores = (directory: string): boolean => {
  const lane = dirname(laneKeysOf(directory))
  return existsSync(lane) && readdirSync(lane).some((name) => name.endsWith('.lane'))
}

/**
 * How the keys of a profile are kept: new ones, where nobody has said a place, beside those that are there. What an earlier
 * version has left goes into no keystore by itself: a service that starts without one would not find it.
 */
export const meansIn = (directory: string, how: KeyMeans = {}): Means => {
  const means = meansOf(how)
  const { device, lane } = keysOfProfile(directory)
  const known = device ?? lane ?? (hasLaneStores(directory) ? 'file' : undefined)
  return { ...means, place: means.place ?? known }
}

/**
 * Asks for what opens the keys, or will keep new ones, before anything is under way: whoever takes over from another
 * program later does so without asking.
 *
 * @throws SottoError `keys_locked`, `passphrase_wrong`, `storage_damaged`
 */
export const prepareKeys = async ({ keys }: Profile, means: Means): Promise<void> => {
  const place = placeOfSecret(keys)
  if (place === 'passphrase') (await readSecret(keys, means))?.fill(0)
  if (place === undefined && means.place === 'passphrase') await means.passphrases.chosen()
}

/**
 * Keeps all keys of a profile in another place, or under another passphrase. Cut off at any point, each is where it was or
 * where it is to be, and opens there; done again, it is completed.
 *
 * @returns where they are now
 * @throws SottoError `no_account` where there are no keys; `profile_in_use` while another program has the profile open;
 *   `keys_locked`, `passphrase_wrong`, `password_weak`
 */
export const moveKeys = async (
  directory: string,
  to: KeyPlace,
  how: KeyMeans = {},
): Promise<KeysOfProfile> => {
  const { keys } = profileAt(directory)
  const means = meansOf(how)
  const lock = takeProfileLock(directory)
  if (!lock) throw new SottoError('profile_in_use', 'end what runs with it first')
  try {
    const moved = [await moveSecret(keys, to, means), await moveSecret(laneKeysOf(directory), to, means)]
    if (moved.every((place) => place === undefined))
      throw new SottoError('no_account', 'this profile has no keys yet')
  } finally {
    lock.release()
  }
  return keysOfProfile(directory)
}
