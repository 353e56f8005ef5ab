import { type LeafIndex, leaves } from '@sotto/mls/public'
import { identityOf } from '../leaf/identity.ts'
import { type Death, deathOf } from '../leaf/standing.ts'
import type { Policy } from '../policy/policy.ts'
import type { AccountLookup, GroupView } from './view.ts'

export interface DeadLeaf {
  readonly leafIndex: LeafIndex
  readonly death: Death
}

/**
 * The leaves that anyone may take out (C3). While one is there that was revoked, a client says nothing more (CL-10).
 *
 * @param nowS time of the newest entry of the log
 */
export const deadLeaves = (
  { tree }: GroupView,
  policy: Policy,
  lookup: AccountLookup,
  nowS: number,
): readonly DeadLeaf[] => {
  const dead: DeadLeaf[] = []
  for (const [leafIndex, leaf] of leaves(tree)) {
    const identity = identityOf(leaf)
    const account = identity && lookup(identity.account)
    const death = identity && account && deathOf(identity, account, policy.idleDaysMax, nowS)
    if (death) dead.push({ leafIndex, death })
  }
  return dead
}
