import {
  type Identity,
  type KeyKind,
  type Lane,
  type LaneOptions as CoreOptions,
  type LanePorts,
  type Credentials,
  logIn as logInOn,
  type LaneTransport,
  makeIdentity as makeIdentityBy,
  type NewProgram,
  openLane as openLaneOn,
  type PublicKeys,
  readPublicKeys as readPublicKeysBy,
  register as registerOn,
} from '../../src/index.ts'
import { fetchCall } from './fetchCall.ts'
import { socketIo } from './socketIo.ts'
import { timers } from './timers.ts'
import { webCryptography } from './webCryptography.ts'

export type { LaneEvent, LaneListener, Place } from '../../src/index.ts'
export { type LaneCode, LaneError } from '../../src/index.ts'
export { type Identity, type Jwk, type KeyKind, type PublicKeys, uploadOf } from '../../src/index.ts'
export type { Lane, Person, RoomListing } from '../../src/index.ts'
export type { Credentials, NewProgram } from '../../src/index.ts'
export { type LaneStore, memoryLaneStore } from '../../src/index.ts'
export type { ContentAlgorithm } from '@sotto/protocol'
// The forms of what is sealed, for whoever writes or tests another client.
export { chatMessageForms, type SealedForm, signatureForms, signedContent } from '@sotto/protocol'

export interface LaneOptions extends CoreOptions {
  /** Address of the server. */
  readonly server: string
}

const transportTo = (server: string): LaneTransport => ({
  call: (call) => fetchCall(server, call),
  socket: (listener) => socketIo(server, listener),
})

const portsTo = (server: string): LanePorts => ({
  clock: timers,
  cryptography: webCryptography,
  transport: transportTo(server),
})

/**
 * Logs in, puts up the public key where the server has none or another one, connects, and takes up what is waiting.
 *
 * @throws LaneError `INVALID_CREDENTIALS`, `UNAUTHORIZED`, `OFFLINE`, `SCOPE_MISSING`
 */
export const openLane = ({ server, ...options }: LaneOptions): Promise<Lane> =>
  openLaneOn(options, portsTo(server))

/** Makes a program account. @throws LaneError `USERNAME_TAKEN`, `WEAK_PASSWORD`, `KEY_INVALID`, `INVITE_REQUIRED` and so on */
export const register = (server: string, program: NewProgram): Promise<void> =>
  registerOn(transportTo(server), program)

/**
 * A token for the time being: of a program a new session, otherwise the one that was given.
 *
 * @param before the last session of the program, if it is known: whoever shows it is not slowed down by who guesses
 */
export const logIn = (server: string, credentials: Credentials, before?: string): Promise<string> =>
  logInOn(transportTo(server), credentials, before)

/** New keys, made here. @param signer `EdDSA` adds an Ed25519 key that signs */
export const makeIdentity = (kind?: KeyKind, signer?: 'EdDSA'): Promise<Identity> =>
  makeIdentityBy(webCryptography, kind, signer)

/** Reads a public key in any form in which one is put up. @throws LaneError `KEY_INVALID` */
export const readPublicKeys = (uploaded: unknown): Promise<PublicKeys> =>
  readPublicKeysBy(webCryptography, uploaded)
