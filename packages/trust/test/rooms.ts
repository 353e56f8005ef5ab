import {
  addLeaf,
  type GroupContext,
  hybridSuiteId,
  leafAt,
  type LeafIndex,
  type LeafNode,
  leaves,
  mls10,
  type Proposal,
  type RatchetTree,
  removeLeaf,
  type Sender,
  treeOf,
  updateLeaf,
} from '@sotto/mls/public'
import { encodeEnvelope, type Envelope, entryKinds, equalBytes } from '@sotto/protocol'
import {
  type AccountLookup,
  type AccountState,
  authorize,
  buildJoinProof,
  type CommitToJudge,
  contextExtensions,
  extensionsWithPolicy,
  type GroupView,
  identityOf,
  type Policy,
  policyOf,
} from '@sotto/trust'
import {
  type Device,
  firstDevice,
  good,
  type LeafOptions,
  leafOf,
  type Person,
  provider,
  ruleOf,
  someId,
  startS,
} from './people.ts'

/** Groups as plain data: what a commit does to the tree and the context, without the cryptography between. */

export const room = someId('the room', 16)
export const metaHash = someId('the name of the room')

export const contextOf = (policy: Policy, serverKey?: Uint8Array): GroupContext => ({
  version: mls10,
  cipherSuite: hybridSuiteId,
  groupId: policy.room,
  epoch: 5n,
  treeHash: someId('tree', 48 - 16),
  confirmedTranscriptHash: someId('transcript'),
  extensions: contextExtensions(policy, serverKey),
})

/** A room with this policy and one leaf for each device, in this order. */
export const roomOf = async (
  policy: Policy,
  inside: readonly (Person | readonly [Person, LeafOptions])[],
  serverKey?: Uint8Array,
): Promise<GroupView> => {
  let tree: RatchetTree | undefined
  for (const entry of inside) {
    const [who, options] = Array.isArray(entry) ? (entry as [Person, LeafOptions]) : [entry as Person, {}]
    const leaf = await leafOf(who, options)
    tree = tree ? addLeaf(tree, leaf, 4096).tree : treeOf(leaf)
  }
  return { context: contextOf(policy, serverKey), tree: tree as RatchetTree }
}

export const lookupOf = (...people: readonly Person[]): AccountLookup => {
  const find = (account: Uint8Array): AccountState | undefined =>
    people.find(({ state }) => equalBytes(state.account, account))?.state
  return find
}

/** Where the device of this person is in the tree. */
export const leafIndexOf = (group: GroupView, who: Person, device: Device = firstDevice(who)): LeafIndex => {
  for (const [index, leaf] of leaves(group.tree)) {
    const identity = identityOf(leaf)
    if (identity && equalBytes(identity.device, device.id)) return index
  }
  throw new Error(`no leaf of ${who.name}`)
}

export const envelopeOf = (changed: Partial<Envelope> = {}): Envelope => ({
  version: 1,
  room,
  kind: entryKinds.commit,
  messageId: someId('message', 16),
  sendCounter: 1,
  anchorSeq: 7,
  anchorHash: someId('anchor', 16),
  archiveHash: null,
  expiryClass: 0,
  extension: null,
  ...changed,
})

export type Proposed = CommitToJudge['proposals'][number]

export const byReference = (proposal: Proposal, sender: LeafIndex | Sender): Proposed => ({
  proposal,
  sender: typeof sender === 'number' ? { kind: 'member', leafIndex: sender } : sender,
  by: 'reference',
})

export const server: Sender = { kind: 'external', senderIndex: 0 }

export interface CommitOptions {
  /** The committer's leaf. */
  readonly by: LeafIndex
  /** By value; `policy` adds a change of the context. */
  readonly proposals?: readonly Proposal[]
  readonly references?: readonly Proposed[]
  readonly policy?: Policy
  /** The committer's new leaf; without it the commit has no path. */
  readonly path?: LeafNode
  readonly envelope?: Partial<Envelope>
}

