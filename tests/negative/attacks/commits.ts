import { type Extension, process, type Proposal } from '@sotto/mls'
import { decodeCanonical, encodeCanonical, H } from '@sotto/protocol'
import { policyExtensionType, roles, withMember, withoutMember, withRole } from '@sotto/trust'
import {
  commitBy,
  contextWith,
  contextWithBytes,
  credentialAt,
  type Forgery,
  lawless,
  leafBy,
  leafOf,
  policyBytes,
  proposeBy,
  type Step,
  updateBy,
} from '../forge.ts'
import { type Insider, policyIn, provider } from '../insider.ts'
import { resigned } from '../raw.ts'
import { revocationOf } from '../revocation.ts'
import type { Stage } from '../stage.ts'
import type { Make } from './byMessages.ts'

const adding = ({ newcomer }: Stage): Proposal => ({ kind: 'add', keyPackage: newcomer.keyPackage })

/** A commit that also brings nora in, where that is asked for. */
export const bringing = (
  stage: Stage,
  by: Insider,
  nora: boolean,
  proposals: readonly Proposal[] = [],
  policy = policyIn(by),
): readonly Proposal[] => {
  const grown = nora ? withMember(policy, stage.newcomer.account) : policy
  const context = grown === policyIn(by) ? [] : [contextWith(by, grown)]
  return [...proposals, ...(nora ? [adding(stage)] : []), ...context]
}

const remove = (by: Insider, whose: Insider): Proposal => ({ kind: 'remove', removed: leafOf(by, whose) })

/** T-AUTH-1 */
export const guestInvites: Make = async (stage) => {
  const { gus } = stage.members
  return [await commitBy(gus, stage.place, { proposals: bringing(stage, gus, true) })]
}

export const memberRemoves: Make = async ({ members: { mia, victor }, place }) => {
  const policy = withoutMember(policyIn(mia), victor.account)
  return [await commitBy(mia, place, { proposals: [remove(mia, victor), contextWith(mia, policy)] })]
}

export const memberRises: Make = async ({ members: { mia }, place }) => {
  const policy = withRole(policyIn(mia), mia.account, roles.owner)
  return [await commitBy(mia, place, { proposals: [contextWith(mia, policy)] })]
}

/** T-AUTH-2 */
const joinedBy = (by: Insider, proposer: Step): Insider => ({
  ...by,
  // What was proposed waits in the epoch's state, at everyone's the same.
  group: { ...by.group, public: { ...by.group.public, proposals: proposer.after.group.public.proposals } },
})

export const smuggledRemoval: Make = async ({ members: { mia, olga, victor }, place }) => {
  const proposed = await proposeBy(mia, place, remove(mia, victor))
  return [proposed, await commitBy(joinedBy(olga, proposed), place, { references: 'all' })]
}

export const smuggledPolicy: Make = async ({ members: { mia, olga }, place }) => {
  const policy = withRole(policyIn(mia), mia.account, roles.admin)
  const proposed = await proposeBy(mia, place, contextWith(mia, policy))
  return [proposed, await commitBy(joinedBy(olga, proposed), place, { references: 'all' })]
}

/** T-AUTH-3 */
export const stolenLeaf: Make = async (stage, nora = false) => {
  const { mia, victor } = stage.members
  const signatureKeyPair = await provider.signatureGenerate('Ed25519')
  const credential = credentialAt(mia, leafOf(mia, victor))
  const leaf = { credential, signatureKeyPair }
  return [await commitBy(mia, stage.place, { leaf, proposals: bringing(stage, mia, nora) })]
}

/** Her own D certifies it: only the account is hers no more. */
export const otherAccountLeaf: Make = async (stage, nora = false) => {
  const { mia, victor } = stage.members
  const leaf = await leafBy(mia, { account: victor.account, chainHead: victor.chain.head })
  return [await commitBy(mia, stage.place, { leaf, proposals: bringing(stage, mia, nora) })]
}

export const otherDeviceLeaf: Make = async (stage, nora = false) => {
  const { mia } = stage.members
  const leaf = await leafBy(mia, { device: provider.random(16) })
  return [await commitBy(mia, stage.place, { leaf, proposals: bringing(stage, mia, nora) })]
}

/** A leaf that is victor's own, rightly certified, in the place of mia's: the two of them have conspired. */
export const lentLeaf: Make = async (stage, nora = false) => {
  const { mia, gus } = stage.members
  const leaf = await leafBy(gus)
  return [await commitBy(mia, stage.place, { leaf, proposals: bringing(stage, mia, nora) })]
}

export const updateToAnother: Make = async ({ members: { mia, olga, gus }, place }) => {
  const proposed = await updateBy(mia, place, await leafBy(gus))
  return [proposed, await commitBy(joinedBy(olga, proposed), place, { references: 'all' })]
}

/** T-AUTH-4 */
export const demotedRemoves: Make = async ({ members: { olga, adam, victor }, place }) => {
  const demoting = await commitBy(olga, place, {
    proposals: [contextWith(olga, withRole(policyIn(olga), adam.account, roles.member))],
  })
  const later = await followed(adam, demoting)
  const policy = withoutMember(policyIn(later), victor.account)
  return [
    demoting,
    await commitBy(later, place, { proposals: [remove(later, victor), contextWith(later, policy)] }),
  ]
}

