import type { GroupContext } from './groupContext.ts'
import type { LeafNode } from './leafNode.ts'
import type { Proposal } from './proposal.ts'
import type { PublicGroup } from './publicGroup.ts'
import type { RatchetTree } from './ratchetTree.ts'
import type { Sender } from './sender.ts'
import type { LeafIndex } from './treeMath.ts'

/** Who commits. From outside, `leafIndex` is where the new member lands. */
export type Committer =
  | { readonly kind: 'member'; readonly leafIndex: LeafIndex }
  | { readonly kind: 'external'; readonly leafIndex: LeafIndex }

/** A proposal of a commit, with its proposer as a signature showed it; by value, that is the committer. */
export type CommittedProposal = { readonly proposal: Proposal; readonly sender: Sender } & (
  | { readonly by: 'value' }
  | { readonly by: 'reference'; readonly ref: Uint8Array }
)

/** All that a commit does, as anyone with the public tree can see it. */
export interface CommitView {
  readonly before: PublicGroup
  /** The context is of the new epoch, but has the confirmed transcript hash of the old one: the commit is not over. */
  readonly after: { readonly tree: RatchetTree; readonly context: GroupContext }
  readonly committer: Committer
  readonly proposals: readonly CommittedProposal[]
  readonly hasPath: boolean
  readonly added: readonly LeafIndex[]
  readonly removed: readonly { readonly leafIndex: LeafIndex; readonly leaf: LeafNode }[]
  /** Leaves that Update proposals replaced; a committer with a path has a new leaf as well. */
  readonly updated: readonly LeafIndex[]
  readonly authenticatedData: Uint8Array
}
