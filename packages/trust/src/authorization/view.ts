import type { GroupContext, LeafIndex, LeafNode, Proposal, RatchetTree, Sender } from '@sotto/mls/public'
import type { AccountState } from '../account/accountState.ts'

/** The verified state of an account's chain at its newest known head; undefined where none has been obtained. */
export type AccountLookup = (account: Uint8Array) => AccountState | undefined

/** A group at the end of an epoch, as far as it is public. */
export interface GroupView {
  readonly context: GroupContext
  readonly tree: RatchetTree
}

export interface ProposalView {
  readonly proposal: Proposal
  /** Who made it, as authenticated by the engine: the committer for one by value. */
  readonly sender: Sender
}

/** What `authorize` reads of a commit: a part of the engine's `CommitView`. */
export interface CommitToJudge {
  readonly before: GroupView
  readonly after: GroupView
  readonly committer: {
    readonly kind: 'member' | 'external'
    readonly leafIndex: LeafIndex
  }
  readonly proposals: readonly (ProposalView & { readonly by: 'value' | 'reference' })[]
  readonly hasPath: boolean
  readonly authenticatedData: Uint8Array
}

export interface LeafAt {
  readonly leafIndex: LeafIndex
  readonly leaf: LeafNode
}
