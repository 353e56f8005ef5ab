import {
  encode,
  encodeLeafNode,
  type KeyPackage,
  type LeafIndex,
  type LeafNode,
  leaves,
  type RatchetTree,
} from '@sotto/mls/public'
import { equalBytes } from '@sotto/protocol'
import type { CommitToJudge, LeafAt } from './view.ts'

type CommitProposal = CommitToJudge['proposals'][number]

/** A leaf that was not there before. `keyPackage` is absent for the leaf of an external committer. */
export interface Arrival extends LeafAt {
  readonly offer: { readonly keyPackage: KeyPackage; readonly proposed: CommitProposal } | undefined
}

/** A leaf that is not there any more, though another may stand at its index. */
export interface Departure extends LeafAt {
  readonly proposed: CommitProposal
}

/** A leaf in the place of another, by an Update or by the committer's path. */
export interface Succession extends LeafAt {
  readonly previous: LeafNode
}

export interface TreeChange {
  readonly arrivals: readonly Arrival[]
  readonly departures: readonly Departure[]
  readonly successions: readonly Succession[]
}

/**
 * What a commit does to the members of a group, found by comparing the trees: each difference must have a cause among
 * the proposals, and each proposal its effect (C0f). Undefined where the two do not agree: whatever a leaf became
 * without a proposal for it, nobody has a right to it.
 */
export const treeChange = (view: CommitToJudge): TreeChange | undefined => {
  const before = leavesOf(view.before.tree)
  const after = leavesOf(view.after.tree)
  const removes = proposalsByLeaf(view, 'remove')
  const updates = proposalsByLeaf(view, 'update')
  if (!removes || !updates) return undefined
  const pathAt = view.hasPath ? view.committer.leafIndex : undefined

  const departures: Departure[] = []
  const successions: Succession[] = []
  for (const [leafIndex, leaf] of before) {
    const now = after.get(leafIndex)
    const remove = removes.get(leafIndex)
    if (remove) {
      if (now && isSame(now, leaf)) return undefined
      departures.push({ leafIndex, leaf, proposed: remove })
    } else if (!now) return undefined
    else if (!isSame(now, leaf)) {
      const renewed = view.committer.kind === 'member' && pathAt === leafIndex
      const update = updates.get(leafIndex)?.proposal
      const updated = update?.kind === 'update' && isSame(now, update.leafNode)
      if (!renewed && !updated) return undefined
      successions.push({ leafIndex, leaf: now, previous: leaf })
    } else if (updates.has(leafIndex)) return undefined
  }
  if (departures.length !== removes.size) return undefined

  const arrivals = arrivalsOf(view, before, after, removes)
  return arrivals && { arrivals, departures, successions }
}

type Leaves = ReadonlyMap<LeafIndex, LeafNode>

const leavesOf = (tree: RatchetTree): Leaves => new Map(leaves(tree))

/** The Removes or Updates of a commit by the leaf that they are about; undefined where two are about one leaf. */
const proposalsByLeaf = (
  { proposals }: CommitToJudge,
  kind: 'remove' | 'update',
): ReadonlyMap<LeafIndex, CommitProposal> | undefined => {
  const byLeaf = new Map<LeafIndex, CommitProposal>()
  for (const proposed of proposals) {
    const { proposal, sender } = proposed
    if (proposal.kind !== kind) continue
    if (proposal.kind === 'update' && sender.kind !== 'member') return undefined
    const about = proposal.kind === 'remove' ? proposal.removed : leafIndexOf(sender)
    if (about === undefined || byLeaf.has(about)) return undefined
    byLeaf.set(about, proposed)
  }
  return byLeaf
}

const leafIndexOf = (sender: CommitProposal['sender']): LeafIndex | undefined =>
  sender.kind === 'member' ? sender.leafIndex : undefined

const arrivalsOf = (
  { proposals, committer }: CommitToJudge,
  before: Leaves,
  after: Leaves,
  removes: ReadonlyMap<LeafIndex, CommitProposal>,
): readonly Arrival[] | undefined => {
  const arrivals: Arrival[] = []
  const waiting = new Set(proposals.filter(({ proposal }) => proposal.kind === 'add'))
  for (const [leafIndex, leaf] of after) {
    if (before.has(leafIndex) && !removes.has(leafIndex)) continue
    if (committer.kind === 'external' && leafIndex === committer.leafIndex) {
      arrivals.push({ leafIndex, leaf, offer: undefined })
      continue
    }
    const offer = offerOf(leaf, waiting)
    if (!offer) return undefined
    waiting.delete(offer.proposed)
    arrivals.push({ leafIndex, leaf, offer })
  }
  return waiting.size === 0 ? arrivals : undefined
}

const offerOf = (leaf: LeafNode, waiting: ReadonlySet<CommitProposal>): Arrival['offer'] => {
  for (const proposed of waiting) {
    const { proposal } = proposed
    if (proposal.kind === 'add' && isSame(proposal.keyPackage.leafNode, leaf))
      return { keyPackage: proposal.keyPackage, proposed }
  }
  return undefined
}

/** A leaf that did not change is the same object in both trees, so the bytes are hardly ever compared. */
const isSame = (one: LeafNode, other: LeafNode): boolean =>
  one === other ||
  (equalBytes(one.signature, other.signature) &&
    equalBytes(encode(encodeLeafNode, one), encode(encodeLeafNode, other)))
