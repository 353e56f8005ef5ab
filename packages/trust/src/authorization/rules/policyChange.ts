import { leaves, type RatchetTree } from '@sotto/mls/public'
import { encodeCanonical, equalBytes } from '@sotto/protocol'
import { keyOf } from '../../encoding/key.ts'
import { identityOf } from '../../leaf/identity.ts'
import { standingAt } from '../../leaf/standing.ts'
import type { PolicyChange } from '../../policy/difference.ts'
import {
  type Permission,
  type Permissions,
  type Policy,
  type Role,
  roles,
  roomKinds,
} from '../../policy/policy.ts'
import type { Rule } from '../../rules.ts'
import type { Court } from '../actor.ts'

/** Who changes a policy: always the committer, with its role of the old epoch. */
export interface Changer {
  readonly account: Uint8Array
  readonly role: Role
}

/** C5: one change of the policy, judged by the old policy. */
export const changeRule = (before: Policy, change: PolicyChange, by: Changer): Rule | undefined => {
  const has = (permission: Permission): boolean => by.role >= before.permissions[permission]
  switch (change.kind) {
    case 'nature_changed':
      return 'C5a'
    case 'meta_changed':
      return has('setMeta') ? undefined : 'C5b'
    case 'hooks_changed':
      return has('addHook') ? undefined : 'C5b'
    case 'history_changed':
    case 'retention_changed':
      return has('setPolicy') ? undefined : 'C5b'
    case 'idle_limit_changed':
      // It makes leaves dead that anybody may take out, an owner's too: so it is for owners, whatever the permissions say.
      return by.role === roles.owner ? undefined : 'C5i'
    case 'permissions_changed':
      return has('setPolicy') && isWithinReach(change.from, change.to, by.role) ? undefined : 'C5b'
    case 'role_changed':
      if (isFixed(before)) return 'C5h'
      return has('setPolicy') && mayChangeRole(change, by.role) ? undefined : 'C5c'
    case 'member_added':
      if (isFixed(before)) return 'C5h'
      return has('invite') && mayAddAs(change.role, by.role) ? undefined : 'C5d'
    case 'member_left':
      return undefined
    case 'member_removed':
      return has('kick') && by.role > change.role ? undefined : 'C5e'
  }
}

/** In a room of one and in a talk between two, nobody is added and nobody rises or falls. */
const isFixed = ({ kind }: Policy): boolean => {
  switch (kind) {
    case roomKinds.self:
    case roomKinds.dm:
      return true
    case roomKinds.group:
    case roomKinds.announce:
      return false
  }
}

/** Nobody is raised to or above the actor's role or reached over; owners deal with owners as equals. */
const mayChangeRole = ({ from, to }: { from: Role; to: Role }, actor: Role): boolean =>
  actor === roles.owner || (from < actor && to < actor)

/** Who is new enters below the actor; members, where they may invite at all, invite members. */
const mayAddAs = (role: Role, actor: Role): boolean =>
  actor === roles.owner || role < actor || (role === roles.member && actor === roles.member)

/** Who changes a permission has it before and after: what is kept for owners is not an admin's to give. */
const isWithinReach = (from: Permissions, to: Permissions, actor: Role): boolean =>
  (Object.keys(from) as Permission[]).every(
    (permission) =>
      from[permission] === to[permission] || (from[permission] <= actor && to[permission] <= actor),
  )

/** C5f: who left by its own wish is no member any more, whoever commits. */
export const leaverRule = (after: Policy, leaving: readonly Uint8Array[]): Rule | undefined =>
  after.members.some(({ account }) => leaving.some((left) => equalBytes(left, account))) ? 'C5f' : undefined

/**
 * C5g: a commit never leaves a room without a live owner. Where there was none before, because time or a revocation
 * took it, the others go on under their own rights, and whoever is an owner still comes back by its next device.
 */
export const ownerRule = (
  court: Court,
  before: { readonly tree: RatchetTree; readonly policy: Policy },
  after: { readonly tree: RatchetTree; readonly policy: Policy },
): Rule | undefined => {
  if (hasLiveOwner(court, after.tree, after.policy)) return undefined
  const sameOwners = equalBytes(ownersOf(before.policy), ownersOf(after.policy))
  return sameOwners && !hasLiveOwner(court, before.tree, before.policy) ? undefined : 'C5g'
}

const ownersOf = ({ members }: Policy): Uint8Array =>
  encodeCanonical(members.filter(({ role }) => role === roles.owner).map(({ account }) => account))

export const hasLiveOwner = ({ lookup, nowS }: Court, tree: RatchetTree, { members }: Policy): boolean => {
  const owners = new Set(
    members.filter(({ role }) => role === roles.owner).map(({ account }) => keyOf(account)),
  )
  for (const [, leaf] of leaves(tree)) {
    const identity = identityOf(leaf)
    if (!identity || !owners.has(keyOf(identity.account))) continue
    const account = lookup(identity.account)
    if (account && standingAt(identity, account, nowS) === 'live') return true
  }
  return false
}
