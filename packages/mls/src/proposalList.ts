import type { CommittedProposal, Committer } from './commitView.ts'
import type { EngineLimits } from './engine.ts'
import type { Extension } from './extension.ts'
import { hexOf } from './hex.ts'
import { isKemOutput } from './kemOutput.ts'
import { mls10 } from './protocolVersion.ts'
import { preSharedKeyIdBytes, type ResumptionUsage } from './preSharedKeyId.ts'
import { type Proposal, requiresPath } from './proposal.ts'
import { leafAt, type RatchetTree } from './ratchetTree.ts'
import type { Sender } from './sender.ts'
import type { Suite } from './suite.ts'
import type { LeafIndex } from './treeMath.ts'

/** The rules for one proposal and for a list of them (RFC 9420 §12.1, §12.2). Each gives its complaint, or nothing. */

/** What a proposal is judged against. */
export interface ProposalGround {
  readonly suite: Suite
  readonly tree: RatchetTree
  /** The one use of a resumption secret that a group's very first commit may make (RFC 9420 §11.2, §11.3). */
  readonly resuming?: ResumptionUsage
}

/** Why a proposal on its own is not valid, keys and signatures of its leaf aside. */
export const proposalComplaint = (
  ground: ProposalGround,
  proposal: Proposal,
  sender: Sender,
): string | undefined => {
  const notTheirs = senderComplaint(proposal, sender)
  if (notTheirs) return notTheirs
  switch (proposal.kind) {
    case 'remove':
      return leafAt(ground.tree, proposal.removed)
        ? undefined
        : `no member at leaf ${proposal.removed} to remove`
    case 'psk':
      return pskComplaint(ground, proposal)
    case 'reinit':
      return proposal.version < mls10 ? `restart in protocol version ${proposal.version}` : undefined
    case 'external_init':
      return isKemOutput(ground.suite.kem, proposal.kemOutput)
        ? undefined
        : 'an external init that no one can open'
    case 'unknown':
      return `a proposal of unknown type ${proposal.type}`
    case 'group_context_extensions':
      return repeatedType(proposal.extensions)
    case 'add':
    case 'update':
      return undefined
  }
}

/** What decoding would refuse is refused to one who makes it, too. */
const repeatedType = (extensions: readonly Extension[]): string | undefined =>
  new Set(extensions.map(({ type }) => type)).size < extensions.length
    ? 'an extension type occurs twice'
    : undefined

/** Who may propose what (RFC 9420 §12.1.8). */
const senderComplaint = (proposal: Proposal, sender: Sender): string | undefined => {
  const complaint = `${proposal.kind} is not for a sender of kind ${sender.kind}`
  switch (sender.kind) {
    case 'member':
      return proposal.kind === 'external_init' ? complaint : undefined
    case 'external':
      return externalKinds.has(proposal.kind) ? undefined : complaint
    case 'new_member_proposal':
      return proposal.kind === 'add' ? undefined : complaint
    case 'new_member_commit':
      return newMemberKinds.has(proposal.kind) ? undefined : complaint
  }
}

const externalKinds: ReadonlySet<Proposal['kind']> = new Set([
  'add',
  'remove',
  'psk',
  'reinit',
  'group_context_extensions',
])

const newMemberKinds: ReadonlySet<Proposal['kind']> = new Set(['external_init', 'remove', 'psk'])

const pskComplaint = (
  { suite, resuming }: ProposalGround,
  { psk }: Proposal & { kind: 'psk' },
): string | undefined => {
  // A nonce that repeats would put the same input into two epochs.
  if (psk.nonce.length !== suite.hashBytes) return `a pre-shared key nonce of ${psk.nonce.length} bytes`
  if (psk.kind === 'resumption' && psk.usage !== 'application' && psk.usage !== resuming)
    return `a pre-shared key for ${psk.usage} outside of it`
  return undefined
}

/** Why the proposals cannot be committed together by this committer (RFC 9420 §12.2). */
export const listComplaint = (
  ground: ProposalGround,
  limits: EngineLimits,
  committer: Committer,
  proposals: readonly CommittedProposal[],
): string | undefined => {
  if (proposals.length > limits.commitProposalsMax) return `${proposals.length} proposals`
  const single = first(proposals, ({ proposal, sender }) => proposalComplaint(ground, proposal, sender))
  return (
    single ??
    (committer.kind === 'member'
      ? memberListComplaint(limits, committer.leafIndex, proposals)
      : externalListComplaint(proposals)) ??
    repeatedPsk(proposals)
  )
}

const memberListComplaint = (
  limits: EngineLimits,
  committer: LeafIndex,
  proposals: readonly CommittedProposal[],
): string | undefined => {
  if (count(proposals, 'add') > limits.commitAddsMax) return `more than ${limits.commitAddsMax} adds`
  if (count(proposals, 'external_init') > 0) return 'external_init in a commit of a member'
  if (count(proposals, 'group_context_extensions') > 1) return 'two lists of group context extensions'
  if (count(proposals, 'reinit') > 0 && proposals.length > 1) return 'reinit together with another proposal'

  const touched = new Set<LeafIndex>()
  return first(proposals, ({ proposal, sender }) => {
    const leaf = touchedLeaf(proposal, sender)
    if (leaf === undefined) return undefined
    // The committer's new leaf comes by the path; who takes itself out would know the next epoch's secrets.
    if (leaf === committer) return `${proposal.kind} of the committer`
    if (touched.has(leaf)) return `two proposals that change leaf ${leaf}`
    touched.add(leaf)
    return undefined
  })
}

const externalListComplaint = (proposals: readonly CommittedProposal[]): string | undefined => {
  if (proposals.some(({ by }) => by === 'reference')) return 'a proposal by reference in an external commit'
  if (count(proposals, 'external_init') !== 1) return 'an external commit needs external_init once'
  if (count(proposals, 'remove') > 1) return 'an external commit removes one former self at most'
  return undefined
}

const repeatedPsk = (proposals: readonly CommittedProposal[]): string | undefined => {
  const seen = new Set<string>()
  return first(proposals, ({ proposal }) => {
    if (proposal.kind !== 'psk') return undefined
    const id = hexOf(preSharedKeyIdBytes(proposal.psk))
    if (seen.has(id)) return 'a pre-shared key twice'
    seen.add(id)
    return undefined
  })
}

/** The member whose leaf an Update or Remove changes. */
export const touchedLeaf = (proposal: Proposal, sender: Sender): LeafIndex | undefined => {
  if (proposal.kind === 'remove') return proposal.removed
  return proposal.kind === 'update' && sender.kind === 'member' ? sender.leafIndex : undefined
}

/** Whether a commit of these must have a path (RFC 9420 §12.4): also one of none, which is there for its path. */
export const pathRequired = (proposals: readonly CommittedProposal[]): boolean =>
  proposals.length === 0 || proposals.some(({ proposal }) => requiresPath(proposal))

const count = (proposals: readonly CommittedProposal[], kind: Proposal['kind']): number =>
  proposals.filter(({ proposal }) => proposal.kind === kind).length

const first = <T>(values: readonly T[], complaint: (value: T) => string | undefined): string | undefined => {
  for (const value of values) {
    const found = complaint(value)
    if (found) return found
  }
  return undefined
}
