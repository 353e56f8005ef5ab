import { type Applied, applyProposals, placeCommitter } from './applyProposals.ts'
import type { AuthenticatedContent } from './authenticatedContent.ts'
import type { ProposalOrRef } from './commit.ts'
import type { CommittedProposal, Committer, CommitView } from './commitView.ts'
import type { Engine } from './engine.ts'
import { MlsError } from './error.ts'
import type { GroupContext } from './groupContext.ts'
import { hexOf } from './hex.ts'
import { validateGroupExtensions } from './leafNodeValidation.ts'
import type { ResumptionUsage } from './preSharedKeyId.ts'
import { listComplaint, pathRequired } from './proposalList.ts'
import { assertOpen, type PublicGroup, publicGroupOf } from './publicGroup.ts'
import type { Sender } from './sender.ts'
import { confirmedTranscriptHash } from './transcript.ts'
import { treeHash } from './treeHash.ts'
import type { LeafIndex } from './treeMath.ts'
import { applyUpdatePath, type PathBase, type UpdatePath } from './updatePath.ts'

/**
 * The public side of a commit, in three steps that are the same for who makes it, who receives it and who watches:
 * its proposals, its path with the caller's check, and the hash of its message. Members add secrets between them.
 */

export type CommitBy =
  | { readonly kind: 'member'; readonly leafIndex: LeafIndex }
  | { readonly kind: 'external' }

/** A commit whose proposals are applied. */
export interface StagedProposals {
  readonly before: PublicGroup
  readonly committer: Committer
  readonly proposals: readonly CommittedProposal[]
  readonly applied: Applied
  readonly pathRequired: boolean
  /** What a path goes into. */
  readonly base: PathBase
}

/** A commit of which all is known but its message. */
export interface StagedCommit extends StagedProposals {
  /** After the path, if there is one. */
  readonly after: CommitView['after']
  readonly view: CommitView
}

/** @throws MlsError `invalid_proposal`, `invalid_commit`, and what `applyProposals` throws */
export const stageProposals = async (
  engine: Engine,
  before: PublicGroup,
  by: CommitBy,
  items: readonly ProposalOrRef[],
  resuming?: ResumptionUsage,
): Promise<StagedProposals> => {
  assertOpen(before)
  const proposals = resolve(before, by, items)
  // The place of one who joins is not known yet, and no rule for external commits asks for it.
  const listed: Committer = by.kind === 'member' ? by : { kind: 'external', leafIndex: 0 }
  const ground = { suite: engine.suite, tree: before.tree, ...(resuming && { resuming }) }
  const complaint = listComplaint(ground, engine.limits, listed, proposals)
  if (complaint) throw new MlsError('invalid_proposal', complaint)

  const applied = await applyProposals(engine, before, proposals)
  const { tree, committer } = placeCommitter(engine, applied, by)
  const [formerSelf] = by.kind === 'external' ? applied.removed : []
  return {
    before,
    committer,
    proposals,
    applied,
    pathRequired: pathRequired(proposals),
    base: {
      tree,
      sender: committer.leafIndex,
      added: new Set(applied.added.map(({ leafIndex }) => leafIndex)),
      groupId: before.context.groupId,
      terms: applied.terms,
      by:
        by.kind === 'member'
          ? { kind: 'member' }
          : { kind: 'external', ...(formerSelf && { replaces: formerSelf.leaf }) },
    },
  }
}

const resolve = (
  group: PublicGroup,
  by: CommitBy,
  items: readonly ProposalOrRef[],
): readonly CommittedProposal[] => {
  const pending = new Map(group.proposals.map((known) => [hexOf(known.ref), known]))
  const committer: Sender = by.kind === 'member' ? by : { kind: 'new_member_commit' }
  return items.map((item) => {
    if (item.kind === 'proposal') return { proposal: item.proposal, sender: committer, by: 'value' }
    const known = pending.get(hexOf(item.ref))
    if (!known) throw new MlsError('invalid_commit', 'a reference to a proposal that is not known here')
    return { ...known, by: 'reference' }
  })
}

/** Of the epoch that a commit starts, but for the transcript hash (RFC 9420 §12.4.1). */
export const provisionalContext = (
  engine: Engine,
  { before, applied }: StagedProposals,
  tree: PathBase['tree'],
): GroupContext => {
  if (before.context.epoch >= epochMax)
    throw new MlsError('limit_exceeded', 'there is no epoch after this one')
  return {
    ...before.context,
    epoch: before.context.epoch + 1n,
    treeHash: treeHash(engine, tree),
    extensions: applied.extensions,
  }
}

const epochMax = 2n ** 64n - 1n

/**
 * The rest of what is public: the path is there where it must be, it is valid, all members fit the new extensions, and
 * the caller accepts.
 *
 * @throws MlsError `invalid_commit`, `invalid_proposal`, `invalid_leaf`, `bad_authentication`, `refused_by_caller`
 */
export const stageCommit = async (
  engine: Engine,
  staged: StagedProposals,
  path: UpdatePath | undefined,
  authenticatedData: Uint8Array,
): Promise<StagedCommit> => {
  const { before, committer, proposals, applied, base } = staged
  // Without new keys a member that is removed keeps reading.
  if (staged.pathRequired && !path) throw new MlsError('invalid_commit', 'a path is required')
  const tree = path ? await applyUpdatePath(engine, base, path) : base.tree
  if (applied.extensions !== before.context.extensions)
    validateGroupExtensions(engine, tree, applied.extensions)

  const after = { tree, context: provisionalContext(engine, staged, tree) }
  const view: CommitView = {
    before,
    after,
    committer,
    proposals,
    hasPath: path !== undefined,
    added: applied.added.map(({ leafIndex }) => leafIndex),
    removed: applied.removed,
    updated: applied.updated,
    authenticatedData,
  }
  const reason = await engine.checks.commit(view)
  if (reason !== undefined) throw new MlsError('refused_by_caller', `commit: ${reason}`)
  return { ...staged, after, view }
}

/** The context of the new epoch: with the commit's message in the transcript. */
export const contextAfter = (
  engine: Engine,
  { before, after }: Pick<StagedCommit, 'before' | 'after'>,
  message: Pick<AuthenticatedContent, 'wireFormat' | 'framedBytes'>,
  signature: Uint8Array,
): GroupContext => ({
  ...after.context,
  confirmedTranscriptHash: confirmedTranscriptHash(engine, before.interimTranscriptHash, message, signature),
})

export const groupAfter = (
  engine: Engine,
  { after, applied }: StagedCommit,
  context: GroupContext,
  confirmationTag: Uint8Array,
): PublicGroup => publicGroupOf(engine, context, after.tree, confirmationTag, applied.reInit)
