import { normalizeName } from '@sotto/client'
import { readPublicKeys, uploadOf } from '@sotto/lane'
import { placeTexts } from '../keyMeans.ts'
import type { Output } from '../output.ts'
import { printableLine } from '../printable.ts'
import { table } from '../table.ts'
import { laneStoreOf, readAccount } from './account.ts'

/** Shows one account of the profile; nothing where it is not there. */
export const accountRecord = async (output: Output, profile: string, given: string): Promise<void> => {
  const name = normalizeName(given)
  const store = await laneStoreOf(profile, name)
  const account = readAccount(store)
  store.close()
  if (!account) return
  const { fingerprint } = await readPublicKeys(uploadOf(account.identity))
  const { server, credentials } = account
  const { keysOfProfile } = await import('@sotto/client/node')
  const { lane: keys } = keysOfProfile(profile)
  output.result(
    { name, server, kind: credentials.kind, fingerprint, keys },
    table([
      ['name', printableLine(name)],
      ['server', server],
      ['logs in with', credentials.kind === 'token' ? 'an access token' : 'a password of its own'],
      ['fingerprint', fingerprint],
      ...(keys === null ? [] : [['keys', placeTexts[keys]]]),
    ]),
  )
}
