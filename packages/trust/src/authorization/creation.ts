import { leaves, memberCount } from '@sotto/mls/public'
import { equalBytes } from '@sotto/protocol'
import { identityOf } from '../leaf/identity.ts'
import { verifyLeaf } from '../leaf/verifyLeaf.ts'
import { areRoomExtensions, policyOf } from '../policy/context.ts'
import { type Policy, roleOf, roles, roomKinds } from '../policy/policy.ts'
import type { Rule } from '../rules.ts'
import type { Signatures } from '../signing/labelled.ts'
import { isOfSotto } from './rules/context.ts'
import type { AccountLookup, GroupView } from './view.ts'

export type Creation =
  | { readonly kind: 'allowed'; readonly policy: Policy; readonly founder: Uint8Array }
  | { readonly kind: 'refused'; readonly rule: Rule }

/**
 * Whether a room may begin like this: epoch 0, the founder's device alone in the tree, the founder an owner
 * (CREATE-1 to CREATE-3). A room that is founded anew has the members and rules of the room before (CREATE-4).
 *
 * @param predecessor the last policy of the room before, for a generation above 0
 */
export const authorizeCreation = async (
  group: GroupView,
  lookup: AccountLookup,
  provider: Pick<Signatures, 'verify'>,
  nowS: number,
  predecessor?: Policy,
): Promise<Creation> => {
  const read = policyOf(group.context)
  if (read.kind === 'refused') return { kind: 'refused', rule: 'C0a' }
  if (!areRoomExtensions(group.context)) return { kind: 'refused', rule: 'C0c' }
  if (!isOfSotto(group) || group.context.epoch !== 0n) return { kind: 'refused', rule: 'CREATE-1' }
  const policy = read.value

  const [only] = leaves(group.tree)
  const claimed = only && identityOf(only[1])
  if (!claimed || memberCount(group.tree) !== 1) return { kind: 'refused', rule: 'CREATE-1' }
  const verdict = await verifyLeaf(provider, only[1], lookup(claimed.account), nowS)
  if (verdict.kind === 'refused') return { kind: 'refused', rule: 'CREATE-2' }
  const founder = verdict.value.account
  if (roleOf(policy, founder) !== roles.owner) return { kind: 'refused', rule: 'CREATE-3' }

  const members = predecessor ? follows(policy, predecessor, founder) : begins(policy)
  return members ? { kind: 'allowed', policy, founder } : { kind: 'refused', rule: 'CREATE-4' }
}

/** Who is in a new room is added by commits, in everyone's sight; but the two of a talk are in from the start. */
const begins = ({ generation, kind, members }: Policy): boolean =>
  generation === 0 && members.length === (kind === roomKinds.dm ? 2 : 1)

/**
 * Anew by one who was an owner: it is another room that names the one before, nobody is added, nobody rises, and what
 * the room is for stays.
 */
const follows = (policy: Policy, last: Policy, founder: Uint8Array): boolean =>
  policy.generation === last.generation + 1 &&
  !equalBytes(policy.room, last.room) &&
  policy.predecessor !== null &&
  equalBytes(policy.predecessor.groupId, last.room) &&
  policy.kind === last.kind &&
  isRefounding(policy, last, founder)

/**
 * Whether a room may go on as this one, as far as people are concerned: whoever founded it anew was an owner, and
 * everyone in it was there, in no lower place (CREATE-4).
 */
export const isRefounding = (policy: Policy, last: Policy, founder: Uint8Array): boolean =>
  roleOf(last, founder) === roles.owner &&
  policy.members.every(({ account, role }) => role <= (roleOf(last, account) ?? -1))
