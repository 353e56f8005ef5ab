import { decode, decodeKeyPackage, type KeyPackage, MlsError, type Provider } from '@sotto/mls'
import { equalBytes, operations, SottoError } from '@sotto/protocol'
import { type AccountState, identityOf, verifyKeyPackage } from '@sotto/trust'
import type { Call } from '../account/contacts.ts'
import type { Intent, RoomState } from './state.ts'

export interface Claiming {
  readonly call: Call
  readonly provider: Provider
  readonly timeS: number
}

/**
 * Key packages of the devices of an account, each verified: the server may hand out anything.
 *
 * @throws SottoError `key_package_unavailable`, and what the call throws
 */
export const claimKeyPackages = async (
  { call, provider, timeS }: Claiming,
  room: Uint8Array,
  account: AccountState,
): Promise<readonly Uint8Array[]> => {
  const { packages } = await call(operations.claimKeyPackages, { room, account: account.account })
  const verified: Uint8Array[] = []
  for (const { keyPackage: bytes } of packages) {
    const keyPackage = keyPackageIn(bytes)
    const verdict = keyPackage && (await verifyKeyPackage(provider, keyPackage, account, timeS))
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

/** Whom an intent needs key packages of. */
export const claimantOf = (intent: Intent): Uint8Array | undefined =>
  intent.kind === 'invite' || intent.kind === 'readd' ? intent.account : undefined

/**
 * The room with the key packages put to the intent that they were claimed for; undefined where none is of use to it: a
 * device that wants to be brought in again cannot be helped with those of another.
 */
export const claimed = (
  room: RoomState,
  id: string,
  keyPackages: readonly Uint8Array[],
): RoomState | undefined => {
  const intents: Intent[] = []
  for (const intent of room.intents) {
    if (intent.id !== id) intents.push(intent)
    else if (intent.kind === 'invite') intents.push({ ...intent, keyPackages })
    else if (intent.kind === 'readd') {
      const keyPackage = keyPackages.find((bytes) => isOfDevice(bytes, intent.device))
      if (!keyPackage) return undefined
      intents.push({ ...intent, keyPackage })
    } else intents.push(intent)
  }
  return { ...room, intents }
}

const isOfDevice = (bytes: Uint8Array, device: Uint8Array): boolean => {
  const keyPackage = keyPackageIn(bytes)
  const identity = keyPackage && identityOf(keyPackage.leafNode)
  return identity !== undefined && equalBytes(identity.device, device)
}
