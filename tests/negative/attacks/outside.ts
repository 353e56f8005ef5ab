import { encodeCanonical, H } from '@sotto/protocol'
import {
  policyExtensionType,
  roles,
  type SignatureLabel,
  signLabelled,
  withoutMember,
  withRole,
} from '@sotto/trust'
import type { Proposal } from '@sotto/mls'
import {
  commitBy,
  contextWith,
  credentialAt,
  type Entry,
  enterBy,
  type Form,
  type LeafClaim,
  leafOf,
  type Step,
} from '../forge.ts'
import { type Insider, policyIn } from '../insider.ts'
import { resigned } from '../raw.ts'
import { revocationOf } from '../revocation.ts'
import type { Stage } from '../stage.ts'
import type { Make } from './byMessages.ts'
import { followed } from './commits.ts'

/** Commits from outside: somebody comes in, by the epoch's GroupInfo, in the place of its own old leaf or another's. */
const entering =
  (
    whose: (members: Stage['members']) => Insider,
    entry: (members: Stage['members']) => Partial<Entry>,
  ): Make =>
  async ({ members, place }) => {
    const by = whose(members)
    return [await enterBy(by, place, { as: by, remove: leafOf(by, by), ...entry(members) })]
  }

const mia = ({ mia: who }: Stage['members']): Insider => who

export const withoutProof = entering(mia, () => ({ extension: null }))
export const withEmptyProof = entering(mia, () => ({ extension: encodeCanonical([1, null]) }))
export const withOldProof = entering(mia, (members) => ({
  proofOf: { epoch: mia(members).group.public.context.epoch - 1n },
}))
export const withProofOfAnotherRoom = entering(mia, () => ({ proofOf: { groupId: new Uint8Array(16) } }))
export const withProofOfAnotherLeaf = entering(mia, () => ({ proofOf: { leafKey: new Uint8Array(32) } }))
export const withProofOfAnotherDevice = entering(mia, ({ gus }) => ({ proofBy: gus }))
export const removingAnother = entering(mia, ({ victor, ...rest }) => ({
  remove: leafOf(mia({ victor, ...rest }), victor),
}))
export const removingTheOwner = entering(mia, (members) => ({ remove: leafOf(mia(members), members.olga) }))
export const withOwnLeafStanding: Make = async ({ members, place }) => [
  await enterBy(members.mia, place, { as: members.mia }),
]

/** A stranger's account, with every key that it has. */
export const stranger: Make = async (stage) => {
  const { members, place, outsider } = stage
  const { mia: seen } = members
  return [await enterBy({ ...seen, token: outsider.token }, place, { as: outsider })]
}

/** Somebody who was taken out one entry before comes back by the door at the side. */
export const takenOut: Make = async (stage) => {
  const { members, place } = stage
  const { olga, mia: gone } = members
  const without: Proposal[] = [
    { kind: 'remove', removed: leafOf(olga, gone) },
    contextWith(olga, withoutMember(policyIn(olga), gone.account)),
  ]
  const removal: Step = await commitBy(olga, place, { proposals: without })
  // What the epoch is, a friend inside has told.
  const told = await followed(members.gus, removal)
  return [removal, await enterBy({ ...told, token: gone.token, device: gone.device }, place, { as: gone })]
}

/** With a proposal that no device may bring along. */
const smuggling =
  (proposal: (by: Insider) => Proposal): Make =>
  async ({ members, place }) => {
    const by = mia(members)
    const step = await enterBy(by, place, { as: by, remove: leafOf(by, by) })
    return [
      await resigned(step, (content) => {
        if (content.kind !== 'commit') return {}
        const item = { kind: 'proposal', proposal: proposal(by) } as const
        const proposals = [...content.commit.proposals, item]
        return { content: { kind: 'commit', commit: { ...content.commit, proposals } } }
      }),
    ]
  }

/** With somebody else's credential, as its leaf has it. */
export const stolenIdentity: Make = async ({ members, place }) => {
  const by = mia(members)
  const credential = credentialAt(by, leafOf(by, members.victor))
  return [await enterBy(by, place, { as: by, remove: leafOf(by, by), credential })]
}

const claiming =
  (claim: (members: Stage['members']) => LeafClaim): Make =>
  async ({ members, place }) => {
    const by = mia(members)
    return [await enterBy(by, place, { as: by, remove: leafOf(by, by), claim: claim(members) })]
  }

export const claimingAnotherAccount = claiming(({ victor }) => ({
  account: victor.account,
  chainHead: victor.chain.head,
}))
export const claimingAnotherDevice = claiming(() => ({ device: new Uint8Array(16) }))
export const expired = claiming(() => ({ notAfterS: Math.floor(Date.now() / 1000) - 25 * 3600 }))

export const revoked: Make = async (stage) => {
  const { zed } = stage.members
  const { link } = await revocationOf(stage)
  const claim = { chainSeq: zed.chain.seq + 1, chainHead: H(link.bytes) }
  return [await enterBy(zed, stage.place, { as: zed, remove: leafOf(zed, zed), claim })]
}

export const smugglingNoPolicy = smuggling(({ group }) => ({
  kind: 'group_context_extensions',
  extensions: group.public.context.extensions.filter(({ type }) => type !== policyExtensionType),
}))

export const smugglingPolicy = smuggling((by) =>
  contextWith(by, withRole(policyIn(by), by.account, roles.owner)),
)

/** The same claim as the proof, signed for another purpose. */
export const withSignatureFor =
  (label: SignatureLabel): Make =>
  async ({ members, place }) => {
    const by = mia(members)
    const { groupId, epoch, confirmedTranscriptHash } = by.group.public.context
    return [
      await enterBy(by, place, {
        as: by,
        remove: leafOf(by, by),
        extensionFor: async (leafKey) =>
          encodeCanonical([
            1,
            await signLabelled(by.signer, label, [groupId, epoch, confirmedTranscriptHash, leafKey]),
          ]),
      }),
    ]
  }

export const withEnvelope = (envelope: NonNullable<Entry['envelope']>): Make =>
  entering(mia, () => ({ envelope }))

export const withLeafSignedFor =
  (label: SignatureLabel): Make =>
  async ({ members, place }) => {
    const by = mia(members)
    return [await enterBy(by, place, { as: by, remove: leafOf(by, by), leafLabel: label })]
  }

/** As it should be: what is wrong is elsewhere. */
export const lawful: Make = entering(mia, () => ({}))

export const withEnvelopeIn = (form: Form): Make => entering(mia, () => ({ form }))
export const withLeafIn = (leafForm: Form): Make => entering(mia, () => ({ leafForm }))
export const withProofChanged = (proofChanged: (signature: Uint8Array) => Uint8Array): Make =>
  entering(mia, () => ({ proofChanged }))
