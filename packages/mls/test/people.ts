import { randomBytes } from 'node:crypto'
import { nodeProvider } from '../provider/node.ts'
import {
  type Checks,
  type Engine,
  type EngineLimits,
  type Extension,
  hybridSuiteId,
  type KeyPackageBundle,
  type KeyPair,
  makeEngine,
  makeKeyPackage,
} from '../src/index.ts'

/** The suites in which every story is told. */
export const storySuites: readonly number[] = [1, hybridSuiteId]

const provider = nodeProvider()

export const acceptAll: Checks = { leaf: () => undefined, commit: () => undefined }

export const engineOf = (
  suite: number,
  checks: Partial<Checks> = {},
  limits: Partial<EngineLimits> = {},
): Engine => makeEngine(provider, suite, { ...acceptAll, ...checks }, limits)

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
export const fromUtf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

export const signatureKeys = async (engine: Engine): Promise<KeyPair> =>
  engine.provider.signatureGenerate(engine.suite.signature)

export const capabilitiesOf = (
  engine: Engine,
  extensions: readonly number[] = [],
): Parameters<typeof makeKeyPackage>[1]['capabilities'] => ({
  versions: [1],
  cipherSuites: [engine.suite.id],
  extensions,
  proposals: [],
  credentials: [1],
})

export interface BundleOptions {
  /** Extension types that the client says it supports. */
  readonly supports?: readonly number[]
  readonly signatureKeyPair?: KeyPair
  readonly extensions?: readonly Extension[]
}

/** A key package for someone of this name. */
export const bundleOf = async (
  engine: Engine,
  name: string,
  { supports = [], signatureKeyPair, extensions = [] }: BundleOptions = {},
): Promise<KeyPackageBundle> =>
  makeKeyPackage(engine, {
    credential: { kind: 'basic', identity: utf8(name) },
    signatureKeyPair: signatureKeyPair ?? (await signatureKeys(engine)),
    capabilities: capabilitiesOf(engine, supports),
    notBefore: 0n,
    notAfter: 2n ** 40n,
    extensions,
  })

export const groupId = (): Uint8Array => new Uint8Array(randomBytes(16))
