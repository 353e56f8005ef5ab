import {
  credentialType,
  decode,
  decodeExternalSenders,
  encode,
  encodeExternalSenders,
  encodeRequiredCapabilities,
  type Extension,
  extensionType,
  type ExternalSender,
  MlsError,
  type RequiredCapabilities,
} from '@sotto/mls/public'
import { encodeCanonical, equalBytes, protocolName } from '@sotto/protocol'
import { refused, type Verdict } from '../verdict.ts'
import { decodePolicy, encodePolicy } from './codec.ts'
import { policyExtensionType } from './extension.ts'
import type { Policy } from './policy.ts'

interface WithExtensions {
  readonly extensions: readonly Extension[]
}

const required: RequiredCapabilities = {
  extensions: [policyExtensionType],
  proposals: [],
  credentials: [credentialType.basic],
}

const requiredCapabilities = (): Extension => ({
  type: extensionType.requiredCapabilities,
  data: encode(encodeRequiredCapabilities, required),
})

const serverIdentity = encodeCanonical([protocolName, 'server'])

const externalSenders = (serverKey: Uint8Array): Extension => {
  const server: ExternalSender = {
    signatureKey: serverKey,
    credential: { kind: 'basic', identity: serverIdentity },
  }
  return { type: extensionType.externalSenders, data: encode(encodeExternalSenders, [server]) }
}

/**
 * Every extension of the GroupContext of a room: what its members must support, its policy, and the server as the
 * only external sender where `serverKey` is given. The order is fixed.
 *
 * @throws SottoError `bad_request` for a policy that others would refuse
 */
export const contextExtensions = (policy: Policy, serverKey?: Uint8Array): readonly Extension[] => [
  requiredCapabilities(),
  { type: policyExtensionType, data: encodePolicy(policy) },
  ...(serverKey ? [externalSenders(serverKey)] : []),
]

/** The extensions of the next epoch: another policy, all else as before. @throws SottoError `bad_request` */
export const extensionsWithPolicy = (context: WithExtensions, policy: Policy): readonly Extension[] =>
  context.extensions.map((extension) =>
    extension.type === policyExtensionType ? { ...extension, data: encodePolicy(policy) } : extension,
  )

const known = new WeakMap<Uint8Array, Verdict<Policy>>()

/** The policy that a GroupContext carries (POLICY-1 to POLICY-10). Remembered: every message asks for it. */
export const policyOf = (context: WithExtensions): Verdict<Policy> => {
  const [carried, second] = context.extensions.filter(({ type }) => type === policyExtensionType)
  if (!carried || second) return refused('POLICY-1')
  const before = known.get(carried.data)
  if (before) return before
  const verdict = decodePolicy(carried.data)
  known.set(carried.data, verdict)
  return verdict
}

/** Key of the server as external sender; undefined in a room that has none. */
export const serverKeyOf = (context: WithExtensions): Uint8Array | undefined => {
  const data = context.extensions.find(({ type }) => type === extensionType.externalSenders)?.data
  return data && readServerKey(data)
}

const readServerKey = (data: Uint8Array): Uint8Array | undefined => {
  try {
    return decode(decodeExternalSenders, data)[0]?.signatureKey
  } catch (error) {
    if (error instanceof MlsError) return undefined
    throw error
  }
}

/** Whether the extensions are exactly those of a room: nothing unknown, nothing missing, nothing twice (C0c). */
export const areRoomExtensions = (context: WithExtensions): boolean => {
  const { extensions } = context
  const types = new Set(extensions.map(({ type }) => type))
  if (types.size !== extensions.length || !types.has(policyExtensionType)) return false
  if (!types.has(extensionType.requiredCapabilities)) return false
  return extensions.every(({ type, data }) => {
    if (type === policyExtensionType) return true
    if (type === extensionType.requiredCapabilities) return equalBytes(data, requiredCapabilities().data)
    if (type !== extensionType.externalSenders) return false
    const key = readServerKey(data)
    return key !== undefined && equalBytes(data, externalSenders(key).data)
  })
}

/** Whether everything but the policy is the same in both. */
export const sameButPolicy = (before: WithExtensions, after: WithExtensions): boolean =>
  before.extensions.length === after.extensions.length &&
  before.extensions.every(({ type, data }) =>
    after.extensions.some(
      (other) => other.type === type && (type === policyExtensionType || equalBytes(other.data, data)),
    ),
  )
