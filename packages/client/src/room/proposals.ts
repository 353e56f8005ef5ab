import type { Group, Proposal } from '@sotto/mls'
import { SottoError } from '@sotto/protocol'
import { extensionsWithPolicy, mayPropose, type Policy, withoutMember } from '@sotto/trust'
import type { Changes } from './changes.ts'
import { leaversOf, type PendingProposal } from './leavers.ts'
import type { Purpose } from './purpose.ts'
import type { Tools } from './tools.ts'

/** What others have proposed, and what of it goes into a commit of this device. */

/** What is tried when all that is allowed one by one is refused together. */
export const fewerOf = (
  purpose: Purpose,
  allowed: readonly PendingProposal[],
): readonly (readonly PendingProposal[])[] => {
  if (allowed.length === 0) return []
  switch (purpose.kind) {
    case 'intent':
    case 'invitations':
    case 'dead':
    case 'fill':
      return [[]]
    case 'proposals':
      return allowed.map((one) => [one])
  }
}

/**
 * The proposals of others that the rules allow: what is left out here would make the whole commit refused (C8). Of
 * several that take out one leaf the first is enough, and none may leave the room without an owner.
 */
export const permitted = async (
  tools: Tools,
  group: Group,
  policy: Policy,
  timeS: number,
): Promise<readonly PendingProposal[]> => {
  const lookup = (account: Uint8Array) => tools.find(account)?.state
  const allowed: PendingProposal[] = []
  const removed = new Set<number>()
  for (const pending of group.public.proposals) {
    if (pending.proposal.kind !== 'remove' || isOwnRemoval(group, pending)) continue
    const { proposal, sender } = pending
    if (removed.has(proposal.removed)) continue
    const verdict = await mayPropose(
      { before: group.public, proposal, sender },
      lookup,
      tools.provider,
      timeS,
    )
    if (verdict.kind !== 'allowed' || !isPolicyWithout(group, policy, [...allowed, pending])) continue
    removed.add(proposal.removed)
    allowed.push(pending)
  }
  return allowed
}

/** Whether the room still has a policy, an owner in it, when those who ask to leave have left. */
const isPolicyWithout = (group: Group, policy: Policy, references: readonly PendingProposal[]): boolean => {
  try {
    extensionsWithPolicy(group.public.context, leaversOf(group, references).reduce(withoutMember, policy))
    return true
  } catch (error) {
    if (error instanceof SottoError) return false
    throw error
  }
}

/** Nobody can commit the removal of the own leaf: that is for another member (RFC 9420 §12.2). */
export const isOwnRemoval = (group: Group, { proposal }: PendingProposal): boolean =>
  proposal.kind === 'remove' && proposal.removed === group.ownLeaf

/** Whether somebody waits for a commit by another member. */
export const hasProposalsOfOthers = (group: Group): boolean =>
  group.public.proposals.some(
    (pending) => pending.proposal.kind === 'remove' && !isOwnRemoval(group, pending),
  )

/** @returns by value, after those of others: who is removed by one of these is not removed twice */
export const proposalsFor = (
  group: Group,
  policy: Policy,
  planned: Changes,
  references: readonly PendingProposal[],
): readonly Proposal[] => {
  const removed = new Set(
    references.flatMap(({ proposal }) => (proposal.kind === 'remove' ? [proposal.removed] : [])),
  )
  const proposals = planned.proposals.filter(
    (proposal) => proposal.kind !== 'remove' || !removed.has(proposal.removed),
  )
  const next = leaversOf(group, references).reduce(withoutMember, planned.policy)
  return next === policy
    ? proposals
    : [
        ...proposals,
        { kind: 'group_context_extensions', extensions: extensionsWithPolicy(group.public.context, next) },
      ]
}

/** Whether this device's wish to leave stands in the log of this epoch. */
export const hasAskedToLeave = (group: Group): boolean =>
  group.public.proposals.some(
    (pending) =>
      isOwnRemoval(group, pending) &&
      pending.sender.kind === 'member' &&
      pending.sender.leafIndex === group.ownLeaf,
  )
