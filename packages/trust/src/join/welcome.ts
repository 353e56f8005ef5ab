import { leafAt, leaves, type LeafIndex, type LeafNode } from '@sotto/mls/public'
import { equalBytes } from '@sotto/protocol'
import type { GroupView, AccountLookup } from '../authorization/view.ts'
import { isOfSotto } from '../authorization/rules/context.ts'
import { membershipRule, uniquenessRule } from '../authorization/rules/leaves.ts'
import type { AccountState } from '../account/accountState.ts'
import { identityOf, type LeafIdentity } from '../leaf/identity.ts'
import { verifyLeaf, verifyTreeLeaf, verifyUndated } from '../leaf/verifyLeaf.ts'
import { areRoomExtensions, policyOf } from '../policy/context.ts'
import { type Policy, type Role, roleOf } from '../policy/policy.ts'
import type { Rule } from '../rules.ts'
import type { Signatures } from '../signing/labelled.ts'
import { accepted, refused, type Verdict } from '../verdict.ts'

export type Admission =
  | {
      readonly kind: 'allowed'
      readonly policy: Policy
      /** One's own. */
      readonly role: Role
      /** Account whose device made the commit that leads here. */
      readonly inviter: Uint8Array
    }
  | { readonly kind: 'refused'; readonly rule: Rule }

export interface WelcomeView {
  readonly group: GroupView
  /** Who signed the GroupInfo. */
  readonly signer: LeafIndex
  readonly ownLeaf: LeafIndex
}

export interface EntryView extends Omit<WelcomeView, 'ownLeaf'> {
  /** Whether one has followed the group to this epoch oneself. */
  readonly isFollowed: boolean
}

/**
 * Whether the group that a Welcome leads to is one to enter (JOIN-1 to JOIN-3): a room whose every leaf is an authentic
 * one of a member (JOIN-1), with a role for oneself (JOIN-2), handed over by one who may invite or by another device
 * of one's own (JOIN-3). That it is not older than what is known of the room, the caller checks.
 */
export const authorizeWelcome = async (
  { group, signer, ownLeaf }: WelcomeView,
  lookup: AccountLookup,
  provider: Pick<Signatures, 'verify'>,
  nowS: number,
): Promise<Admission> => {
  const room = await authenticRoom(group, lookup, provider)
  if (room.kind === 'refused') return room
  const policy = room.value
  const own = leafAt(group.tree, ownLeaf)
  const ownIdentity = own && identityOf(own)
  const role = ownIdentity && roleOf(policy, ownIdentity.account)
  if (!ownIdentity || role === undefined) return refused('JOIN-2')

  const inviter = await signerOf({ group, signer }, lookup, (leaf, account) =>
    verifyLeaf(provider, leaf, account, nowS),
  )
  if (!inviter) return refused('JOIN-3')
  const invites = (roleOf(policy, inviter) ?? -1) >= policy.permissions.invite
  if (!invites && !equalBytes(inviter, ownIdentity.account)) return refused('JOIN-3')
  return { kind: 'allowed', policy, role, inviter }
}

/**
 * Whether a room is one to come into from outside, by a GroupInfo and the tree alone: every leaf is an authentic one
 * of a member (JOIN-1), oneself has a role (JOIN-2), and a member vouches for the epoch (JOIN-3): a live one for a group
 * of which one knows nothing else. In a group that one has followed, a leaf out of its time may vouch, too: it tells
 * nothing new, and where nobody has spoken for long there is no other.
 *
 * @param account one's own
 */
export const authorizeEntry = async (
  { group, signer, isFollowed }: EntryView,
  account: Uint8Array,
  lookup: AccountLookup,
  provider: Pick<Signatures, 'verify'>,
  nowS: number,
): Promise<Admission> => {
  const room = await authenticRoom(group, lookup, provider)
  if (room.kind === 'refused') return room
  const role = roleOf(room.value, account)
  if (role === undefined) return refused('JOIN-2')
  const verify = isFollowed ? verifyUndated : verifyLeaf
  const inviter = await signerOf({ group, signer }, lookup, (one, state) =>
    verify(provider, one, state, nowS),
  )
  return inviter ? { kind: 'allowed', policy: room.value, role, inviter } : refused('JOIN-3')
}

const authenticRoom = async (
  group: GroupView,
  lookup: AccountLookup,
  provider: Pick<Signatures, 'verify'>,
): Promise<Verdict<Policy>> => {
  const read = policyOf(group.context)
  if (read.kind === 'refused') return refused('C0b')
  if (!areRoomExtensions(group.context)) return refused('C0c')
  if (!isOfSotto(group)) return refused('C0g')
  const broken = membershipRule(group.tree, read.value) ?? uniquenessRule(group.tree, [])
  if (broken) return refused(broken)
  for (const [, leaf] of leaves(group.tree)) {
    const identity = identityOf(leaf)
    const verdict = await verifyTreeLeaf(provider, leaf, identity && lookup(identity.account))
    if (verdict.kind === 'refused') return refused('JOIN-1')
  }
  return accepted(read.value)
}

/** The account of whoever signed the GroupInfo, if its leaf is a good one. */
const signerOf = async (
  { group, signer }: Omit<WelcomeView, 'ownLeaf'>,
  lookup: AccountLookup,
  verify: (leaf: LeafNode, account: AccountState | undefined) => Promise<Verdict<LeafIdentity>>,
): Promise<Uint8Array | undefined> => {
  const leaf = leafAt(group.tree, signer)
  const identity = leaf && identityOf(leaf)
  if (!identity) return undefined
  const verdict = await verify(leaf, lookup(identity.account))
  return verdict.kind === 'ok' ? identity.account : undefined
}
