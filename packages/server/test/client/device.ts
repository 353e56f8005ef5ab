import { randomBytes } from 'node:crypto'
import { hybridSuiteId, type KeyPackageBundle, type KeyPair, makeKeyPackage, suiteOf } from '@sotto/mls'
import { nodeProvider } from '@sotto/mls/provider/node'
import {
  H,
  type InputOf,
  type Operation,
  operations,
  type OutputOf,
  SottoError,
  toHex,
} from '@sotto/protocol'
import {
  type AccountState,
  buildAddDevice,
  buildGenesis,
  buildLeafCredential,
  type DeviceCertificate,
  type DeviceSigner,
  extendChain,
  keyPairSigner,
  lastResortExtension,
  leafCapabilities,
  signLabelled,
  verifyChain,
} from '@sotto/trust'
import { callOperation } from './calling.ts'
import { type LiveSocket, openSocket } from './liveSocket.ts'
import * as password from './password.ts'

export const provider = nodeProvider()
export const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

// oxlint-disable-next-line typescript/no-explicit-any -- the operation's own types flow through InputOf and OutputOf
type AnyOperation = Operation<any, any, any>

const dayS = 86_400

/** What an account has before anybody hears of it. */
export interface Identity {
  readonly name: string
  readonly password: string
  readonly identity: KeyPair
}

/** One device of an account, with the bare protocol and no store: what a client is built from. */
export interface RawDevice extends Identity {
  readonly id: Uint8Array
  readonly account: Uint8Array
  readonly signer: DeviceSigner
  readonly certificate: DeviceCertificate
  /** The server; another address after a restart. */
  url: string
  token: string
  /** The chain of this account, and those of others, verified. */
  readonly chains: Map<string, AccountState>
  /** Key packages it can be added by. */
  readonly bundles: KeyPackageBundle[]
  call<Op extends AnyOperation>(op: Op, input: InputOf<Op>): Promise<OutputOf<Op>>
}

export const nowS = (): number => Math.floor(Date.now() / 1000)

const makeCertificate = async (key: KeyPair, atS: number): Promise<DeviceCertificate> => ({
  device: random(16),
  signingKey: key.publicKey,
  sealingKey: (await provider.kemGenerate('MLKEM768-X25519')).publicKey,
  kind: 'cli',
  createdS: atS,
  notAfterS: atS + 300 * dayS,
})

const assemble = (
  url: string,
  identity: Identity,
  certificate: DeviceCertificate,
  signer: DeviceSigner,
  state: AccountState,
  token: string,
): RawDevice => {
  const device: RawDevice = {
    ...identity,
    id: certificate.device,
    account: state.account,
    signer,
    certificate,
    url,
    token,
    chains: new Map([[toHex(state.account), state]]),
    bundles: [],
    call: (op, input) => callOperation(device.url, op, input, device.token),
  }
  return device
}

export const good = <T>(verdict: { kind: 'ok'; value: T } | { kind: 'refused'; rule: string }): T => {
  if (verdict.kind === 'refused') throw new Error(`refused by ${verdict.rule}`)
  return verdict.value
}

/** Everything that `register.finish` wants, so that a test can spoil a part of it. */
export const prepareRegistration = async (
  url: string,
  name: string,
  secret: string,
  atS = nowS(),
  invite: string | null = null,
) => {
  const started = await password.startRegistration(secret)
  const { exchange, response } = await callOperation(
    url,
    operations.registerStart,
    { name, request: started.request, invite },
    null,
  )
  const identity: Identity = { name, password: secret, identity: await provider.signatureGenerate('Ed25519') }
  const key = await provider.signatureGenerate('Ed25519')
  const signer = keyPairSigner(provider, key)
  const certificate = await makeCertificate(key, atS)
  const genesis = await buildGenesis({
    provider,
    identity: identity.identity,
    name,
    device: { certificate, signer },
    timeS: atS,
  })
  const input: InputOf<typeof operations.registerFinish> = {
    exchange,
    name,
    record: password.finishRegistration(started.state, secret, response).record,
    genesis,
    rootSlot: random(120),
    invite,
  }
  return { identity, signer, certificate, genesis, input }
}

export const register = async (
  url: string,
  name: string,
  secret = 'correct horse battery',
  atS = nowS(),
): Promise<RawDevice> => {
  const { identity, signer, certificate, genesis, input } = await prepareRegistration(url, name, secret, atS)
  const { token } = await callOperation(url, operations.registerFinish, input, null)
  const state = good(await verifyChain(provider, [genesis], atS))
  return assemble(url, identity, certificate, signer, state, token)
}

