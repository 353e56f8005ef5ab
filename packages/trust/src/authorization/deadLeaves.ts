import { type LeafIndex, leaves } from '@sotto/mls/public'
import { identityOf } from '../leaf/identity.ts'
import { isDead } from '../leaf/standing.ts'
import type { Policy } from '../policy/policy.ts'
import type { AccountLookup, GroupView } from './view.ts'

/**
 * The leaves that anyone may take out (C3), and that a client takes out before it says anything more (S2).
 *
 * @param nowS time of the newest entry of the log
 */
export const deadLeaves = (
  { tree }: GroupView,
  policy: Policy,
  lookup: AccountLookup,
  nowS: number,
): readonly LeafIndex[] => {
  const dead: LeafIndex[] = []
  for (const [leafIndex, leaf] of leaves(tree)) {
    const identity = identityOf(leaf)
    const account = identity && lookup(identity.account)
    if (identity && account && isDead(identity, account, policy.idleDaysMax, nowS)) dead.push(leafIndex)
  }
  return dead
}
