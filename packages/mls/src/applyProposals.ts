import { inChunks } from './chunks.ts'
import type { CommittedProposal, Committer } from './commitView.ts'
import type { Engine } from './engine.ts'
import { MlsError } from './error.ts'
import type { Extension } from './extension.ts'
import { externalSendersOf } from './externalSenders.ts'
import type { KeyPackage } from './keyPackage.ts'
import type { LeafNode } from './leafNode.ts'
import {
  type GroupTerms,
  groupTerms,
  validateAmongMembers,
  validateKeyPackage,
  validateLeaf,
} from './leafNodeValidation.ts'
import type { PreSharedKeyId } from './preSharedKeyId.ts'
import type { ReInit } from './proposal.ts'
import type { PublicGroup } from './publicGroup.ts'
import { addLeaf, leafAt, type RatchetTree, removeLeaf, updateLeaf, vacantLeaf } from './ratchetTree.ts'
import type { LeafIndex } from './treeMath.ts'

/** A group after the proposals of a commit and before its path (RFC 9420 §12.3). */
export interface Applied {
  readonly tree: RatchetTree
  readonly extensions: readonly Extension[]
  readonly terms: GroupTerms
  readonly added: readonly { readonly leafIndex: LeafIndex; readonly keyPackage: KeyPackage }[]
  readonly removed: readonly { readonly leafIndex: LeafIndex; readonly leaf: LeafNode }[]
  readonly updated: readonly LeafIndex[]
  /** In the order of the proposals. */
  readonly psks: readonly PreSharedKeyId[]
  readonly externalInit: Uint8Array | undefined
  readonly reInit: ReInit | undefined
}

/**
 * Applies a list that `listComplaint` has nothing against: extensions, updates, removes, adds, in this order. Every
 * leaf that comes in is validated under the new extensions, and among those who will be its neighbours.
 *
 * @throws MlsError `invalid_proposal`, `invalid_leaf`, `invalid_key_package`, `bad_authentication`,
 * `refused_by_caller`, `limit_exceeded`
 */
export const applyProposals = async (
  engine: Engine,
  group: PublicGroup,
  proposals: readonly CommittedProposal[],
): Promise<Applied> => {
  const extensions = newExtensions(group, proposals)
  const terms = groupTerms(extensions)
  const { groupId } = group.context
  let { tree } = group

  const updated: LeafIndex[] = []
  for (const { proposal, sender } of proposals) {
    if (proposal.kind !== 'update' || sender.kind !== 'member') continue
    const { leafIndex } = sender
    const previous = leafAt(tree, leafIndex)
    if (!previous) throw new MlsError('invalid_proposal', `an update of leaf ${leafIndex}, which is blank`)
    await validateLeaf(engine, proposal.leafNode, { at: 'update', previous, leafIndex, groupId }, terms)
    tree = updateLeaf(tree, leafIndex, proposal.leafNode)
    updated.push(leafIndex)
  }

  const removed: { leafIndex: LeafIndex; leaf: LeafNode }[] = []
  for (const { proposal } of proposals) {
    if (proposal.kind !== 'remove') continue
    const leaf = leafAt(tree, proposal.removed)
    if (!leaf) throw new MlsError('invalid_proposal', `no member at leaf ${proposal.removed}`)
    tree = removeLeaf(tree, proposal.removed)
    removed.push({ leafIndex: proposal.removed, leaf })
  }

  const added: { leafIndex: LeafIndex; keyPackage: KeyPackage }[] = []
  for (const { proposal } of proposals) {
    if (proposal.kind !== 'add') continue
    const { keyPackage } = proposal
    const grown = addLeaf(tree, keyPackage.leafNode, engine.limits.leavesMax)
    tree = grown.tree
    added.push({ leafIndex: grown.leafIndex, keyPackage })
  }
  await inChunks(added, ({ leafIndex, keyPackage }) =>
    validateKeyPackage(engine, keyPackage, { at: 'add', leafIndex, groupId }, terms),
  )

  const changed = new Set([...updated, ...added.map(({ leafIndex }) => leafIndex)])
  if (changed.size > 0) validateAmongMembers(tree, changed)
  return { tree, extensions, terms, added, removed, updated, ...noted(proposals) }
}

const newExtensions = (group: PublicGroup, proposals: readonly CommittedProposal[]): readonly Extension[] => {
  for (const { proposal } of proposals)
    if (proposal.kind === 'group_context_extensions') {
      // Read once now: an extension that cannot be read would be met in the next epoch, by everyone at once.
      externalSendersOf(proposal.extensions)
      return proposal.extensions
    }
  return group.context.extensions
}

/** What is only noted here and used with the key schedule. */
const noted = (
  proposals: readonly CommittedProposal[],
): Pick<Applied, 'psks' | 'externalInit' | 'reInit'> => {
  const psks: PreSharedKeyId[] = []
  let externalInit: Uint8Array | undefined
  let reInit: ReInit | undefined
  for (const { proposal } of proposals)
    switch (proposal.kind) {
      case 'psk':
        psks.push(proposal.psk)
        break
      case 'external_init':
        externalInit = proposal.kemOutput
        break
      case 'reinit':
        reInit = proposal
        break
      case 'add':
      case 'update':
      case 'remove':
      case 'group_context_extensions':
      case 'unknown':
    }
  return { psks, externalInit, reInit }
}

/** Where a committer's leaf is, or will be: who joins from outside gets the leftmost blank leaf (RFC 9420 §12.4.3.2). */
export const placeCommitter = (
  engine: Engine,
  applied: Applied,
  by: { readonly kind: 'member'; readonly leafIndex: LeafIndex } | { readonly kind: 'external' },
): { readonly tree: RatchetTree; readonly committer: Committer } => {
  if (by.kind === 'member') return { tree: applied.tree, committer: by }
  const { tree, leafIndex } = vacantLeaf(applied.tree, engine.limits.leavesMax)
  return { tree, committer: { kind: 'external', leafIndex } }
}
