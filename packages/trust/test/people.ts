import { type Credential, hybridSuiteId, type KeyPair, makeKeyPackage, suiteOf } from '@sotto/mls'
import { extensionType, type Extension, type KeyPackage, type LeafNode } from '@sotto/mls/public'
import { nodeProvider } from '@sotto/mls/provider/node'
import { H, type SignedLink } from '@sotto/protocol'
import {
  type AccountState,
  buildAddDevice,
  buildGenesis,
  buildLeafCredential,
  buildRevokeDevice,
  type DeviceCertificate,
  type DeviceKind,
  type DeviceSigner,
  extendChain,
  keyPairSigner,
  leafCapabilities,
  verifyChain,
  type Verdict,
} from '@sotto/trust'

export const provider = nodeProvider()
const crypto = { provider, suite: suiteOf(hybridSuiteId) }

export const dayS = 86_400
/** The day on which the stories begin. */
export const startS = 1_800_000_000
/** The clock of those who read of them, when they are over. */
export const laterS = startS + 1000 * dayS

export interface Device {
  readonly id: Uint8Array
  readonly key: KeyPair
  readonly signer: DeviceSigner
  readonly certificate: DeviceCertificate
}

/** Somebody with an account; `links` and `state` grow with what happens to it. */
export interface Person {
  readonly name: string
  readonly identity: KeyPair
  readonly devices: Device[]
  links: SignedLink[]
  state: AccountState
}

/** The value of a verdict that must be good. */
export const good = <T>(verdict: Verdict<T>): T => {
  if (verdict.kind === 'refused') throw new Error(`refused by ${verdict.rule}`)
  return verdict.value
}

export const ruleOf = (verdict: { readonly kind: string; readonly rule?: string }): string =>
  verdict.rule ?? verdict.kind

export const signingKey = async (): Promise<KeyPair> => provider.signatureGenerate('Ed25519')

export const deviceOf = async (
  kind: DeviceKind = 'web',
  createdS = startS,
  notAfterS = createdS + 400 * dayS,
): Promise<Device> => {
  const key = await signingKey()
  const id = provider.random(16)
  const { publicKey: sealingKey } = await provider.kemGenerate('MLKEM768-X25519')
  return {
    id,
    key,
    signer: keyPairSigner(provider, key),
    certificate: { device: id, signingKey: key.publicKey, sealingKey, kind, createdS, notAfterS },
  }
}

/** A new account with one device. */
export const person = async (name: string, timeS = startS): Promise<Person> => {
  const identity = await signingKey()
  const device = await deviceOf('web', timeS)
  const genesis = await buildGenesis({ provider, identity, name, device, timeS })
  const state = good(await verifyChain(provider, [genesis], timeS))
  return { name, identity, devices: [device], links: [genesis], state }
}

export const grow = async (who: Person, link: SignedLink): Promise<void> => {
  who.state = good(await extendChain(provider, who.state, [link], laterS))
  who.links = [...who.links, link]
}

/** The person gets a further device. */
export const anotherDevice = async (who: Person, timeS = startS, notAfterS?: number): Promise<Device> => {
  const device = await deviceOf('desktop', timeS, notAfterS)
  const { state, identity } = who
  const { certificate, signer } = device
  await grow(who, await buildAddDevice({ provider, state, identity, certificate, signer, timeS }))
  who.devices.push(device)
  return device
}

export const revoke = async (who: Person, device: Device, timeS = startS): Promise<void> => {
  const by = { kind: 'identity', identity: who.identity } as const
  const { state } = who
  await grow(who, await buildRevokeDevice({ provider, state, timeS, device: device.id, reason: 'lost', by }))
}

export const firstDevice = (who: Person): Device => who.devices[0] as Device

export interface LeafOptions {
  readonly device?: Device
  readonly leafKey?: KeyPair
  readonly notAfterS?: number
  readonly chainSeq?: number
  readonly chainHead?: Uint8Array
  readonly credential?: Credential
  readonly capabilities?: KeyPackage['leafNode']['capabilities']
  readonly leafExtensions?: readonly Extension[]
  readonly extensions?: readonly Extension[]
  readonly notBefore?: number
  readonly notAfter?: number
}

/** A key package of a device as its owner would make it, but for what the options say. */
export const keyPackageOf = async (who: Person, options: LeafOptions = {}): Promise<KeyPackage> => {
  const { device = firstDevice(who), leafKey = await signingKey() } = options
  const { state } = who
  const { notAfterS = startS + 90 * dayS, chainSeq = state.seq, chainHead = state.head } = options
  const { credential, notBefore = startS, notAfter = startS + 30 * dayS } = options
  const claimed = await buildLeafCredential(device.signer, {
    account: state.account,
    device: device.id,
    leafKey: leafKey.publicKey,
    chainSeq,
    chainHead,
    notAfterS,
  })
  const bundle = await makeKeyPackage(crypto, {
    credential: credential ?? claimed,
    signatureKeyPair: leafKey,
    capabilities: options.capabilities ?? leafCapabilities(),
    notBefore: BigInt(notBefore),
    notAfter: BigInt(notAfter),
    ...(options.leafExtensions ? { leafExtensions: options.leafExtensions } : {}),
    ...(options.extensions ? { extensions: options.extensions } : {}),
  })
  return bundle.keyPackage
}

export const leafOf = async (who: Person, options: LeafOptions = {}): Promise<LeafNode> =>
  (await keyPackageOf(who, options)).leafNode

/** An id that is nobody's. */
export const someId = (seed: string, length = 32): Uint8Array =>
  H(new TextEncoder().encode(seed)).slice(0, length)

export const applicationId = (): Extension => ({
  type: extensionType.applicationId,
  data: new Uint8Array([1]),
})
