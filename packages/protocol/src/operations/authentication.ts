import {
  blob,
  boolean,
  bytes,
  grown,
  list,
  nullable,
  oneOf,
  struct,
  text,
  type TypeOf,
  moment,
} from '../cbor/shape.ts'
import { accountId, deviceId, hashValue, messageId, signatureValue } from '../ids.ts'
import { limits } from '../limits.ts'
import { proofNonceBytes } from '../serverProof.ts'
import { nothing, operation } from './operation.ts'

const opaqueMessage = blob(limits.opaqueMessageBytesMax, 1)
const name = text(64)

/** A link of an account's signature chain as it was signed, with its signatures in the order of CHAIN-5. */
export const signedLink = struct({
  bytes: blob(limits.chainLinkBytesMax, 1),
  signatures: list(signatureValue, 2),
})
export type SignedLink = TypeOf<typeof signedLink>

export const session = struct({
  account: accountId,
  device: nullable(deviceId),
  name,
  expiresMs: moment,
})
export type Session = TypeOf<typeof session>

const opened = struct({
  /** Opaque, 256 bit; the server keeps its hash. */
  token: text(128),
  session,
})

/** Who may register: anyone, whoever has an invite key, or nobody. */
export const registrationModes = ['open', 'invite', 'closed'] as const
export type RegistrationMode = (typeof registrationModes)[number]

export const readRegistration = operation({
  name: 'registration',
  method: 'GET',
  path: '/v1/registration',
  access: 'anyone',
  params: {},
  body: nothing,
  output: struct({ mode: oneOf(...registrationModes) }),
  bodyBytesMax: 0,
})

/** An invite key, 256 bit, as whoever hosts the server has handed it out. */
const inviteKey = text(64)

/**
 * OPAQUE registration, first message (RFC 9807 §5): the server learns nothing of the password. `exchange` is random and
 * the identifier of the credential that is being made; the second message names it.
 */
export const registerStart = operation({
  name: 'register.start',
  method: 'POST',
  path: '/v1/auth/opaque/reg/1',
  access: 'anyone',
  params: {},
  body: grown({ name, request: opaqueMessage }, { invite: inviteKey }),
  output: struct({ exchange: messageId, response: opaqueMessage }),
  bodyBytesMax: 8192,
})

/** Creates the account: its OPAQUE record, the genesis link of its chain, and the sealed root slot of its vault. */
export const registerFinish = operation({
  name: 'register.finish',
  method: 'POST',
  path: '/v1/auth/opaque/reg/2',
  access: 'anyone',
  params: {},
  body: grown(
    {
      exchange: messageId,
      name,
      record: opaqueMessage,
      genesis: signedLink,
      rootSlot: blob(limits.vaultSlotBytesMax, 1),
    },
    { invite: inviteKey },
  ),
  output: opened,
  bodyBytesMax: limits.vaultSlotBytesMax + 16_384,
})

export const loginStart = operation({
  name: 'login.start',
  method: 'POST',
  path: '/v1/auth/opaque/login/1',
  access: 'anyone',
  params: {},
  body: struct({ name, request: opaqueMessage }),
  output: struct({ exchange: messageId, response: opaqueMessage }),
  bodyBytesMax: 8192,
})

const deviceProof = struct({ account: accountId, device: deviceId, proof: signatureValue })

/**
 * Begins a login as an active device of the account, by its signature `sign(D, "login-start", [account, device,
 * H(request)])`: its tries are counted by the device, so that nobody else can use them up. The same answer without.
 */
export const loginStartOfDevice = operation({
  name: 'login.start.device',
  method: 'POST',
  path: '/v1/auth/opaque/login/1/device',
  access: 'anyone',
  params: {},
  body: struct({ name, request: opaqueMessage, device: deviceProof }),
  output: struct({ exchange: messageId, response: opaqueMessage }),
  bodyBytesMax: 8192,
})

/**
 * Ends the exchange. With a device, `proof` is its signature `sign(D, "login", [account, device, exchange])`; a
 * session without one may read the vault and its own chain, nothing else.
 */
export const loginFinish = operation({
  name: 'login.finish',
  method: 'POST',
  path: '/v1/auth/opaque/login/2',
  access: 'anyone',
  params: {},
  body: struct({
    exchange: messageId,
    finish: opaqueMessage,
    device: nullable(deviceProof),
  }),
  output: opened,
  bodyBytesMax: 8192,
})

export const logout = operation({
  name: 'logout',
  method: 'POST',
  path: '/v1/auth/logout',
  access: 'account',
  params: {},
  body: nothing,
  output: nothing,
  bodyBytesMax: 16,
})

/**
 * The server's word whether a session has ended, signed with its log key over the nonce of whoever asks: a device gives
 * its session up for nothing less. `session` is the hash of the token.
 */
export const proveSession = operation({
  name: 'session.prove',
  method: 'POST',
  path: '/v1/session/proof',
  access: 'anyone',
  params: {},
  body: struct({ nonce: bytes(proofNonceBytes), session: hashValue }),
  output: struct({ hasEnded: boolean, signature: signatureValue }),
  bodyBytesMax: 512,
})

export const readSession = operation({
  name: 'session',
  method: 'GET',
  path: '/v1/auth/session',
  access: 'account',
  params: {},
  body: nothing,
  output: session,
  bodyBytesMax: 0,
})
