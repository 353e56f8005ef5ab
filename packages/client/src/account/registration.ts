import { type Provider, wipe } from '@sotto/mls'
import {
  H,
  newAccountName,
  normalizeName,
  opaqueString,
  operations,
  passwordProblem,
  passwordProblems,
  SottoError,
} from '@sotto/protocol'
import { buildGenesis, certificateLifetimeMaxS, type DeviceKind, signLabelled } from '@sotto/trust'
import type { Keychain } from '../ports/keychain.ts'
import type { PasswordProtocol } from '../ports/password.ts'
import type { Store } from '../ports/store.ts'
import type { Transport } from '../ports/transport.ts'
import {
  earlierMax,
  type Identity,
  inviteRow,
  passwordFormRow,
  type Profile,
  profileRow,
  type Ready,
  type Registering,
  sessionRow,
  type StoredSession,
} from './profile.ts'
import { makeRootSlot } from './vault.ts'

export interface Credentials {
  readonly name: string
  readonly password: string
}

export interface NewCredentials extends Credentials {
  /** Where the server takes new accounts by invitation only: the key that its host has handed out. */
  readonly invite?: string | undefined
}

export interface SignedIn {
  readonly profile: Ready
  readonly session: StoredSession
}

export interface AccountDeps {
  readonly store: Store
  readonly keychain: Keychain
  readonly transport: Transport
  readonly provider: Provider
  readonly password: PasswordProtocol
  readonly deviceKind: DeviceKind
  readonly server: string
  /** The server's clock. */
  timeMs(): number
  /** The clock of this machine. */
  localMs(): number
}

/** What an account signs is dated by the server's clock, and cannot be dated anew. */
const clocksDifferMaxMs = 86_400_000

/**
 * @throws SottoError `clock_wrong`: what is certified now would be over, or not begin, when the clock is set right, and
 * a chain with a link from the future is refused by everybody
 */
export const checkClocks = ({ timeMs, localMs }: Pick<AccountDeps, 'timeMs' | 'localMs'>): void => {
  const days = Math.round((timeMs() - localMs()) / 86_400_000)
  if (Math.abs(timeMs() - localMs()) > clocksDifferMaxMs)
    throw new SottoError(
      'clock_wrong',
      `the server is ${Math.abs(days)} days ${days > 0 ? 'ahead' : 'behind'}`,
    )
}

/** @throws SottoError `name_invalid`, `password_weak` */
const checked = ({ name, password }: Credentials): Credentials => {
  const form = opaqueString(password)
  const problem = passwordProblem(form)
  if (problem) throw new SottoError('password_weak', passwordProblems[problem], { reason: problem })
  return { name: newAccountName(name), password: form }
}

/**
 * A new account with this device as its first: keys, genesis link and vault are made here and stored before the
 * server hears of them. A registration that was cut off is completed if the server has it, and begun anew if not.
 *
 * @throws SottoError `name_invalid`, `password_weak`, `name_taken`, `account_exists`, `clock_wrong`,
 * `registration_closed`, `invite_required`, `invite_invalid`
 */
export const register = async (
  deps: AccountDeps,
  before: Profile | null,
  credentials: NewCredentials,
): Promise<SignedIn> => {
  const { name, password } = checked(credentials)
  const invite = credentials.invite ?? null
  if (before?.kind === 'ready') throw new SottoError('account_exists')
  if (before?.name === name) {
    const completed = await login(deps, before, { name, password: credentials.password }).catch(refusedAsNull)
    if (completed) return completed
  }
  checkClocks(deps)
  const prepared = await prepare(deps, { name, password, invite })
  const earlier = before ? identitiesOf(before).slice(0, earlierMax) : []
  const half: Registering = { ...prepared, earlier }
  await deps.store.commit([
    profileRow.change(half),
    passwordFormRow.change('opaque_string'),
    inviteRow.change(invite),
  ])
  return finishRegistration(deps, half)
}

/** Whoever this device is, or may be at a server that has taken something after all; the newest first. */
const identitiesOf = (profile: Profile): readonly Identity[] => {
  const { server, name, account, device, sealingKey } = profile
  const own = { server, name, account, device, sealingKey }
  return profile.kind === 'ready' ? [own] : [own, ...profile.earlier]
}

/** Whether the server has the account at all, only it can say; that it has not is no failure here. */
const refusedAsNull = (error: unknown): null => {
  if (
    error instanceof SottoError &&
    (error.code === 'invalid_credentials' || error.code === 'device_unknown')
  )
    return null
  throw error
}

const prepare = async (
  deps: AccountDeps,
  { name, password, invite }: Credentials & { readonly invite: string | null },
): Promise<Omit<Registering, 'earlier'>> => {
  const { provider, transport } = deps
  const { state, request } = await deps.password.registerStart(password)
  const { exchange, response } = await transport.call(
    operations.registerStart,
    { name, request, invite },
    null,
  )
  const { record, exportKey } = await deps.password.registerFinish(state, password, response, name)

  const identity = await provider.signatureGenerate('Ed25519')
  const sealing = await provider.kemGenerate('MLKEM768-X25519')
  const signer = await deps.keychain.signer()
  const timeS = Math.floor(deps.timeMs() / 1000)
  const device = provider.random(16)
  const certificate = {
    device,
    signingKey: signer.publicKey,
    sealingKey: sealing.publicKey,
    kind: deps.deviceKind,
    createdS: timeS,
    notAfterS: timeS + certificateLifetimeMaxS,
  }
  const genesis = await buildGenesis({ provider, identity, name, device: { certificate, signer }, timeS })
  const account = H(genesis.bytes)
  const rootSlot = await makeRootSlot({ provider, account, exportKey, identityKey: identity.privateKey })
  wipe([identity.privateKey, exportKey])
  return {
    kind: 'registering',
    server: deps.server,
    name,
    account,
    device,
    sealingKey: sealing.privateKey,
    exchange,
    genesis,
    record,
    rootSlot,
  }
}

