import type { LeafNode, LeafUse } from '@sotto/mls/public'
import { identityOf } from '../leaf/identity.ts'
import { succeeds, verifyLeaf, verifyTreeLeaf } from '../leaf/verifyLeaf.ts'
import type { Rule } from '../rules.ts'
import type { Signatures } from '../signing/labelled.ts'
import { authorize } from './authorize.ts'
import type { AccountLookup, CommitToJudge } from './view.ts'

/** What the engine asks on every path by which a leaf or a commit comes in; the answer is the rule that is broken. */
export interface RoomChecks {
  leaf(leaf: LeafNode, use: LeafUse): Promise<Rule | undefined>
  commit(view: CommitToJudge): Promise<Rule | undefined>
}

/**
 * The checks of an engine for rooms. Leaves of a tree that one is handed need to be authentic; all others must be
 * live as well and follow a leaf of the same device (LEAF-11).
 *
 * @param nowS time of the log entry that is being processed; the clock where there is none
 */
export const roomChecks = (
  provider: Pick<Signatures, 'verify'>,
  lookup: AccountLookup,
  nowS: () => number,
): RoomChecks => ({
  leaf: async (leaf, use) => {
    const identity = identityOf(leaf)
    if (!identity) return 'LEAF-1'
    const account = lookup(identity.account)
    const verdict =
      use.at === 'tree'
        ? await verifyTreeLeaf(provider, leaf, account)
        : await verifyLeaf(provider, leaf, account, nowS())
    if (verdict.kind === 'refused') return verdict.rule
    const previous = use.previous && identityOf(use.previous)
    return use.previous && !(previous && succeeds(identity, previous)) ? 'LEAF-11' : undefined
  },
  commit: async (view) => {
    const verdict = await authorize(view, lookup, provider, nowS())
    return verdict.kind === 'refused' ? verdict.rule : undefined
  },
})
