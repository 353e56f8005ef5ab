import { leafAt } from '@sotto/mls/public'
import { equalBytes } from '@sotto/protocol'
import { identityOf } from '../leaf/identity.ts'
import { succeeds, verifyLeaf } from '../leaf/verifyLeaf.ts'
import { verifyOfferedLeaf } from '../leaf/verifyKeyPackage.ts'
import { policyOf } from '../policy/context.ts'
import { type Policy, roleOf } from '../policy/policy.ts'
import type { Rule } from '../rules.ts'
import type { Signatures } from '../signing/labelled.ts'
import { type Actor, type Court, proposerOf } from './actor.ts'
import { departureRule } from './rules/leaves.ts'
import type { AccountLookup, GroupView, ProposalView } from './view.ts'

export type Permit = { readonly kind: 'allowed' } | { readonly kind: 'refused'; readonly rule: Rule }

/**
 * Whether a proposal may wait for somebody's commit (C8). The server asks before it takes one into the
 * log, a client before it makes a commit of its own: what this refuses is left out of the commit, for `authorize`
 * would refuse the whole of it.
 *
 * @param pending `before`: the group in whose epoch the proposal was made
 */
export const mayPropose = async (
  pending: ProposalView & { readonly before: GroupView },
  lookup: AccountLookup,
  provider: Pick<Signatures, 'verify'>,
  nowS: number,
): Promise<Permit> => {
  const court: Court = { provider, lookup, nowS }
  const policy = policyOf(pending.before.context)
  if (policy.kind === 'refused') return { kind: 'refused', rule: 'C0a' }
  const proposer = await proposerOf(court, pending.before, policy.value, pending)
  if (typeof proposer === 'string') return { kind: 'refused', rule: 'C8a' }
  const rule = await proposalRule(court, pending, policy.value, proposer)
  return rule ? { kind: 'refused', rule } : { kind: 'allowed' }
}

const proposalRule = async (
  court: Court,
  { before, proposal, sender }: ProposalView & { readonly before: GroupView },
  policy: Policy,
  proposer: Actor,
): Promise<Rule | undefined> => {
  switch (proposal.kind) {
    case 'psk':
    case 'reinit':
    case 'external_init':
    case 'unknown':
      return 'C0d'
    case 'group_context_extensions':
      return 'C8b'
    case 'remove': {
      const leaf = leafAt(before.tree, proposal.removed)
      return leaf ? departureRule(court, policy, leaf, proposer) : 'C0f'
    }
    case 'add': {
      const { keyPackage } = proposal
      const identity = identityOf(keyPackage.leafNode)
      const account = identity && court.lookup(identity.account)
      const verdict = await verifyOfferedLeaf(court.provider, keyPackage, account, court.nowS)
      if (verdict.kind === 'refused') return 'C2a'
      if (proposer.kind !== 'member') return 'C2c'
      const isOwn = equalBytes(proposer.identity.account, verdict.value.account)
      if (!isOwn && proposer.role < policy.permissions.invite) return 'C2c'
      // A proposal cannot bring a new member: the change of the policy is the committer's own.
      return roleOf(policy, verdict.value.account) === undefined ? 'C2b' : undefined
    }
    case 'update': {
      const previous = sender.kind === 'member' ? leafAt(before.tree, sender.leafIndex) : undefined
      const [next, last] = [identityOf(proposal.leafNode), previous && identityOf(previous)]
      if (!next || !last || !succeeds(next, last)) return 'C4a'
      const account = court.lookup(next.account)
      const verdict = await verifyLeaf(court.provider, proposal.leafNode, account, court.nowS)
      return verdict.kind === 'ok' ? undefined : 'C4b'
    }
  }
}
