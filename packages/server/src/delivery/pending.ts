import { leaves, type Proposal, type PublicGroup, type Sender } from '@sotto/mls/public'
import { identityOf, type Policy, roleOf, roles } from '@sotto/trust'
import { mapKey } from './digest.ts'

interface Proposed {
  readonly proposal: Proposal
  readonly sender: Sender
}

const removedBy = (proposed: readonly Proposed[]): ReadonlySet<number> =>
  new Set(proposed.flatMap(({ proposal }) => (proposal.kind === 'remove' ? [proposal.removed] : [])))

const isUpdateOf = ({ proposal, sender }: Proposed, leaf: number): boolean =>
  proposal.kind === 'update' && sender.kind === 'member' && sender.leafIndex === leaf

const addedBy = ({ proposal }: Proposed): string | undefined => {
  const identity = proposal.kind === 'add' ? identityOf(proposal.keyPackage.leafNode) : undefined
  return identity && mapKey(identity.device)
}

/** Whether an owner has a leaf when these have been taken out. */
const keepsOwner = ({ tree }: PublicGroup, policy: Policy, removed: ReadonlySet<number>): boolean => {
  for (const [index, leaf] of leaves(tree)) {
    const identity = removed.has(index) ? undefined : identityOf(leaf)
    if (identity && roleOf(policy, identity.account) === roles.owner) return true
  }
  return false
}

const isInTree = ({ tree }: PublicGroup, device: string, removed: ReadonlySet<number>): boolean => {
  for (const [index, leaf] of leaves(tree)) {
    const identity = removed.has(index) ? undefined : identityOf(leaf)
    if (identity && mapKey(identity.device) === device) return true
  }
  return false
}

/**
 * Whether a proposal that would do alone cannot be committed together with those that wait already: each of them would
 * hold up the others (C8). A Remove may wait beside an Update of the same leaf, which it replaces.
 */
export const isInTheWay = (group: PublicGroup, policy: Policy, proposed: Proposed): boolean => {
  const { proposals } = group
  const removed = removedBy(proposals)
  const { proposal, sender } = proposed
  switch (proposal.kind) {
    case 'remove':
      return (
        removed.has(proposal.removed) || !keepsOwner(group, policy, new Set([...removed, proposal.removed]))
      )
    case 'update': {
      const leaf = sender.kind === 'member' ? sender.leafIndex : undefined
      return leaf === undefined || removed.has(leaf) || proposals.some((one) => isUpdateOf(one, leaf))
    }
    case 'add': {
      const device = addedBy(proposed)
      return (
        device === undefined ||
        isInTree(group, device, removed) ||
        proposals.some((one) => addedBy(one) === device)
      )
    }
    case 'group_context_extensions':
    case 'psk':
    case 'reinit':
    case 'external_init':
    case 'unknown':
      return true
  }
}
