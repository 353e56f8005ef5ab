import { type AuthenticatedContent, proposalRef } from './authenticatedContent.ts'
import { equalBytes } from './bytes.ts'
import type { Engine } from './engine.ts'
import { MlsError } from './error.ts'
import { externalSendersOf } from './externalSenders.ts'
import { groupTerms, validateKeyPackage, validateLeaf } from './leafNodeValidation.ts'
import type { Proposal } from './proposal.ts'
import { proposalComplaint } from './proposalList.ts'
import { assertOpen, type PendingProposal, type PublicGroup } from './publicGroup.ts'
import { leafAt } from './ratchetTree.ts'
import type { Sender } from './sender.ts'

/** A group that has heard of a proposal. */
export interface ReceivedProposal extends PendingProposal {
  readonly group: PublicGroup
}

/**
 * Keeps a proposal whose sender was verified, for a commit to refer to. One that no commit could cover is refused at
 * once: it would spoil the commit of whoever takes up all that are pending.
 *
 * @throws MlsError `invalid_proposal`, `invalid_leaf`, `invalid_key_package`, `bad_authentication`,
 * `refused_by_caller`, `limit_exceeded`
 */
export const receiveProposal = async (
  engine: Engine,
  group: PublicGroup,
  authenticated: AuthenticatedContent,
  proposal: Proposal,
): Promise<ReceivedProposal> => {
  assertOpen(group)
  const { sender } = authenticated.framed
  const complaint = proposalComplaint({ suite: engine.suite, tree: group.tree }, proposal, sender)
  if (complaint) throw new MlsError('invalid_proposal', complaint)
  await validateContent(engine, group, proposal, sender)

  const ref = proposalRef(engine, authenticated)
  const pending = { ref, proposal, sender }
  if (group.proposals.some((known) => equalBytes(known.ref, ref))) return { ...pending, group }
  if (group.proposals.length >= engine.limits.pendingProposalsMax)
    throw new MlsError('limit_exceeded', `more than ${engine.limits.pendingProposalsMax} proposals`)
  return { ...pending, group: { ...group, proposals: [...group.proposals, pending] } }
}

const validateContent = async (
  engine: Engine,
  { context, tree }: PublicGroup,
  proposal: Proposal,
  sender: Sender,
): Promise<void> => {
  const { groupId } = context
  const terms = groupTerms(context.extensions)
  switch (proposal.kind) {
    case 'add':
      return validateKeyPackage(engine, proposal.keyPackage, { at: 'add', groupId }, terms)
    case 'update': {
      if (sender.kind !== 'member') return
      const { leafIndex } = sender
      const previous = leafAt(tree, leafIndex)
      const use = { at: 'update', leafIndex, groupId, ...(previous && { previous }) } as const
      return validateLeaf(engine, proposal.leafNode, use, terms)
    }
    case 'group_context_extensions':
      groupTerms(proposal.extensions)
      externalSendersOf(proposal.extensions)
      return
    case 'remove':
    case 'psk':
    case 'reinit':
    case 'external_init':
    case 'unknown':
  }
}
