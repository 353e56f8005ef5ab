import {
  accountId,
  blob,
  bytes,
  decodeAs,
  deviceId,
  encodeAs,
  limits,
  list,
  messageId,
  nullable,
  oneOf,
  type Shape,
  signedLink,
  SottoError,
  struct,
  text,
  type TypeOf,
  uint,
  union,
} from '@sotto/protocol'
import { type Family, shaped } from '../database/family.ts'
import { damagedKeyOf } from '../database/readings.ts'
import type { Change, Store } from '../ports/store.ts'

/** Who this device is. DX and the leaf keys are in the store, D is in the keychain, AIK nowhere on the device. */
const identity = {
  server: text(1024),
  name: text(64),
  account: accountId,
  device: deviceId,
  /** DX, the private half. */
  sealingKey: bytes(32),
}

/** Attempts to register that are kept: who tries more often has been told no by the server each time. */
export const earlierMax = 8

const profile = union({
  /** Sent to the server, or about to be: a start without an answer sends the same again. */
  registering: [
    0,
    {
      ...identity,
      exchange: messageId,
      genesis: signedLink,
      record: blob(limits.opaqueMessageBytesMax),
      rootSlot: blob(limits.vaultSlotBytesMax),
      /** What was sent before in the same way and refused. A copy on the line may still be taken; the newest first. */
      earlier: list(struct(identity), earlierMax),
    },
  ],
  ready: [1, identity],
})
export type Profile = TypeOf<typeof profile>
export type Identity = Omit<Extract<Profile, { kind: 'ready' }>, 'kind'>
export type Registering = Extract<Profile, { kind: 'registering' }>
export type Ready = Extract<Profile, { kind: 'ready' }>

const session = struct({ token: text(128), expiresMs: uint() })
export type StoredSession = TypeOf<typeof session>

/** The server as it was at first contact. */
const serverPin = struct({ server: text(1024), logKey: bytes(32) })
export type ServerPin = TypeOf<typeof serverPin>

/** One value under its own key; what one that cannot be read costs, see `Damage`. */
export const storedRow = <T>(key: string, shape: Shape<T>, damage: 'profile' | 'rebuilt' | 'forgotten') => {
  const stored = nullable(shape)
  return {
    family: { key, value: shaped(stored), damage } satisfies Family,
    read: async (store: Pick<Store, 'get'>): Promise<T | null> => {
      try {
        const value = await store.get(key)
        return value ? decodeAs(stored, value) : null
      } catch (error) {
        if (!(error instanceof SottoError) || !isOfValue(error)) throw error
        if (damage === 'profile') throw new SottoError('storage_damaged', undefined, { row: key })
        return null
      }
    },
    change: (value: T | null): Change =>
      value === null ? { kind: 'delete', key } : { kind: 'put', key, value: encodeAs(stored, value) },
  }
}

/** That a value is not what was written, and not that the store cannot be read. */
const isOfValue = (error: SottoError): boolean =>
  damagedKeyOf(error) !== undefined || error.code === 'bad_request' || error.code === 'too_large'

export const profileRow = storedRow('account', profile, 'profile')
/** The invite key of a registration that has no answer yet. */
export const inviteRow = storedRow('account/invite', text(64), 'forgotten')
/** Of which form of the password the keys were made; without it, of what was typed, as by versions before there was one. */
export const passwordFormRow = storedRow('account/password', oneOf('opaque_string'), 'rebuilt')
export const sessionRow = storedRow('session', session, 'forgotten')
export const serverPinRow = storedRow('server', serverPin, 'profile')