export const demotedInvites: Make = async (stage) => {
  const { members, place } = stage
  const { olga, mia } = members
  const demoting = await commitBy(olga, place, {
    proposals: [contextWith(olga, withRole(policyIn(olga), mia.account, roles.guest))],
  })
  const later = await followed(mia, demoting)
  return [demoting, await commitBy(later, place, { proposals: bringing(stage, later, true) })]
}

/** Somebody who has read a commit. */
export const followed = async (who: Insider, { message }: Step): Promise<Insider> => {
  const processed = await process(lawless, who.group, message)
  if (processed.kind !== 'commit' || !processed.group) throw new Error('still in the room')
  return { ...who, group: processed.group }
}

/** T-AUTH-5 */
type Raw = unknown[]

/** The policy with something in it that no client would write. */
export const rewritten = (by: Insider, change: (fields: Raw) => Raw): Proposal =>
  contextWithBytes(by, encodeCanonical(change(decodeCanonical(policyBytes(by)) as Raw) as never))

const membersAt = 4

export const lastOwnerDemoted: Make = async (stage, nora = false) => {
  const { olga } = stage.members
  const demoted = rewritten(olga, (fields) =>
    fields.with(
      membersAt,
      (fields[membersAt] as Raw[]).map(([account]) => [account, roles.admin]),
    ),
  )
  const proposals = nora ? [adding(stage), demoted] : [demoted]
  return [await commitBy(olga, stage.place, { proposals })]
}

export const lastOwnerLeafless: Make = async ({ members: { adam, olga }, place }) => [
  await commitBy(adam, place, { proposals: [remove(adam, olga)] }),
]

/** She has asked to go herself: but then nobody would be left to rule. */
export const lastOwnerLeaves: Make = async ({ members: { mia, olga }, place }) => {
  const proposed = await proposeBy(olga, place, remove(olga, olga))
  return [proposed, await commitBy(joinedBy(mia, proposed), place, { references: 'all' })]
}

export const ownershipToNobody: Make = async ({ members: { olga }, place, newcomer }) => {
  const demoted = withRole(policyIn(olga), olga.account, roles.admin)
  const policy = withMember(demoted, newcomer.account, roles.owner)
  return [await commitBy(olga, place, { proposals: [contextWith(olga, policy)] })]
}

/** T-AUTH-6 */
export const policyMissing: Make = async (stage, nora = false) => {
  const { olga } = stage.members
  const { extensions: all } = olga.group.public.context
  const extensions = all.filter(({ type }) => type !== policyExtensionType)
  const proposal: Proposal = { kind: 'group_context_extensions', extensions }
  return [await commitBy(olga, stage.place, { proposals: nora ? [adding(stage), proposal] : [proposal] })]
}

/** A commit with other extensions than its engine would have let it have. */
const withExtensions =
  (change: (extensions: readonly Extension[]) => readonly Extension[]): Make =>
  async ({ members: { olga }, place }) => {
    const lawful = await commitBy(olga, place, { proposals: [contextWith(olga, policyIn(olga))] })
    const extensions = change(olga.group.public.context.extensions)
    const proposal: Proposal = { kind: 'group_context_extensions', extensions }
    return [
      await resigned(lawful, (content) =>
        content.kind === 'commit'
          ? {
              content: {
                kind: 'commit',
                commit: { ...content.commit, proposals: [{ kind: 'proposal', proposal }] },
              },
            }
          : {},
      ),
    ]
  }

export const policyTwice = withExtensions((all) => [
  ...all,
  ...all.filter(({ type }) => type === policyExtensionType),
])
export const unknownExtension = withExtensions((all) => [...all, { type: 0xf0e2, data: new Uint8Array([1]) }])

export const policyUnknownField: Make = async (stage, nora = false) => {
  const { olga } = stage.members
  const proposal = rewritten(olga, (fields) => [...fields, null])
  return [await commitBy(olga, stage.place, { proposals: nora ? [adding(stage), proposal] : [proposal] })]
}

/** T-AUTH-7 */
export const guestRemoves: Make = async ({ members: { gus, zed }, place }) => {
  const policy = withoutMember(policyIn(gus), zed.account)
  return [await commitBy(gus, place, { proposals: [remove(gus, zed), contextWith(gus, policy)] })]
}

/** A device that the account has revoked, under a leaf that says so much of its chain that it must be asked for. */
export const revokedCommits: Make = async (stage, nora = false) => {
  const { zed } = stage.members
  const { link } = await revocationOf(stage)
  const leaf = await leafBy(zed, { chainSeq: zed.chain.seq + 1, chainHead: H(link.bytes) })
  return [await commitBy(zed, stage.place, { leaf, proposals: bringing(stage, zed, nora) })]
}

export const expiredCommits: Make = async (stage, nora = false) => {
  const { mia } = stage.members
  const leaf = await leafBy(mia, { notAfterS: Math.floor(Date.now() / 1000) - 25 * 3600 })
  return [await commitBy(mia, stage.place, { leaf, proposals: bringing(stage, mia, nora) })]
}

/** A commit that is right in all but what the caller gives it; with `nora`, it brings her in. */
export const lawfulInvitation = async (
  stage: Stage,
  by: Insider,
  nora: boolean,
  forgery: Forgery = {},
): Promise<readonly Step[]> => [
  await commitBy(by, stage.place, { ...forgery, proposals: bringing(stage, by, nora) }),
]
