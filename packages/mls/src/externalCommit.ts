import { buildCommit } from './buildCommit.ts'
import type { Capabilities } from './capabilities.ts'
import type { ProposalOrRef } from './commit.ts'
import type { CommitView } from './commitView.ts'
import type { Credential } from './credential.ts'
import type { Engine } from './engine.ts'
import { MlsError } from './error.ts'
import { type Extension, extensionData, extensionType } from './extension.ts'
import { externalPubOf } from './externalPub.ts'
import type { Group } from './group.ts'
import { sendExternalInit } from './keySchedule.ts'
import { makeGroupInfo } from './makeGroupInfo.ts'
import { messageBytes } from './message.ts'
import type { PreSharedKeyId } from './preSharedKeyId.ts'
import type { Proposal } from './proposal.ts'
import type { KeyPair } from './provider.ts'
import { findPsks, type PskSource } from './psk.ts'
import { readGroupInfo, verifyPublicGroup } from './publicGroup.ts'
import { leafCount } from './ratchetTree.ts'
import { secretTreeOf } from './secretTree.ts'
import { noBytes } from './sendMessage.ts'
import { stageProposals } from './stageCommit.ts'
import { decodeTree } from './treeEncoding.ts'
import type { LeafIndex } from './treeMath.ts'
import { wipe } from './wipe.ts'

export interface ExternalJoinInput {
  /** As a message, with the key for joining from outside. */
  readonly groupInfo: Uint8Array
  /** Needed where the GroupInfo does not hold it. */
  readonly tree?: Uint8Array
  readonly credential: Credential
  readonly signatureKeyPair: KeyPair
  readonly capabilities: Capabilities
  readonly leafExtensions?: readonly Extension[]
  /** The leaf of a former self, taken out in the same commit. */
  readonly remove?: LeafIndex
  readonly pskIds?: readonly PreSharedKeyId[]
  readonly psks?: PskSource
  readonly authenticatedData?: Uint8Array
}

export interface JoinedExternally {
  readonly message: Uint8Array
  /** The group in the epoch that the commit starts: kept when it is accepted, forgotten when it is not. */
  readonly staged: Group
  /** Of the new epoch, with the key for joining from outside, without the tree. */
  readonly groupInfo: Uint8Array
  readonly view: CommitView
}

/**
 * Joins a group without being asked, by a commit of one's own (RFC 9420 §12.4.3.2). The whole tree is verified and each
 * leaf put to `checks.leaf`. Whether the members accept, their checks decide.
 *
 * @throws MlsError `invalid_group_info` without a key for joining from outside, and what `openPublicGroup` and a
 * commit throw
 */
export const joinExternally = async (engine: Engine, input: ExternalJoinInput): Promise<JoinedExternally> => {
  const info = readGroupInfo(engine, input.groupInfo)
  const treeBytes = input.tree ?? extensionData(info.extensions, extensionType.ratchetTree)
  if (!treeBytes) throw new MlsError('invalid_use', 'the GroupInfo comes without the tree')
  const before = await verifyPublicGroup(engine, info, decodeTree(treeBytes, engine.limits.leavesMax))
  const externalPub = externalPubOf(info.extensions)
  if (!externalPub) throw new MlsError('invalid_group_info', 'no key for joining from outside')

  const { kemOutput, initSecret } = await sendExternalInit(engine, externalPub)
  const items = itemsOf(input, kemOutput)
  const staged = await stageProposals(engine, before, { kind: 'external' }, items)
  const { credential, capabilities, signatureKeyPair, leafExtensions = [] } = input
  const built = await buildCommit(engine, staged, {
    items,
    ownLeaf: { credential, capabilities, signatureKeyPair, extensions: leafExtensions },
    sender: { kind: 'new_member_commit' },
    signaturePrivateKey: signatureKeyPair.privateKey,
    authenticatedData: input.authenticatedData ?? noBytes,
    wire: 'public',
    initSecret,
    psks: await findPsks(staged.applied.psks, [], input.psks),
  })
  if (!built.path) throw new MlsError('invalid_commit', 'an external commit without a path')

  const group: Group = {
    public: built.public,
    ownLeaf: staged.committer.leafIndex,
    signaturePrivateKey: signatureKeyPair.privateKey,
    privateTree: built.path.privateTree,
    epochSecrets: built.start.secrets,
    secretTree: secretTreeOf(built.start.encryptionSecret, leafCount(built.public.tree)),
    ownUpdates: [],
    pastEpochs: [],
  }
  const message = { authenticated: built.authenticated, membershipTag: undefined }
  const groupInfo = await makeGroupInfo(engine, group)
  wipe([initSecret, ...built.consumed])
  return {
    message: messageBytes({ kind: 'public', message }),
    staged: group,
    groupInfo,
    view: built.done.view,
  }
}

const itemsOf = (
  { remove, pskIds = [] }: ExternalJoinInput,
  kemOutput: Uint8Array,
): readonly ProposalOrRef[] => {
  const proposals: Proposal[] = [{ kind: 'external_init', kemOutput }]
  if (remove !== undefined) proposals.push({ kind: 'remove', removed: remove })
  for (const psk of pskIds) proposals.push({ kind: 'psk', psk })
  return proposals.map((proposal) => ({ kind: 'proposal', proposal }))
}
