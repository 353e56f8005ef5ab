import type { Provider } from '@sotto/mls'
import { equalBytes, limits, SottoError, toHex } from '@sotto/protocol'
import type { Call, Contacts } from '../account/contacts.ts'
import type { Room } from '../room/atWork.ts'
import { claimKeyPackages } from '../room/claim.ts'
import { idByRequest } from '../room/metaChange.ts'
import { freePlaces } from '../room/places.ts'
import { type Intent, policyIn } from '../room/state.ts'
import { toBringIn } from './door.ts'

interface Deps {
  readonly provider: Provider
  readonly contacts: Contacts
  readonly call: Call
  timeMs(): number
  /** Whether this device brings people into the room still. */
  isKeeping(room: Room): boolean
}

type Invitation = Extract<Intent, { kind: 'invite' }>

/** @throws SottoError as the line or the server does */
const claimFor = async (
  { provider, contacts, call, timeMs }: Deps,
  room: Room,
  account: Uint8Array,
): Promise<Invitation | undefined> => {
  const claiming = { call, provider, contacts, clockS: Math.floor(timeMs() / 1000) }
  try {
    const keyPackages = await claimKeyPackages(claiming, room.state(), account)
    return { kind: 'invite', id: idByRequest(toHex(account)), account, keyPackages }
  } catch (error) {
    // Without key packages nobody can bring the account in: its device may upload some yet.
    if (error instanceof SottoError && error.code === 'key_package_unavailable') return undefined
    throw error
  }
}

/**
 * Brings into a room those who ask, as many as have a place there.
 *
 * @throws SottoError as the line or the server does
 */
export const bringIn = async (deps: Deps, room: Room, askers: readonly Uint8Array[]): Promise<void> => {
  const invitations: Invitation[] = []
  for (const asker of askers.slice(0, limits.addsPerCommitMax)) {
    const policy = policyIn(room.state())
    const { group } = room.state()
    if (!deps.isKeeping(room) || !policy || !group) return
    if (freePlaces(group.public, policy) <= invitations.length) break
    const invitation = await claimFor(deps, room, asker)
    if (invitation) invitations.push(invitation)
  }
  // What was decided while key packages were fetched counts: the door may be closed, or another was first.
  const accounts = invitations.map(({ account }) => account)
  const wanted = toBringIn(room.state(), accounts)
  const fresh = invitations.filter(({ account }) => wanted.some((one) => equalBytes(one, account)))
  await Promise.allSettled(room.intendAll(fresh))
}
