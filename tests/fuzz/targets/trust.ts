import type { SignedLink } from '@sotto/protocol'
import {
  buildJoinProof,
  decodeAccountState,
  decodePin,
  decodePolicy,
  encodeAccountState,
  encodePin,
  encodePolicy,
  keyPairSigner,
  parseLeafIdentity,
  parseLink,
  pinOf,
  type Verdict,
  verifyChain,
  verifyJoinProof,
} from '@sotto/trust'
import type { Target } from '../target.ts'
import { provider, world } from './group.ts'
import { isSottoError } from './protocol.ts'

class Refused extends Error {
  override readonly name = 'Refused'
}

/** A verdict as a reader that throws: so that all readers are judged alike. */
const taken = <T>(verdict: Verdict<T>): T => {
  if (verdict.kind === 'refused') throw new Refused(verdict.rule)
  return verdict.value
}

const isRefusal = (error: unknown): boolean => error instanceof Refused || isSottoError(error)
const startS = 1_800_000_000
const links = async (): Promise<readonly SignedLink[]> => (await world()).people.flatMap((one) => one.links)
const join = {
  groupId: new Uint8Array(16),
  epoch: 5n,
  confirmedTranscriptHash: new Uint8Array(48),
  leafKey: new Uint8Array(32),
}

export const trustTargets: readonly Target[] = [
  {
    name: 'trust/link',
    seeds: async () => (await links()).map(({ bytes }) => bytes),
    read: (bytes) => taken(parseLink({ bytes, signatures: [] })),
    isRefusal,
  },
  {
    name: 'trust/chain',
    seeds: async () => (await links()).map(({ bytes }) => bytes),
    read: async (bytes) => {
      const [genesis, second] = ((await world()).people[0]?.links ?? []) as [SignedLink, SignedLink]
      const signed = (one: SignedLink): SignedLink => ({ ...one, bytes })
      await verifyChain(provider, [signed(genesis)], startS)
      return taken(await verifyChain(provider, [genesis, signed(second)], startS))
    },
    isRefusal,
  },
  {
    name: 'trust/policy',
    seeds: async () => [encodePolicy((await world()).policy)],
    read: (bytes) => taken(decodePolicy(bytes)),
    write: (policy) => encodePolicy(policy),
    isRefusal,
  },
  {
    name: 'trust/leaf identity',
    seeds: async () =>
      (await world()).people.flatMap(({ bundle: { keyPackage } }) =>
        keyPackage.leafNode.credential.kind === 'basic' ? [keyPackage.leafNode.credential.identity] : [],
      ),
    read: (identity) => taken(parseLeafIdentity({ kind: 'basic', identity })),
    isRefusal,
  },
  {
    name: 'trust/account state',
    seeds: async () => (await world()).people.map(({ state }) => encodeAccountState(state)),
    read: decodeAccountState,
    write: (state) => encodeAccountState(state),
    isRefusal,
  },
  {
    name: 'trust/pin',
    seeds: async () => (await world()).people.map(({ state }) => encodePin(pinOf(state))),
    read: decodePin,
    write: (pin) => encodePin(pin),
    isRefusal,
  },
  {
    name: 'trust/join proof',
    seeds: async () => {
      const signer = keyPairSigner(provider, await provider.signatureGenerate('Ed25519'))
      return [await buildJoinProof(signer, join)]
    },
    // Proves nothing and throws nothing.
    read: (extension) => verifyJoinProof(provider, new Uint8Array(32), join, extension),
    isRefusal: () => false,
  },
]
