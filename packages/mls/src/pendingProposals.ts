import { equalBytes } from './bytes.ts'
import type { ProposalOrRef } from './commit.ts'
import type { Engine } from './engine.ts'
import { MlsError } from './error.ts'
import { hexOf } from './hex.ts'
import type { Proposal } from './proposal.ts'
import { touchedLeaf } from './proposalList.ts'
import { preSharedKeyIdBytes, type ResumptionUsage } from './preSharedKeyId.ts'
import type { PendingProposal, PublicGroup } from './publicGroup.ts'
import type { Sender } from './sender.ts'
import { type CommitBy, type StagedProposals, stageProposals } from './stageCommit.ts'

/** Which of the proposals that are pending a commit takes up: all that go together, or those that are named. */
export type References = 'all' | readonly Uint8Array[]

type MemberCommit = CommitBy & { readonly kind: 'member' }

export interface OwnCommit {
  readonly items: readonly ProposalOrRef[]
  readonly staged: StagedProposals
}

/**
 * Stages a commit of a member's own, of what is pending and of proposals by value.
 *
 * @throws MlsError `invalid_use` for a reference to nothing, and what `stageProposals` throws
 */
export const stageOwnCommit = async (
  engine: Engine,
  group: PublicGroup,
  by: MemberCommit,
  references: References,
  byValue: readonly ProposalOrRef[],
  resuming?: ResumptionUsage,
): Promise<OwnCommit> => {
  const stage = async (referred: readonly ProposalOrRef[]): Promise<OwnCommit> => {
    const items = [...referred, ...byValue]
    return { items, staged: await stageProposals(engine, group, by, items, resuming) }
  }
  if (references !== 'all') return stage(references.map((ref) => referenceTo(known(group, ref))))
  const own = byValue.flatMap((item) => (item.kind === 'proposal' ? [item.proposal] : []))
  const chosen = withoutConflicts(group.proposals, by, own).map(referenceTo)
  const together = await unlessRefused(stage(chosen))
  if (together) return together
  // One that cannot be committed, as of someone who came in another way meanwhile, shall not hold up the others.
  const single: ProposalOrRef[] = []
  for (const reference of chosen) if (await unlessRefused(stage([reference]))) single.push(reference)
  return stage(single)
}

const unlessRefused = async <T>(staging: Promise<T>): Promise<T | undefined> => {
  try {
    return await staging
  } catch (error) {
    if (error instanceof MlsError) return undefined
    throw error
  }
}

const known = (group: PublicGroup, ref: Uint8Array): PendingProposal => {
  const found = group.proposals.find((pending) => equalBytes(pending.ref, ref))
  if (!found) throw new MlsError('invalid_use', 'a reference to a proposal that is not pending')
  return found
}

const referenceTo = ({ ref }: PendingProposal): ProposalOrRef => ({ kind: 'reference', ref })

/**
 * Of all that is pending, what can be committed together by this member (RFC 9420 §12.2): nothing that its own proposals
 * decide, a Remove rather than an Update of the same leaf, of several the latest; of several lists of extensions the
 * latest; a ReInit only when there is nothing else.
 */
const withoutConflicts = (
  pending: readonly PendingProposal[],
  by: MemberCommit,
  own: readonly Proposal[],
): readonly PendingProposal[] => {
  if (own.some(({ kind }) => kind === 'reinit')) return []
  const decided = new Set(own.flatMap((proposal) => subjectsOf(proposal, by)))
  const bySubject = new Map<string, PendingProposal>()
  for (const candidate of pending) {
    if (touchedLeaf(candidate.proposal, candidate.sender) === by.leafIndex) continue
    for (const subject of subjectsOf(candidate.proposal, candidate.sender)) {
      const before = bySubject.get(subject)
      if (!decided.has(subject) && before?.proposal.kind !== 'remove') bySubject.set(subject, candidate)
    }
  }
  const chosen = pending.filter(({ proposal, sender, ref }) =>
    subjectsOf(proposal, sender).every((subject) => bySubject.get(subject)?.ref === ref),
  )
  const changes = chosen.filter(({ proposal }) => proposal.kind !== 'reinit')
  return changes.length > 0 || own.length > 0 ? changes : chosen
}

/** Two proposals that have a subject in common cannot both be in a commit. */
const subjectsOf = (proposal: Proposal, sender: Sender): readonly string[] => {
  switch (proposal.kind) {
    case 'update':
      return [
        `leaf ${touchedLeaf(proposal, sender)}`,
        `key ${hexOf(proposal.leafNode.encryptionKey)}`,
        `key ${hexOf(proposal.leafNode.signatureKey)}`,
      ]
    case 'remove':
      return [`leaf ${proposal.removed}`]
    case 'add': {
      const { encryptionKey, signatureKey } = proposal.keyPackage.leafNode
      return [`key ${hexOf(encryptionKey)}`, `key ${hexOf(signatureKey)}`]
    }
    case 'psk':
      return [`psk ${hexOf(preSharedKeyIdBytes(proposal.psk))}`]
    case 'group_context_extensions':
    case 'reinit':
    case 'external_init':
    case 'unknown':
      return [proposal.kind]
  }
}
