import type { LeafNode, RatchetTree } from '@sotto/mls/public'
import { leaves } from '@sotto/mls/public'
import { equalBytes } from '@sotto/protocol'
import { keyOf } from '../../encoding/key.ts'
import { identityOf, type LeafIdentity } from '../../leaf/identity.ts'
import { deathOf } from '../../leaf/standing.ts'
import { succeeds, verifyLeaf } from '../../leaf/verifyLeaf.ts'
import { verifyOfferedLeaf } from '../../leaf/verifyKeyPackage.ts'
import { type Policy, roleOf } from '../../policy/policy.ts'
import type { Rule } from '../../rules.ts'
import type { Actor, Court } from '../actor.ts'
import type { Arrival, Succession } from '../treeChange.ts'

/** C2: what is added is a live leaf of a member, and whoever proposed it may invite or adds a device of its own. */
export const arrivalRule = async (
  court: Court,
  before: Policy,
  after: Policy,
  { leaf, offer }: Arrival,
  proposer: Actor,
): Promise<Rule | undefined> => {
  const identity = identityOf(leaf)
  if (!identity || !offer) return 'C2a'
  const account = court.lookup(identity.account)
  const verdict = await verifyOfferedLeaf(court.provider, offer.keyPackage, account, court.nowS)
  if (verdict.kind === 'refused') return 'C2a'
  if (roleOf(after, identity.account) === undefined) return 'C2b'
  if (proposer.kind !== 'member') return 'C2c'
  if (equalBytes(proposer.identity.account, identity.account)) return undefined
  return proposer.role >= before.permissions.invite ? undefined : 'C2c'
}

/** C3: whoever takes a leaf out owns it, or outranks it, or the leaf is provably dead. */
export const departureRule = (
  court: Court,
  before: Policy,
  leaf: LeafNode,
  proposer: Actor,
): Rule | undefined => {
  const target = identityOf(leaf)
  if (!target || isDeadIn(court, before, leaf)) return undefined
  switch (proposer.kind) {
    case 'server':
      return 'C3b'
    case 'member': {
      if (equalBytes(proposer.identity.account, target.account)) return undefined
      const role = roleOf(before, target.account) ?? -1
      const outranks = proposer.role >= before.permissions.kick && proposer.role > role
      return outranks ? undefined : 'C3a'
    }
  }
}

/** Also of an account that is no member. */
const isDeadIn = ({ lookup, nowS }: Court, policy: Policy, leaf: LeafNode): boolean => {
  const identity = identityOf(leaf)
  if (!identity || roleOf(policy, identity.account) === undefined) return true
  const account = lookup(identity.account)
  // Without the chain nothing is proven: a server that withholds it must not be able to empty a room.
  return account !== undefined && deathOf(identity, account, policy.idleDaysMax, nowS) !== undefined
}

/** C4: a leaf is followed by one of the same device only, or a member could take on the identity of another. */
export const successionRule = async (
  court: Court,
  { leaf, previous }: Succession,
): Promise<Rule | undefined> => {
  const [next, last] = [identityOf(leaf), identityOf(previous)]
  if (!next || !last || !succeeds(next, last)) return 'C4a'
  const verdict = await verifyLeaf(court.provider, leaf, court.lookup(next.account), court.nowS)
  return verdict.kind === 'ok' ? undefined : 'C4b'
}

/** C2d: a device has one leaf, and no leaf has a key that another leaf of the tree has. */
export const uniquenessRule = (tree: RatchetTree, changed: readonly LeafNode[]): Rule | undefined => {
  const devices = new Set<string>()
  for (const [, leaf] of leaves(tree)) {
    const identity = identityOf(leaf)
    if (!identity) return 'C6'
    const device = deviceKeyOf(identity)
    if (devices.has(device)) return 'C2d'
    devices.add(device)
    if (changed.some((other) => other !== leaf && sharesKey(leaf, other))) return 'C2d'
  }
  return undefined
}

const deviceKeys = new WeakMap<LeafIdentity, string>()

/** A device by the name that its account gives it; remembered, for every commit asks it of every leaf. */
const deviceKeyOf = (identity: LeafIdentity): string => {
  const known = deviceKeys.get(identity)
  if (known !== undefined) return known
  const key = `${keyOf(identity.account)}/${keyOf(identity.device)}`
  deviceKeys.set(identity, key)
  return key
}

const sharesKey = (one: LeafNode, other: LeafNode): boolean =>
  equalBytes(one.signatureKey, other.signatureKey) || equalBytes(one.encryptionKey, other.encryptionKey)

/** C6: every leaf belongs to a member. */
export const membershipRule = (tree: RatchetTree, after: Policy): Rule | undefined => {
  const members = new Set(after.members.map(({ account }) => keyOf(account)))
  for (const [, leaf] of leaves(tree)) {
    const identity = identityOf(leaf)
    if (!identity || !members.has(keyOf(identity.account))) return 'C6'
  }
  return undefined
}
