import { decode, decodeKeyPackage, type KeyPackage, MlsError, type Provider } from '@sotto/mls'
import { equalBytes, operations, SottoError } from '@sotto/protocol'
import { type AccountLookup, identityOf, isKeyPackageOver, isRevoked, verifyKeyPackage } from '@sotto/trust'
import type { Call, Contacts } from '../account/contacts.ts'
import { isTransient } from '../transient.ts'
import type { Intent, RoomState } from './state.ts'

export interface Claiming {
  readonly call: Call
  readonly provider: Provider
  readonly contacts: Pick<Contacts, 'ensure' | 'find'>
  /** The server's clock, in seconds: what is over by it is not taken. */
  readonly clockS: number
}

/** What key packages of an account are needed for. */
export type Claimant = Extract<Intent, { kind: 'invite' | 'readd' }>

export const isClaimant = (intent: Intent): intent is Claimant =>
  intent.kind === 'invite' || intent.kind === 'readd'

/** Whether there are none yet, or one that nobody may take any more: its private parts may be gone. */
export const isUnclaimed = (intent: Claimant, clockS: number): boolean => {
  const taken = keyPackagesOf(intent)
  return taken.length === 0 || taken.some((bytes) => isOver(bytes, clockS))
}

const keyPackagesOf = (intent: Claimant): readonly Uint8Array[] => {
  switch (intent.kind) {
    case 'invite':
      return intent.keyPackages
    case 'readd':
      return intent.keyPackage ? [intent.keyPackage] : []
  }
}

/** Those of the intents for which a key package was claimed of a device that has been given up since (KP-7). */
export const outdated = (intents: readonly Intent[], lookup: AccountLookup): readonly string[] =>
  intents
    .filter(isClaimant)
    .filter((intent) =>
      keyPackagesOf(intent).some((bytes) => {
        const keyPackage = keyPackageIn(bytes)
        return keyPackage !== undefined && isRevoked(keyPackage, lookup(intent.account))
      }),
    )
    .map(({ id }) => id)

const isOver = (bytes: Uint8Array, clockS: number): boolean => {
  const keyPackage = keyPackageIn(bytes)
  return keyPackage !== undefined && isKeyPackageOver(keyPackage, clockS)
}

/**
 * Key packages of the devices of an account, each verified: the server may hand out anything.
 *
 * @throws SottoError `name_unknown`, `key_package_unavailable`, and what the call throws
 */
export const claimKeyPackages = async (
  { call, provider, contacts, clockS }: Claiming,
  { id: room, place }: RoomState,
  account: Uint8Array,
): Promise<readonly Uint8Array[]> => {
  await contacts.ensure([{ account, seq: 0 }])
  const state = contacts.find(account)?.state
  if (!state) throw new SottoError('name_unknown')
  const { packages } = await call(operations.claimKeyPackages, { room, account })
  // A log that a wrong clock has carried ahead stays there: the leaf has to last by its time.
  const roomS = Math.max(clockS, Math.floor(place.timeMs / 1000))
  const verified: Uint8Array[] = []
  for (const { keyPackage: bytes } of packages) {
    const keyPackage = keyPackageIn(bytes)
    const verdict = keyPackage && (await verifyKeyPackage(provider, keyPackage, state, clockS, roomS))
    if (verdict?.kind === 'ok') verified.push(bytes)
  }
  if (verified.length === 0) throw new SottoError('key_package_unavailable')
  return verified
}

const keyPackageIn = (bytes: Uint8Array): KeyPackage | undefined => {
  try {
    return decode(decodeKeyPackage, bytes)
  } catch (error) {
    if (error instanceof MlsError) return undefined
    throw error
  }
}

/** Key packages by the intent that they were claimed for. */
export type Claimed = ReadonlyMap<string, readonly Uint8Array[]>

/** The room with the key packages put to the intents that they were claimed for. */
export const claimed = (room: RoomState, found: Claimed): RoomState => ({
  ...room,
  intents: room.intents.map((intent): Intent => {
    const keyPackages = found.get(intent.id)
    if (!keyPackages) return intent
    if (intent.kind === 'invite') return { ...intent, keyPackages }
    const keyPackage = intent.kind === 'readd' ? ofDevice(keyPackages, intent.device) : undefined
    return intent.kind === 'readd' && keyPackage ? { ...intent, keyPackage } : intent
  }),
})

/** The room without the key packages of these intents: they have to be claimed anew. */
export const unclaimed = (room: RoomState, ids: readonly string[]): RoomState => ({
  ...room,
  intents: room.intents.map((intent): Intent => {
    if (!ids.includes(intent.id)) return intent
    if (intent.kind === 'invite') return { ...intent, keyPackages: [] }
    return intent.kind === 'readd' ? { ...intent, keyPackage: null } : intent
  }),
})

/** Devices that want to be brought in again, and for which there are only key packages of others. */
export const unhelped = ({ intents }: RoomState, found: Claimed): readonly string[] =>
  intents.flatMap((intent) => {
    const keyPackages = found.get(intent.id)
    return intent.kind === 'readd' && keyPackages && !ofDevice(keyPackages, intent.device) ? [intent.id] : []
  })

export interface ClaimedForAll {
  readonly found: Claimed
  readonly failed: readonly { readonly id: string; readonly failure: SottoError }[]
  /** What kept the rest from being asked for, for now. */
  readonly passing: unknown
}

/** Claims for one after the other: what has been claimed is not lost where the line fails half way. */
export const claimForAll = async (
  claiming: Claiming,
  room: RoomState,
  claimants: readonly Claimant[],
): Promise<ClaimedForAll> => {
  const found = new Map<string, readonly Uint8Array[]>()
  const failed: { readonly id: string; readonly failure: SottoError }[] = []
  let passing: unknown
  for (const { id, account } of claimants) {
    try {
      found.set(id, await claimKeyPackages(claiming, room, account))
    } catch (error) {
      if (error instanceof SottoError && !isTransient(error)) {
        failed.push({ id, failure: error })
        continue
      }
      passing = error
      break
    }
  }
  for (const id of unhelped(room, found))
    failed.push({ id, failure: new SottoError('key_package_unavailable') })
  return { found, failed, passing }
}

const ofDevice = (keyPackages: readonly Uint8Array[], device: Uint8Array): Uint8Array | undefined =>
  keyPackages.find((bytes) => isOfDevice(bytes, device))

const isOfDevice = (bytes: Uint8Array, device: Uint8Array): boolean => {
  const keyPackage = keyPackageIn(bytes)
  const identity = keyPackage && identityOf(keyPackage.leafNode)
  return identity !== undefined && equalBytes(identity.device, device)
}
