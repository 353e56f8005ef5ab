import { leafAt, type LeafIndex } from '@sotto/mls/public'
import { identityOf, type LeafIdentity } from '../leaf/identity.ts'
import { verifyLeaf, verifyUndated } from '../leaf/verifyLeaf.ts'
import { serverKeyOf } from '../policy/context.ts'
import { type Policy, type Role, roleOf } from '../policy/policy.ts'
import type { Signatures } from '../signing/labelled.ts'
import type { AccountLookup, GroupView, ProposalView } from './view.ts'

/** What every rule is given beside the commit itself. */
export interface Court {
  readonly provider: Pick<Signatures, 'verify'>
  readonly lookup: AccountLookup
  /** Time of the log entry that is judged. */
  readonly nowS: number
}

/** Who asks for a change, with the role that the OLD epoch gives: a role is never one of the change itself. */
export type Actor =
  | { readonly kind: 'member'; readonly identity: LeafIdentity; readonly role: Role }
  | { readonly kind: 'server' }

/** Why somebody may not act at all. */
export type Unfit = 'leaf' | 'account'

/** What becomes of a member's leaf by what the member does. */
export type LeafFate = 'kept' | 'renewed' | 'removed'

/**
 * The member at a leaf, if its leaf is authentic and live and its account has a role. A leaf whose time is
 * over may still be renewed: its device has signed for the new one (C4), and nobody else can. And it may still take
 * itself out, as anybody else may (C3).
 */
export const memberAt = async (
  court: Court,
  group: GroupView,
  policy: Policy,
  leafIndex: LeafIndex,
  fate: LeafFate,
): Promise<(Actor & { kind: 'member' }) | Unfit> => {
  const leaf = leafAt(group.tree, leafIndex)
  const claimed = leaf && identityOf(leaf)
  const account = claimed && court.lookup(claimed.account)
  if (!account) return 'leaf'
  const verdict =
    fate === 'kept'
      ? await verifyLeaf(court.provider, leaf, account, court.nowS)
      : await verifyUndated(court.provider, leaf, account, court.nowS)
  if (verdict.kind === 'refused') return 'leaf'
  const role = roleOf(policy, claimed.account)
  return role === undefined ? 'account' : { kind: 'member', identity: verdict.value, role }
}

/** Who made a proposal that is committed by reference. The server is the one external sender, if the room has it. */
export const proposerOf = async (
  court: Court,
  group: GroupView,
  policy: Policy,
  { proposal, sender }: ProposalView,
): Promise<Actor | Unfit> => {
  switch (sender.kind) {
    case 'member': {
      const { leafIndex } = sender
      const isLeaving = proposal.kind === 'remove' && proposal.removed === leafIndex
      return memberAt(court, group, policy, leafIndex, isLeaving ? 'removed' : 'kept')
    }
    case 'external':
      return sender.senderIndex === 0 && serverKeyOf(group.context) ? { kind: 'server' } : 'account'
    case 'new_member_proposal':
    case 'new_member_commit':
      return 'account'
  }
}
