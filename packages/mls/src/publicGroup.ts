import { equalBytes } from './bytes.ts'
import { encode } from './codec.ts'
import type { Engine } from './engine.ts'
import { MlsError } from './error.ts'
import { encodeGroupContext, type GroupContext } from './groupContext.ts'
import { type GroupInfo, verifyGroupInfo } from './groupInfo.ts'
import { readWhole } from './message.ts'
import type { Proposal, ReInit } from './proposal.ts'
import { leafAt, type RatchetTree } from './ratchetTree.ts'
import type { Sender } from './sender.ts'
import { interimTranscriptHash } from './transcript.ts'
import { decodeTree } from './treeEncoding.ts'
import { validateTree } from './treeValidation.ts'

/** What can be known of a group in one epoch without being a member of it. Immutable. */
export interface PublicGroup {
  readonly context: GroupContext
  readonly tree: RatchetTree
  readonly interimTranscriptHash: Uint8Array
  readonly confirmationTag: Uint8Array
  /** Proposals of this epoch, in the order in which they came. */
  readonly proposals: readonly PendingProposal[]
  /** By which the group was closed: nothing more is sent in it, it goes on as another one (RFC 9420 §11.2). */
  readonly reInit: ReInit | undefined
}

/** A proposal that was sent in a message of its own, under the name by which a commit may refer to it. */
export interface PendingProposal {
  readonly ref: Uint8Array
  readonly proposal: Proposal
  /** As its signature showed. */
  readonly sender: Sender
}

export const publicGroupOf = (
  engine: Engine,
  context: GroupContext,
  tree: RatchetTree,
  confirmationTag: Uint8Array,
  reInit?: ReInit,
): PublicGroup => ({
  context,
  tree,
  interimTranscriptHash: interimTranscriptHash(engine, context.confirmedTranscriptHash, confirmationTag),
  confirmationTag,
  proposals: [],
  reInit,
})

/** @throws MlsError `invalid_use` for a group that was closed */
export const assertOpen = ({ reInit }: PublicGroup): void => {
  if (reInit) throw new MlsError('invalid_use', 'the group was closed by a ReInit')
}

/** A GroupInfo out of a message. @throws MlsError `malformed`, `unsupported`, `limit_exceeded` */
export const readGroupInfo = (engine: Engine, bytes: Uint8Array): GroupInfo => {
  const message = readWhole(engine, bytes)
  if (message.kind !== 'group_info')
    throw new MlsError('malformed', `a ${message.kind} where a GroupInfo is to be`)
  return message.groupInfo
}

/**
 * A group of which one knows the GroupInfo and the tree: everything in the tree is verified, each leaf is put to
 * `checks.leaf`, and the GroupInfo's signature is its signer's.
 *
 * Nobody outside can verify the confirmation tag. What it says is believed of the signer.
 *
 * @throws MlsError `malformed`, `unsupported`, `invalid_tree`, `invalid_leaf`, `invalid_group_info`,
 * `bad_authentication`, `refused_by_caller`, `limit_exceeded`
 */
export const openPublicGroup = async (
  engine: Engine,
  input: { readonly groupInfo: Uint8Array; readonly tree: Uint8Array },
): Promise<PublicGroup> => {
  const info = readGroupInfo(engine, input.groupInfo)
  return verifyPublicGroup(engine, info, decodeTree(input.tree, engine.limits.leavesMax))
}

/** The same, of what was decoded already. */
export const verifyPublicGroup = async (
  engine: Engine,
  info: GroupInfo,
  tree: RatchetTree,
): Promise<PublicGroup> => {
  const { context } = info
  if (context.cipherSuite !== engine.suite.id)
    throw new MlsError('unsupported', `a group of cipher suite ${context.cipherSuite}`)
  await validateTree(engine, tree, context)
  await verifySigner(engine, tree, info)
  return publicGroupOf(engine, context, tree, info.confirmationTag)
}

const verifySigner = async (engine: Engine, tree: RatchetTree, info: GroupInfo): Promise<void> => {
  const signer = leafAt(tree, info.signer)
  if (!signer) throw new MlsError('invalid_group_info', `signer ${info.signer} is not a member`)
  if (!(await verifyGroupInfo(engine, signer.signatureKey, info)))
    throw new MlsError('bad_authentication', 'signature of a GroupInfo')
}

/**
 * Whether a GroupInfo is of this group in this epoch: the same context to the last byte, the same confirmation tag,
 * signed by the member that it names.
 *
 * @throws MlsError `invalid_group_info`, `bad_authentication`, `malformed`
 */
export const checkGroupInfo = async (
  engine: Engine,
  group: PublicGroup,
  groupInfo: Uint8Array,
): Promise<GroupInfo> => {
  const info = readGroupInfo(engine, groupInfo)
  if (!equalBytes(encode(encodeGroupContext, info.context), encode(encodeGroupContext, group.context)))
    throw new MlsError('invalid_group_info', 'the group context is another')
  if (!equalBytes(info.confirmationTag, group.confirmationTag))
    throw new MlsError('invalid_group_info', 'the confirmation tag is another')
  await verifySigner(engine, group.tree, info)
  return info
}
