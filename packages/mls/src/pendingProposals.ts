import { equalBytes } from './bytes.ts'
import type { ProposalOrRef } from './commit.ts'
import { MlsError } from './error.ts'
import { hexOf } from './hex.ts'
import { touchedLeaf } from './proposalList.ts'
import type { PendingProposal, PublicGroup } from './publicGroup.ts'
import type { LeafIndex } from './treeMath.ts'

/** Which of the proposals that are pending a commit takes up: all that go together, or those that are named. */
export type References = 'all' | readonly Uint8Array[]

/** @throws MlsError `invalid_use` for a reference to nothing */
export const referencesTo = (
  group: PublicGroup,
  committer: LeafIndex,
  references: References,
): readonly ProposalOrRef[] => {
  const chosen =
    references === 'all'
      ? committable(group.proposals, committer)
      : references.map((ref) => {
          const known = group.proposals.find((pending) => equalBytes(pending.ref, ref))
          if (!known) throw new MlsError('invalid_use', 'a reference to a proposal that is not pending')
          return known
        })
  return chosen.map(({ ref }) => ({ kind: 'reference', ref }))
}

/**
 * Of all that is pending, what can be committed together by this member (RFC 9420 §12.2): a Remove rather than an
 * Update of the same leaf, of several the latest; of several lists of extensions the latest; a ReInit only when there
 * is nothing else.
 */
const committable = (
  pending: readonly PendingProposal[],
  committer: LeafIndex,
): readonly PendingProposal[] => {
  const subjects = new Map<string, PendingProposal>()
  for (const candidate of pending) {
    const subject = subjectOf(candidate)
    if (touchedLeaf(candidate.proposal, candidate.sender) === committer) continue
    const before = subjects.get(subject)
    if (before?.proposal.kind === 'remove') continue
    subjects.set(subject, candidate)
  }
  const chosen = pending.filter((candidate) => subjects.get(subjectOf(candidate)) === candidate)
  const changes = chosen.filter(({ proposal }) => proposal.kind !== 'reinit')
  return changes.length > 0 ? changes : chosen
}

/** Two proposals of the same subject cannot both be in a commit. */
const subjectOf = ({ ref, proposal, sender }: PendingProposal): string => {
  switch (proposal.kind) {
    case 'update':
    case 'remove':
      return `leaf ${touchedLeaf(proposal, sender)}`
    case 'add':
      return `client ${hexOf(proposal.keyPackage.leafNode.signatureKey)}`
    case 'group_context_extensions':
    case 'reinit':
      return proposal.kind
    case 'psk':
    case 'external_init':
    case 'unknown':
      return `proposal ${hexOf(ref)}`
  }
}
