import { leafAt, leaves, type LeafIndex } from '@sotto/mls/public'
import { equalBytes } from '@sotto/protocol'
import type { GroupView, AccountLookup } from '../authorization/view.ts'
import { isOfSotto } from '../authorization/rules/context.ts'
import { membershipRule, uniquenessRule } from '../authorization/rules/leaves.ts'
import { identityOf } from '../leaf/identity.ts'
import { verifyLeaf, verifyTreeLeaf } from '../leaf/verifyLeaf.ts'
import { areRoomExtensions, policyOf } from '../policy/context.ts'
import { type Policy, type Role, roleOf } from '../policy/policy.ts'
import type { Rule } from '../rules.ts'
import type { Signatures } from '../signing/labelled.ts'

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

/**
 * Whether the group that a Welcome leads to is one to enter (protocol §7): a room whose every leaf is an authentic
 * one of a member (JOIN-1), with a role for oneself (JOIN-2), handed over by one who may invite or by another device
 * of one's own (JOIN-3). That it is not older than what is known of the room, the caller checks.
 */
export const authorizeWelcome = async (
  { group, signer, ownLeaf }: WelcomeView,
  lookup: AccountLookup,
  provider: Pick<Signatures, 'verify'>,
  nowS: number,
): Promise<Admission> => {
  const read = policyOf(group.context)
  if (read.kind === 'refused') return { kind: 'refused', rule: 'C0b' }
  if (!areRoomExtensions(group.context)) return { kind: 'refused', rule: 'C0c' }
  if (!isOfSotto(group)) return { kind: 'refused', rule: 'C0g' }
  const policy = read.value
  const broken = membershipRule(group.tree, policy) ?? uniquenessRule(group.tree, [])
  if (broken) return { kind: 'refused', rule: broken }
  for (const [, leaf] of leaves(group.tree)) {
    const identity = identityOf(leaf)
    const account = identity && lookup(identity.account)
    const verdict = await verifyTreeLeaf(provider, leaf, account)
    if (verdict.kind === 'refused') return { kind: 'refused', rule: 'JOIN-1' }
  }

  const own = leafAt(group.tree, ownLeaf)
  const ownIdentity = own && identityOf(own)
  const role = ownIdentity && roleOf(policy, ownIdentity.account)
  if (!ownIdentity || role === undefined) return { kind: 'refused', rule: 'JOIN-2' }

  const theirs = leafAt(group.tree, signer)
  const inviter = theirs && identityOf(theirs)
  if (!inviter) return { kind: 'refused', rule: 'JOIN-3' }
  const verdict = await verifyLeaf(provider, theirs, lookup(inviter.account), nowS)
  const invites = (roleOf(policy, inviter.account) ?? -1) >= policy.permissions.invite
  const isOwn = equalBytes(inviter.account, ownIdentity.account)
  if (verdict.kind === 'refused' || !(invites || isOwn)) return { kind: 'refused', rule: 'JOIN-3' }
  return { kind: 'allowed', policy, role, inviter: inviter.account }
}