/** The tree that proposals make of another (RFC 9420 §12.3): updates, removes, adds. */
const applied = (tree: RatchetTree, proposals: readonly Proposed[]): RatchetTree => {
  let result = tree
  for (const { proposal, sender } of proposals)
    if (proposal.kind === 'update' && sender.kind === 'member')
      result = updateLeaf(result, sender.leafIndex, proposal.leafNode)
  for (const { proposal } of proposals)
    if (proposal.kind === 'remove') result = removeLeaf(result, proposal.removed)
  for (const { proposal } of proposals)
    if (proposal.kind === 'add') result = addLeaf(result, proposal.keyPackage.leafNode, 4096).tree
  return result
}

/** The epoch after: the same context one later, with the extensions of the proposals where they bring some. */
const nextContext = (context: GroupContext, proposals: readonly Proposed[]): GroupContext => {
  const change = proposals.find(({ proposal }) => proposal.kind === 'group_context_extensions')?.proposal
  const extensions = change?.kind === 'group_context_extensions' ? change.extensions : context.extensions
  return { ...context, epoch: context.epoch + 1n, extensions }
}

export const commitOf = (before: GroupView, options: CommitOptions): CommitToJudge => {
  const { by, policy, path } = options
  const committer: Sender = { kind: 'member', leafIndex: by }
  const ownProposals: readonly Proposal[] = [
    ...(options.proposals ?? []),
    ...(policy
      ? [
          {
            kind: 'group_context_extensions',
            extensions: extensionsWithPolicy(before.context, policy),
          } as const,
        ]
      : []),
  ]
  const proposals: readonly Proposed[] = [
    ...(options.references ?? []),
    ...ownProposals.map((proposal): Proposed => ({ proposal, sender: committer, by: 'value' })),
  ]
  const changed = applied(before.tree, proposals)
  return {
    before,
    after: {
      tree: path ? updateLeaf(changed, by, path) : changed,
      context: nextContext(before.context, proposals),
    },
    committer: { kind: 'member', leafIndex: by },
    proposals,
    hasPath: path !== undefined,
    authenticatedData: encodeEnvelope(envelopeOf(options.envelope)),
  }
}

export interface ExternalOptions {
  readonly leaf: LeafNode
  readonly device: Device
  readonly remove?: LeafIndex
  readonly proposals?: readonly Proposed[]
  readonly envelope?: Partial<Envelope>
}

export const joiner: Sender = { kind: 'new_member_commit' }

/** A commit by which a device comes in from outside. */
export const externalCommitOf = async (
  before: GroupView,
  { leaf, device, remove, proposals = [], envelope }: ExternalOptions,
): Promise<CommitToJudge> => {
  const own: readonly Proposed[] = [
    { proposal: { kind: 'external_init', kemOutput: new Uint8Array(1) }, sender: joiner, by: 'value' },
    ...(remove === undefined
      ? []
      : [{ proposal: { kind: 'remove', removed: remove }, sender: joiner, by: 'value' } as const]),
    ...proposals,
  ]
  const joined = addLeaf(applied(before.tree, own), leaf, 4096)
  const { groupId, epoch, confirmedTranscriptHash } = before.context
  const join = { groupId, epoch, confirmedTranscriptHash, leafKey: leaf.signatureKey }
  const extension = await buildJoinProof(device.signer, join)
  return {
    before,
    after: { tree: joined.tree, context: nextContext(before.context, own) },
    committer: { kind: 'external', leafIndex: joined.leafIndex },
    proposals: own,
    hasPath: true,
    authenticatedData: encodeEnvelope(envelopeOf({ extension, ...envelope })),
  }
}

/** The verdict in one word: `allowed`, or the rule. */
export const judge = async (
  view: CommitToJudge,
  people: readonly Person[],
  nowS: number = startS,
): Promise<string> => ruleOf(await authorize(view, lookupOf(...people), provider, nowS))

export const policyIn = (group: GroupView): Policy => good(policyOf(group.context))

export const leafIn = (group: GroupView, index: LeafIndex): LeafNode => leafAt(group.tree, index) as LeafNode
