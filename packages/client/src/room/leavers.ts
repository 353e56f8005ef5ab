import { type Group, leafAt, leaves } from '@sotto/mls'
import { equalBytes } from '@sotto/protocol'
import { identityOf } from '@sotto/trust'

export type PendingProposal = Group['public']['proposals'][number]

/** Accounts whose last leaf leaves by its own wish: they come off the members in the same commit (C5). */
export const leaversOf = (group: Group, references: readonly PendingProposal[]): readonly Uint8Array[] => {
  const leaving = new Set<number>()
  for (const { proposal, sender } of references) {
    if (proposal.kind !== 'remove' || sender.kind !== 'member') continue
    const [by, leaf] = [
      leafAt(group.public.tree, sender.leafIndex),
      leafAt(group.public.tree, proposal.removed),
    ]
    const [asker, target] = [by && identityOf(by), leaf && identityOf(leaf)]
    if (asker && target && equalBytes(asker.account, target.account)) leaving.add(proposal.removed)
  }
  const staying: Uint8Array[] = []
  const going: Uint8Array[] = []
  for (const [index, leaf] of leaves(group.public.tree)) {
    const identity = identityOf(leaf)
    if (identity) (leaving.has(index) ? going : staying).push(identity.account)
  }
  return going.filter((account) => !staying.some((other) => equalBytes(other, account)))
}

/** Accounts that are in the group only until somebody commits what they have asked for: to be taken out. */
export const leaversIn = (group: Group): readonly Uint8Array[] => leaversOf(group, group.public.proposals)
