import type { LeafNode, RatchetTree } from '@sotto/mls/public'
import { leaves } from '@sotto/mls/public'
import { equalBytes } from '@sotto/protocol'
import { keyOf } from '../encoding/key.ts'
import { identityOf } from '../leaf/identity.ts'
import {
  type History,
  type Hook,
  historyModes,
  type Member,
  type Permissions,
  type Policy,
  type Predecessor,
  type Role,
  roles,
  roomKinds,
} from './policy.ts'
import { compareBytes } from './validity.ts'

const { guest, member, admin, owner } = roles

const groupPermissions: Permissions = {
  post: guest,
  invite: member,
  kick: admin,
  setMeta: admin,
  setPolicy: admin,
  deleteAny: admin,
  addHook: admin,
  mentionAll: member,
}

const announcePermissions: Permissions = { ...groupPermissions, post: admin, mentionAll: admin }

export type NewPolicy = {
  readonly room: Uint8Array
  /** Account of the founder. */
  readonly owner: Uint8Array
  readonly metaHash: Uint8Array
} & (
  | { readonly kind: 'self' | 'group' | 'announce' }
  /** Both are in the policy from the start, as equals; the peer's devices are added by the first commits. */
  | { readonly kind: 'dm'; readonly peer: Uint8Array }
)

/** The policy of a new room: history mode 0, no retention limit, the usual permissions of its kind. */
export const newPolicy = (options: NewPolicy): Policy => ({
  room: options.room,
  generation: 0,
  kind: roomKinds[options.kind],
  members: founders(options),
  permissions: options.kind === 'announce' ? announcePermissions : groupPermissions,
  history: { mode: historyModes.none, days: 0 },
  retentionS: 0,
  idleDaysMax: 0,
  metaHash: options.metaHash,
  hooks: [],
  predecessor: null,
})

const founders = (options: NewPolicy): readonly Member[] => {
  const first: Member = { account: options.owner, role: owner }
  return options.kind === 'dm' ? sorted([first, { account: options.peer, role: owner }]) : [first]
}

const sorted = (members: readonly Member[]): readonly Member[] =>
  members.toSorted((a, b) => compareBytes(a.account, b.account))

const others = (policy: Policy, account: Uint8Array): readonly Member[] =>
  policy.members.filter((known) => !equalBytes(known.account, account))

/** With this account as a member; one that is a member already keeps its role. */
export const withMember = (policy: Policy, account: Uint8Array, role: Role = member): Policy =>
  policy.members.some((known) => equalBytes(known.account, account))
    ? policy
    : { ...policy, members: sorted([...policy.members, { account, role }]) }

export const withoutMember = (policy: Policy, account: Uint8Array): Policy => ({
  ...policy,
  members: others(policy, account),
})

/** With another role for an account that is a member. */
export const withRole = (policy: Policy, account: Uint8Array, role: Role): Policy => ({
  ...policy,
  members: policy.members.map((known) => (equalBytes(known.account, account) ? { account, role } : known)),
})

export const withMeta = (policy: Policy, metaHash: Uint8Array): Policy => ({ ...policy, metaHash })

export const withPermissions = (policy: Policy, changed: Partial<Permissions>): Policy => ({
  ...policy,
  permissions: { ...policy.permissions, ...changed },
})

export const withHistory = (policy: Policy, history: History): Policy => ({ ...policy, history })

export const withRetention = (policy: Policy, retentionS: number): Policy => ({ ...policy, retentionS })

export const withIdleLimit = (policy: Policy, idleDaysMax: number): Policy => ({ ...policy, idleDaysMax })

/** With a further hook; one of the same id is replaced. */
export const withHook = (policy: Policy, hook: Hook): Policy => ({
  ...policy,
  hooks: [...withoutHook(policy, hook.hook).hooks, hook].toSorted((a, b) => compareBytes(a.hook, b.hook)),
})

export const withoutHook = (policy: Policy, hook: Uint8Array): Policy => ({
  ...policy,
  hooks: policy.hooks.filter((known) => !equalBytes(known.hook, hook)),
})

export const hookOf = (policy: Policy, hook: Uint8Array): Hook | undefined =>
  policy.hooks.find((known) => equalBytes(known.hook, hook))

export interface Refounding {
  /** Id of the new room. */
  readonly room: Uint8Array
  readonly predecessor: Predecessor
  readonly metaHash: Uint8Array
}

/** The policy of a room that an owner founds anew (CREATE-4): another room with the same people and rules. */
export const refoundPolicy = (last: Policy, { room, predecessor, metaHash }: Refounding): Policy => ({
  ...last,
  room,
  generation: last.generation + 1,
  predecessor,
  metaHash,
  // Their keys are known to whoever spoiled the room; whoever runs them sets them up anew.
  hooks: [],
})

/** A leaf that a commit takes out, and the account that asked for it; undefined where that was no member. */
export interface Removal {
  readonly leaf: LeafNode
  readonly by: Uint8Array | undefined
}

/**
 * The accounts whose last leaf leaves by their own wish in a commit with these removals (C5f). Whoever
 * commits takes them off the members.
 *
 * @param after the tree as the commit leaves it
 */
export const leavers = (removals: readonly Removal[], after: RatchetTree): readonly Uint8Array[] => {
  if (removals.length === 0) return []
  const staying = new Set<string>()
  for (const [, leaf] of leaves(after)) {
    const identity = identityOf(leaf)
    if (identity) staying.add(keyOf(identity.account))
  }
  const leaving = new Map<string, { account: Uint8Array; willingly: boolean }>()
  for (const { leaf, by } of removals) {
    const identity = identityOf(leaf)
    if (!identity) continue
    const { account } = identity
    const key = keyOf(account)
    const willingly = by !== undefined && equalBytes(by, account) && (leaving.get(key)?.willingly ?? true)
    leaving.set(key, { account, willingly })
  }
  return [...leaving]
    .filter(([key, { willingly }]) => willingly && !staying.has(key))
    .map(([, { account }]) => account)
}