export interface LoginAs {
  readonly account: Uint8Array
  readonly device: Uint8Array
  readonly signer: DeviceSigner
}

const proofOf = async (
  { account, device, signer }: LoginAs,
  label: 'login' | 'login-start',
  bound: Uint8Array,
) => ({ account, device, proof: await signLabelled(signer, label, [account, device, bound]) })

/** @throws SottoError as the server refuses, `invalid_credentials` also where the client itself can tell */
export const login = async (
  url: string,
  name: string,
  secret: string,
  as: LoginAs | null,
): Promise<OutputOf<typeof operations.loginFinish>> => {
  const started = await password.startLogin(secret)
  const { request } = started
  const { exchange, response } = as
    ? await callOperation(
        url,
        operations.loginStartOfDevice,
        { name, request, device: await proofOf(as, 'login-start', H(request)) },
        null,
      )
    : await callOperation(url, operations.loginStart, { name, request }, null)
  const finish = password.finishLogin(started.state, secret, response)?.finish
  if (!finish) throw new SottoError('invalid_credentials')
  const device = as && (await proofOf(as, 'login', exchange))
  return callOperation(url, operations.loginFinish, { exchange, finish, device }, null)
}

/** Fetches and verifies the newest chain of an account. */
export const learn = async (device: RawDevice, account: Uint8Array): Promise<AccountState> => {
  const { links } = await device.call(operations.readChain, { account, from: 0 })
  const state = good(await verifyChain(provider, links, nowS()))
  device.chains.set(toHex(account), state)
  return state
}

/** A second device of the account, certified by its identity, with a session of its own. */
export const addDevice = async (first: RawDevice): Promise<RawDevice> => {
  const before = await learn(first, first.account)
  const key = await provider.signatureGenerate('Ed25519')
  const signer = keyPairSigner(provider, key)
  const certificate = await makeCertificate(key, nowS())
  const link = await buildAddDevice({
    provider,
    state: before,
    timeS: nowS(),
    identity: first.identity,
    certificate,
    signer,
  })
  await first.call(operations.appendLink, { link })
  const state = good(await extendChain(provider, before, [link], nowS()))
  first.chains.set(toHex(first.account), state)
  const as = { account: first.account, device: certificate.device, signer }
  const { token } = await login(first.url, first.name, first.password, as)
  return assemble(first.url, first, certificate, signer, state, token)
}

/** What a leaf of the device is made of. */
export const leafParts = async (device: RawDevice, atS = nowS()) => {
  const state = device.chains.get(toHex(device.account)) as AccountState
  const signatureKeyPair = await provider.signatureGenerate('Ed25519')
  const credential = await buildLeafCredential(device.signer, {
    account: device.account,
    device: device.id,
    leafKey: signatureKeyPair.publicKey,
    chainSeq: state.seq,
    chainHead: state.head,
    notAfterS: atS + 80 * dayS,
  })
  return { credential, signatureKeyPair, capabilities: leafCapabilities() }
}

export const makeBundle = async (
  device: RawDevice,
  { lastResort = false, atS = nowS() } = {},
): Promise<KeyPackageBundle> =>
  makeKeyPackage(
    { provider, suite: suiteOf(hybridSuiteId) },
    {
      ...(await leafParts(device, atS)),
      notBefore: BigInt(atS - 3600),
      notAfter: BigInt(atS + 20 * dayS),
      extensions: lastResort ? [lastResortExtension()] : [],
    },
  )

/** Makes the device one that can be invited. */
export const publish = async (device: RawDevice, count = 1, withLastResort = false): Promise<number> => {
  const bundles = await Promise.all(Array.from({ length: count }, () => makeBundle(device)))
  const last = withLastResort ? await makeBundle(device, { lastResort: true }) : null
  device.bundles.push(...bundles, ...(last ? [last] : []))
  const { remaining } = await device.call(operations.publishKeyPackages, {
    oneTime: bundles.map(({ bytes }) => bytes),
    lastResort: last && last.bytes,
    replace: false,
  })
  return remaining
}

/** The device's socket, greeted. */
export const connect = async (device: RawDevice): Promise<LiveSocket> => {
  const socket = await openSocket(device.url)
  socket.send({ kind: 'hello', token: device.token })
  await socket.next('ready')
  return socket
}
