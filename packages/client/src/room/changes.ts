import {
  decode,
  decodeKeyPackage,
  leafAt,
  type LeafIndex,
  type LeafNode,
  leaves,
  type Proposal,
  type PublicGroup,
} from '@sotto/mls'
import { equalBytes } from '@sotto/protocol'
import {
  type AccountLookup,
  type DeadLeaf,
  deadLeaves,
  identityOf,
  type Policy,
  withHook,
  withMember,
  withoutHook,
  withoutMember,
  withRole,
} from '@sotto/trust'
import type { Purpose } from './purpose.ts'
import type { Tools } from './tools.ts'

export const leavesOf = ({ tree }: PublicGroup, isMeant: (leaf: LeafNode) => boolean): readonly LeafIndex[] =>
  [...leaves(tree)].flatMap(([index, leaf]) => (isMeant(leaf) ? [index] : []))

const isOfAccount = (leaf: LeafNode, account: Uint8Array): boolean => {
  const identity = identityOf(leaf)
  return identity !== undefined && equalBytes(identity.account, account)
}

/** What a purpose changes by itself, and the policy that it leads to. */
export interface Changes {
  readonly proposals: readonly Proposal[]
  readonly policy: Policy
  /** The own leaf gets a new credential too. */
  readonly renewed: boolean
}

const removals = (removed: readonly LeafIndex[]): readonly Proposal[] =>
  removed.map((index) => ({ kind: 'remove', removed: index }))

const additions = (keyPackages: readonly Uint8Array[]): readonly Proposal[] =>
  keyPackages.map((bytes) => ({ kind: 'add', keyPackage: decode(decodeKeyPackage, bytes) }))

export const changesOf = (
  tools: Tools,
  group: PublicGroup,
  policy: Policy,
  purpose: Purpose,
  logS: number,
): Changes => {
  const none: Changes = { proposals: [], policy, renewed: false }
  switch (purpose.kind) {
    case 'proposals':
    case 'fill':
      return none
    case 'invitations':
      return {
        ...none,
        policy: purpose.intents.reduce((to, { account }) => withMember(to, account), policy),
        proposals: additions(purpose.intents.flatMap(({ keyPackages }) => keyPackages)),
      }
    case 'dead': {
      const lookup = (account: Uint8Array) => tools.find(account)?.state
      return {
        ...none,
        proposals: removals(
          deadLeavesOfOthers(tools, group, policy, lookup, logS).map(({ leafIndex }) => leafIndex),
        ),
      }
    }
    case 'intent':
  }
  const { intent } = purpose
  switch (intent.kind) {
    case 'refresh':
      return { ...none, renewed: true }
    case 'openness':
      return none
    case 'invite':
      return {
        ...none,
        policy: withMember(policy, intent.account),
        proposals: additions(intent.keyPackages),
      }
    case 'remove':
      return {
        ...none,
        policy: withoutMember(policy, intent.account),
        proposals: removals(leavesOf(group, (leaf) => isOfAccount(leaf, intent.account))),
      }
    case 'role':
      return { ...none, policy: withRole(policy, intent.account, intent.role) }
    case 'add_hook':
      return { ...none, policy: withHook(policy, intent.hook) }
    case 'remove_hook':
      return { ...none, policy: withoutHook(policy, intent.hook) }
    case 'readd':
      return {
        ...none,
        proposals: [
          ...removals(leavesOf(group, ({ signatureKey }) => equalBytes(signatureKey, intent.leafKey))),
          ...additions(intent.keyPackage ? [intent.keyPackage] : []),
        ],
      }
  }
}

/** Leaves that anyone may take out and that are not one's own. */
export const deadLeavesOfOthers = (
  { device }: Tools,
  group: PublicGroup,
  policy: Policy,
  lookup: AccountLookup,
  timeS: number,
): readonly DeadLeaf[] =>
  deadLeaves(group, policy, lookup, timeS)
    .filter(({ leafIndex }) => {
      const leaf = leafAt(group.tree, leafIndex)
      const identity = leaf && identityOf(leaf)
      return identity !== undefined && !equalBytes(identity.device, device)
    })
    .slice(0, removalsAtOnce)

const removalsAtOnce = 64
