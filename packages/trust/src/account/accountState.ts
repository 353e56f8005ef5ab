import {
  accountId,
  decodeAs,
  equalBytes,
  hashValue,
  list,
  nullable,
  publicKey,
  type Shape,
  SottoError,
  struct,
  text,
  toHex,
  type TypeOf,
  uint,
} from '@sotto/protocol'
import { encodeBounded } from '../encoding/bounded.ts'
import { parsed } from '../encoding/parsed.ts'
import { versioned } from '../encoding/versioned.ts'
import { type DeviceCertificate, deviceCertificate } from './deviceCertificate.ts'
import { type RevocationReason, revocationReason } from './revocationReason.ts'

/** Where a device stands in its account's chain. Revocation is final. */
export type DeviceStatus =
  | { readonly kind: 'active' }
  | {
      readonly kind: 'revoked'
      /** Of the link that revoked it, with that link's time. */
      readonly seq: number
      readonly timeS: number
      readonly reason: RevocationReason
    }

export interface AccountDevice {
  readonly certificate: DeviceCertificate
  /** Of the link that certified it. */
  readonly addedSeq: number
  readonly status: DeviceStatus
}

/** What a verified chain says, up to its link `seq`. */
export interface AccountState {
  readonly account: Uint8Array
  readonly seq: number
  /** Hash of the last link. */
  readonly head: Uint8Array
  /** AIK. */
  readonly identityKey: Uint8Array
  /** Every AIK that the account has had, the newest last: one that was given up never comes back. */
  readonly identityKeys: readonly Uint8Array[]
  readonly name: string
  /** By device id in hex, revoked ones included: an id is used once. */
  readonly devices: ReadonlyMap<string, AccountDevice>
  /** The hash of each link, by its seq. */
  readonly heads: readonly Uint8Array[]
  /** Time of the last link. */
  readonly timeS: number
}

/** A chain has at most this many links, revoked devices and renames included. */
export const chainLinksMax = 512

export const deviceOf = (state: AccountState, device: Uint8Array): AccountDevice | undefined =>
  state.devices.get(toHex(device))

/** Devices that may act at `timeS`: neither revoked nor past their certificate. */
export const activeDevices = (state: AccountState, timeS: number): readonly AccountDevice[] =>
  [...state.devices.values()].filter(
    ({ status, certificate }) => status.kind === 'active' && certificate.notAfterS > timeS,
  )

const storedDevice = struct({
  certificate: deviceCertificate,
  addedSeq: uint(),
  revoked: nullable(struct({ seq: uint(), timeS: uint(), reason: revocationReason })),
})

const rest = {
  name: text(64),
  timeS: uint(),
  heads: list(hashValue, chainLinksMax),
  devices: list(storedDevice, chainLinksMax),
}
const storedState = struct({ account: accountId, identityKeys: list(publicKey, chainLinksMax), ...rest })

export const accountStateShape: Shape<TypeOf<typeof storedState>> = versioned(2, storedState)
/** Knows the newest AIK only. */
const firstShape = versioned(1, struct({ account: accountId, identityKey: publicKey, ...rest }))

const read = (stored: Uint8Array): TypeOf<typeof storedState> => {
  const first = parsed(() => decodeAs(firstShape, stored))
  return first
    ? { ...first, identityKeys: [first.identityKey] }
    : decodeAs(accountStateShape, stored, 'account state')
}

/** For keeping a verified state on this device, so that a chain is verified once. @throws SottoError `bad_request` */
export const encodeAccountState = (state: AccountState): Uint8Array => {
  const { account, identityKeys, name, timeS, heads } = state
  const devices = [...state.devices.values()].map(({ certificate, addedSeq, status }) => ({
    certificate,
    addedSeq,
    revoked: status.kind === 'revoked' ? status : null,
  }))
  return encodeBounded(
    accountStateShape,
    { account, identityKeys, name, timeS, heads, devices },
    'account state',
  )
}

/** @throws SottoError `bad_request` for what `encodeAccountState` did not write */
export const decodeAccountState = (stored: Uint8Array): AccountState => {
  const { account, identityKeys, name, timeS, heads, devices } = read(stored)
  const [head, identityKey] = [heads.at(-1), identityKeys.at(-1)]
  if (!head || !identityKey || !equalBytes(heads[0] as Uint8Array, account))
    throw new SottoError('bad_request', 'account state: its first hash is not the id of the account')
  const byId = new Map(
    devices.map(({ certificate, addedSeq, revoked }): [string, AccountDevice] => [
      toHex(certificate.device),
      { certificate, addedSeq, status: revoked ? { kind: 'revoked', ...revoked } : { kind: 'active' } },
    ]),
  )
  if (byId.size !== devices.length)
    throw new SottoError('bad_request', 'account state: a device occurs twice')
  return {
    account,
    seq: heads.length - 1,
    head,
    identityKey,
    identityKeys,
    name,
    devices: byId,
    heads,
    timeS,
  }
}
