import type { WireFormat } from './authenticatedContent.ts'
import { type BuiltCommit, buildCommit } from './buildCommit.ts'
import { inChunks } from './chunks.ts'
import type { ProposalOrRef } from './commit.ts'
import type { CommitView } from './commitView.ts'
import type { Engine } from './engine.ts'
import type { Extension } from './extension.ts'
import { type Group, leaveEpoch, resumptionPsk } from './group.ts'
import { sealGroupInfo, sealGroupSecrets } from './groupSecrets.ts'
import { makeGroupInfo, signedGroupInfo } from './makeGroupInfo.ts'
import { messageBytes } from './message.ts'
import { ownLeafNode } from './ownLeaf.ts'
import { type References, stageOwnCommit } from './pendingProposals.ts'
import type { Proposal } from './proposal.ts'
import type { LeafChange } from './propose.ts'
import { findPsks, type PskSource } from './psk.ts'
import { type Resume, resumeProposal } from './resume.ts'
import { secretTreeOf } from './secretTree.ts'
import { noBytes, sendMessage } from './sendMessage.ts'
import type { StagedProposals } from './stageCommit.ts'
import { leafCount } from './ratchetTree.ts'
import { pathSecretFor } from './treeKem.ts'
import { wipe } from './wipe.ts'

export interface CommitOptions {
  /** By value, after the pending ones. */
  readonly proposals?: readonly Proposal[]
  readonly references?: References
  readonly authenticatedData?: Uint8Array
  /** Changes the own leaf, which takes a path. */
  readonly leaf?: LeafChange
  /** New keys for the own path also where the proposals do not ask for it. */
  readonly forcePath?: boolean
  readonly treeInWelcome?: boolean
  /** In the clear unless told otherwise, so that a server can follow. */
  readonly wire?: WireFormat
  readonly psks?: PskSource
  /** In the first commit of a group that carries on another one. */
  readonly resume?: Resume
  readonly groupInfoExtensions?: readonly Extension[]
}

export interface Committed {
  readonly message: Uint8Array
  /** For everyone whom the commit adds. */
  readonly welcome?: Uint8Array
  /** Of the new epoch, with the key for joining from outside, without the tree. */
  readonly groupInfo: Uint8Array
  /** The group in the epoch that it is in now, to be stored before the message leaves. */
  readonly group: Group
  /** The group in the epoch that the commit starts: kept when the commit is accepted, forgotten when it is not. */
  readonly staged: Group
  readonly view: CommitView
  /** To be wiped once `staged` is stored in place of the group, and not before. */
  readonly consumed: readonly Uint8Array[]
}

/**
 * A commit (RFC 9420 §12.4.1). The group stays as it is until the commit is known to be accepted.
 *
 * @throws MlsError `invalid_proposal`, `invalid_commit`, `invalid_leaf`, `invalid_key_package`, `bad_authentication`,
 * `refused_by_caller`, `limit_exceeded`, `invalid_use`
 */
export const commit = async (
  engine: Engine,
  group: Group,
  options: CommitOptions = {},
): Promise<Committed> => {
  const { authenticatedData = noBytes, wire = 'public', resume } = options
  const sender = { kind: 'member', leafIndex: group.ownLeaf } as const
  const { items, staged } = await stageOwnCommit(
    engine,
    group.public,
    sender,
    options.references ?? 'all',
    byValueOf(engine, group, options),
    resume?.usage,
  )
  const ownPsks = [resumptionPsk(group), ...(resume ? [resumptionPsk(resume.group)] : [])]
  const psks = await findPsks(staged.applied.psks, ownPsks, options.psks)
  const withPath = staged.pathRequired || options.forcePath || options.leaf !== undefined
  const ownLeaf = ownLeafNode(group, options.leaf ?? {})
  const built = await buildCommit(engine, staged, {
    items,
    ownLeaf: withPath ? ownLeaf : undefined,
    sender,
    signaturePrivateKey: group.signaturePrivateKey,
    authenticatedData,
    wire,
    initSecret: group.epochSecrets.initSecret,
    psks,
  })

  const sent = await sendMessage(engine, group, built.authenticated)
  const privateTree = built.path?.privateTree ?? group.privateTree
  const left = leaveEpoch(sent.group, engine.limits.pastEpochsMax, privateTree)
  const next: Group = {
    public: built.public,
    ownLeaf: group.ownLeaf,
    signaturePrivateKey: ownLeaf.signatureKeyPair.privateKey,
    privateTree,
    epochSecrets: built.start.secrets,
    secretTree: secretTreeOf(built.start.encryptionSecret, leafCount(built.public.tree)),
    ownUpdates: [],
    pastEpochs: left.pastEpochs,
  }
  const welcome = await welcomeOf(engine, next, staged, built, options)
  const groupInfo = await makeGroupInfo(engine, next, { extensions: options.groupInfoExtensions ?? [] })
  wipe(built.consumed)
  return {
    message: sent.message,
    ...(welcome && { welcome }),
    groupInfo,
    group: sent.group,
    staged: next,
    view: built.done.view,
    consumed: [...left.consumed, ...sent.consumed],
  }
}

const byValueOf = (
  engine: Engine,
  group: Group,
  { proposals = [], resume }: CommitOptions,
): readonly ProposalOrRef[] => {
  const all = resume ? [...proposals, resumeProposal(engine, group, resume)] : proposals
  return all.map((proposal) => ({ kind: 'proposal', proposal }))
}

/** One Welcome for all whom the commit added (RFC 9420 §12.4.3.1). */
const welcomeOf = async (
  engine: Engine,
  next: Group,
  { applied }: StagedProposals,
  { start, path }: BuiltCommit,
  { treeInWelcome = false, groupInfoExtensions = [] }: CommitOptions,
): Promise<Uint8Array | undefined> => {
  if (applied.added.length === 0) return undefined
  const info = await signedGroupInfo(engine, next, {
    withTree: treeInWelcome,
    withExternalPub: false,
    extensions: groupInfoExtensions,
  })
  const encryptedGroupInfo = await sealGroupInfo(engine, start.welcomeSecret, info)
  const secrets = await inChunks(applied.added, ({ leafIndex, keyPackage }) =>
    sealGroupSecrets(engine, keyPackage, encryptedGroupInfo, {
      joinerSecret: start.joinerSecret,
      pathSecret: path && pathSecretFor(path, leafIndex),
      psks: applied.psks,
    }),
  )
  const welcome = { cipherSuite: engine.suite.id, secrets, encryptedGroupInfo }
  return messageBytes({ kind: 'welcome', welcome })
}
