import {
  type Capabilities,
  credentialType,
  type Extension,
  extensionType,
  hybridSuiteId,
  type KeyPackage,
  mls10,
} from '@sotto/mls/public'
import { policyExtensionType } from '../policy/extension.ts'

/** What every client of protocol version 1 supports, neither more nor less (LEAF-2). */
export const leafCapabilities = (): Capabilities => ({
  versions: [mls10],
  cipherSuites: [hybridSuiteId],
  extensions: [policyExtensionType, extensionType.lastResort],
  proposals: [],
  credentials: [credentialType.basic],
})

const same = (one: readonly number[], other: readonly number[]): boolean =>
  one.length === other.length && one.every((type, at) => type === other[at])

const ours = leafCapabilities()

export const areOurCapabilities = (capabilities: Capabilities): boolean =>
  same(capabilities.versions, ours.versions) &&
  same(capabilities.cipherSuites, ours.cipherSuites) &&
  same(capabilities.extensions, ours.extensions) &&
  same(capabilities.proposals, ours.proposals) &&
  same(capabilities.credentials, ours.credentials)

/** Marks the key package that is handed out when no other is left (KP-3). */
export const lastResortExtension = (): Extension => ({
  type: extensionType.lastResort,
  data: new Uint8Array(0),
})

export const isLastResort = ({ extensions }: KeyPackage): boolean =>
  extensions.some(({ type }) => type === extensionType.lastResort)
