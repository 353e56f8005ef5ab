import type { AuthenticatedContent } from './authenticatedContent.ts'
import { equalBytes } from './bytes.ts'
import type { Commit } from './commit.ts'
import type { CommitView } from './commitView.ts'
import type { Engine } from './engine.ts'
import { MlsError } from './error.ts'
import type { GroupContext } from './groupContext.ts'
import { readWhole } from './message.ts'
import type { Proposal } from './proposal.ts'
import type { PublicGroup } from './publicGroup.ts'
import { receiveProposal } from './receiveProposal.ts'
import type { Sender } from './sender.ts'
import { type CommitBy, contextAfter, groupAfter, stageCommit, stageProposals } from './stageCommit.ts'
import { verifySender } from './verifySender.ts'

export type Observed =
  | {
      readonly kind: 'proposal'
      readonly group: PublicGroup
      readonly ref: Uint8Array
      readonly proposal: Proposal
      readonly sender: Sender
      readonly authenticatedData: Uint8Array
    }
  | { readonly kind: 'commit'; readonly group: PublicGroup; readonly view: CommitView }

/** That a message is of this group and of its current epoch. @throws MlsError `wrong_group`, `wrong_epoch` */
export const assertCurrent = (
  context: GroupContext,
  message: { readonly groupId: Uint8Array; readonly epoch: bigint },
): void => {
  if (!equalBytes(message.groupId, context.groupId))
    throw new MlsError('wrong_group', 'a message of another group')
  if (message.epoch !== context.epoch)
    throw new MlsError('wrong_epoch', `a message of epoch ${message.epoch} in epoch ${context.epoch}`)
}

/**
 * Follows a group by its public handshake messages, as a server does: everything is verified that can be without
 * secrets. The membership and confirmation tags and what a path has encrypted cannot.
 *
 * @throws MlsError of any code but `decrypt_failed`, `key_consumed` and `invalid_use`; the group is as it was then
 */
export const observe = async (engine: Engine, group: PublicGroup, message: Uint8Array): Promise<Observed> => {
  const read = readWhole(engine, message)
  if (read.kind !== 'public') throw new MlsError('unsupported', `a ${read.kind} message cannot be observed`)
  const { authenticated } = read.message
  assertCurrent(group.context, authenticated.framed)
  const { content, authenticatedData } = authenticated.framed
  switch (content.kind) {
    case 'application':
      throw new MlsError('malformed', 'application data in a public message')
    case 'proposal': {
      await verifySender(engine, group, authenticated)
      const received = await receiveProposal(engine, group, authenticated, content.proposal)
      return { kind: 'proposal', ...received, authenticatedData }
    }
    case 'commit': {
      await verifySender(engine, group, authenticated)
      return { kind: 'commit', ...(await observeCommit(engine, group, authenticated, content.commit)) }
    }
  }
}

const observeCommit = async (
  engine: Engine,
  group: PublicGroup,
  authenticated: AuthenticatedContent,
  commit: Commit,
): Promise<{ readonly group: PublicGroup; readonly view: CommitView }> => {
  const { framed, auth } = authenticated
  const staged = await stageProposals(engine, group, commitBy(framed.sender), commit.proposals)
  const done = await stageCommit(engine, staged, commit.path, framed.authenticatedData)
  const context = contextAfter(engine, done, authenticated, auth.signature)
  return { group: groupAfter(engine, done, context, confirmationTagOf(authenticated)), view: done.view }
}

/** @throws MlsError `malformed` for a sender who cannot commit */
export const commitBy = (sender: Sender): CommitBy => {
  switch (sender.kind) {
    case 'member':
      return sender
    case 'new_member_commit':
      return { kind: 'external' }
    case 'external':
    case 'new_member_proposal':
      throw new MlsError('malformed', `a commit from a sender of kind ${sender.kind}`)
  }
}

/** @throws MlsError `malformed` */
export const confirmationTagOf = ({ auth }: AuthenticatedContent): Uint8Array => {
  if (!auth.confirmationTag) throw new MlsError('malformed', 'a commit without a confirmation tag')
  return auth.confirmationTag
}