/** Sends what was prepared. @throws SottoError with the server's code, also when it has the account already */
export const finishRegistration = async (deps: AccountDeps, half: Registering): Promise<SignedIn> => {
  const { exchange, name, record, genesis, rootSlot } = half
  const opened = await deps.transport.call(
    operations.registerFinish,
    { exchange, name, record, genesis, rootSlot, invite: await inviteRow.read(deps.store) },
    null,
  )
  return signIn(deps, half, { token: opened.token, expiresMs: opened.session.expiresMs })
}

const signIn = async (deps: AccountDeps, identity: Identity, session: StoredSession): Promise<SignedIn> => {
  const { server, name, account, device, sealingKey } = identity
  const ready: Ready = { kind: 'ready', server, name, account, device, sealingKey }
  await deps.store.commit([profileRow.change(ready), sessionRow.change(session), inviteRow.change(null)])
  return { profile: ready, session }
}

/**
 * A new session for the account of this device.
 *
 * @throws SottoError `invalid_credentials`, `device_unknown` where the account lives on another device
 */
export const login = async (
  deps: AccountDeps,
  profile: Profile | null,
  credentials: Credentials,
): Promise<SignedIn> => {
  const name = normalizeName(credentials.name)
  const own = profile ? identitiesOf(profile).filter((identity) => identity.name === name) : []
  const forms = await formsOf(deps, credentials.password)
  for (const identity of own) {
    const session = await openSession(deps, name, forms, identity).catch(unknownAsNull)
    if (session) return signIn(deps, identity, session)
  }
  if (own.length === 0) {
    const session = await openSession(deps, name, forms, null)
    // The password was right; but this device has none of the account's keys, and nothing to read its rooms with.
    await deps.transport.call(operations.logout, {}, session.token).catch(() => {})
  }
  throw new SottoError('device_unknown', 'The account lives on another device; this one cannot open it yet')
}

/** That the server knows this device as another one is no failure, as long as there are more to try. */
const unknownAsNull = (error: unknown): null => {
  if (error instanceof SottoError && error.code === 'device_unknown') return null
  throw error
}

/**
 * The texts that a password may stand for, the likeliest first. An account of this device has one, which it remembers;
 * versions before took what was typed. One that is not different is no second guess.
 */
const formsOf = async ({ store }: AccountDeps, password: string): Promise<readonly string[]> => {
  const form = opaqueString(password)
  return (await passwordFormRow.read(store)) === null ? [...new Set([password, form])] : [form]
}

/** With the first of the forms that is the password. */
const openSession = async (
  deps: AccountDeps,
  name: string,
  [password = '', ...others]: readonly string[],
  own: Identity | null,
): Promise<StoredSession> => {
  try {
    return await openSessionWith(deps, name, password, own)
  } catch (error) {
    const isWrong = error instanceof SottoError && error.code === 'invalid_credentials'
    if (!isWrong || others.length === 0) throw error
    return openSession(deps, name, others, own)
  }
}

const openSessionWith = async (
  deps: AccountDeps,
  name: string,
  password: string,
  own: Identity | null,
): Promise<StoredSession> => {
  const { transport } = deps
  const { state, request } = await deps.password.loginStart(password)
  const { exchange, response } = await startLogin(deps, name, request, own)
  const { finish } = await deps.password.loginFinish(state, password, response, name)
  const device = own && (await proofOf(deps, own, 'login', exchange))
  const opened = await transport.call(operations.loginFinish, { exchange, finish, device }, null)
  return { token: opened.token, expiresMs: opened.session.expiresMs }
}

/** As this device, where it is one: whoever guesses at the same name and address does not keep it waiting. */
const startLogin = async (deps: AccountDeps, name: string, request: Uint8Array, own: Identity | null) => {
  const { transport } = deps
  if (own) {
    const device = await proofOf(deps, own, 'login-start', H(request))
    const started = transport.call(operations.loginStartOfDevice, { name, request, device }, null)
    const known = await started.catch(unknownOperation)
    if (known) return known
  }
  return transport.call(operations.loginStart, { name, request }, null)
}

/** A server of an earlier version does not know the operation. */
const unknownOperation = (error: unknown): null => {
  if (error instanceof SottoError && error.code === 'not_found') return null
  throw error
}

const proofOf = async (
  { keychain }: AccountDeps,
  { account, device }: Identity,
  label: 'login' | 'login-start',
  bound: Uint8Array,
) => ({
  account,
  device,
  proof: await signLabelled(await keychain.signer(), label, [account, device, bound]),
})
