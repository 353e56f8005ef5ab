import { type LeafNode, leaves, memberCount, type PublicGroup } from '@sotto/mls'
import { limits, toHex } from '@sotto/protocol'
import { identityOf, type Policy } from '@sotto/trust'

const accountsOf = new WeakMap<PublicGroup['tree'], ReadonlySet<string>>()

/** The accounts that have a leaf in the group, in hex; looked for once in a tree. */
export const accountsIn = ({ tree }: PublicGroup): ReadonlySet<string> => {
  const known = accountsOf.get(tree)
  if (known) return known
  const accounts = new Set<string>()
  for (const [, leaf] of leaves(tree)) {
    const identity = identityOf(leaf)
    if (identity) accounts.add(toHex(identity.account))
  }
  accountsOf.set(tree, accounts)
  return accounts
}

/** Those of them of whose devices in the group every one is such, by its id and its leaf. */
export const accountsWhere = (
  group: PublicGroup,
  isSuch: (device: Uint8Array, leaf: LeafNode) => boolean,
): ReadonlySet<string> => {
  const accounts = new Set(accountsIn(group))
  for (const [, leaf] of leaves(group.tree)) {
    const identity = identityOf(leaf)
    if (identity && !isSuch(identity.device, leaf)) accounts.delete(toHex(identity.account))
  }
  return accounts
}

/** How many devices of people who are not members can still come in. */
export const freePlaces = ({ tree }: PublicGroup, { members }: Policy): number =>
  limits.leavesPerRoomMax - Math.max(memberCount(tree), members.length)
