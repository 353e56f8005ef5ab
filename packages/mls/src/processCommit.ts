import type { AuthenticatedContent } from './authenticatedContent.ts'
import { equalBytes } from './bytes.ts'
import type { Commit } from './commit.ts'
import type { CommitView } from './commitView.ts'
import type { Engine } from './engine.ts'
import { MlsError } from './error.ts'
import { allSecrets, type Group, leaveEpoch, resumptionPsk } from './group.ts'
import { groupContextBytes } from './groupContext.ts'
import { nextEpoch, receiveExternalInit, verifyConfirmation } from './keySchedule.ts'
import { findPsks, pskSecret } from './psk.ts'
import { commitBy, confirmationTagOf } from './observe.ts'
import type { ProcessOptions } from './processMessage.ts'
import { leafCount } from './ratchetTree.ts'
import { secretTreeOf } from './secretTree.ts'
import { contextAfter, groupAfter, stageCommit, type StagedCommit, stageProposals } from './stageCommit.ts'
import { openPath, type PrivateTree, withLeafKey } from './treeKem.ts'
import { wipe } from './wipe.ts'

export interface ProcessedCommit {
  readonly group: Group | null
  readonly view: CommitView
  readonly consumed: readonly Uint8Array[]
}

/** A member's side of a commit by someone else whose message was verified (RFC 9420 §12.4.2). */
export const processCommit = async (
  engine: Engine,
  group: Group,
  authenticated: AuthenticatedContent,
  commit: Commit,
  options: ProcessOptions,
): Promise<ProcessedCommit> => {
  const { framed, auth } = authenticated
  const by = commitBy(framed.sender)
  if (by.kind === 'member' && by.leafIndex === group.ownLeaf)
    throw new MlsError('invalid_use', 'a commit of our own is adopted, not processed')
  const proposals = await stageProposals(engine, group.public, by, commit.proposals)
  const done = await stageCommit(engine, proposals, commit.path, framed.authenticatedData)
  if (done.applied.removed.some(({ leafIndex }) => leafIndex === group.ownLeaf))
    return { group: null, view: done.view, consumed: allSecrets(group) }

  const own = ownKeys(group, done)
  const opened = await openedPath(engine, own.privateTree, done, commit)
  const psks = await findPsks(done.applied.psks, [resumptionPsk(group)], options.psks)
  const { initSecret, externalSecret } = group.epochSecrets
  const { externalInit } = done.applied
  const init = externalInit ? await receiveExternalInit(engine, externalSecret, externalInit) : initSecret

  const context = contextAfter(engine, done, authenticated, auth.signature)
  const psk = pskSecret(engine, psks)
  const start = nextEpoch(engine, init, opened.commitSecret, psk, context)
  const tag = confirmationTagOf(authenticated)
  verifyConfirmation(engine, start.confirmationKey, context.confirmedTranscriptHash, tag)

  const left = leaveEpoch(group, engine.limits.pastEpochsMax, opened.privateTree)
  wipe([opened.commitSecret, psk, start.joinerSecret, start.welcomeSecret, start.confirmationKey])
  wipe(start.consumed)
  if (externalInit) wipe([init])
  return {
    group: {
      public: groupAfter(engine, done, context, tag),
      ownLeaf: group.ownLeaf,
      signaturePrivateKey: own.signaturePrivateKey,
      privateTree: opened.privateTree,
      epochSecrets: start.secrets,
      secretTree: secretTreeOf(start.encryptionSecret, leafCount(done.after.tree)),
      ownUpdates: [],
      pastEpochs: left.pastEpochs,
    },
    view: done.view,
    consumed: [...left.consumed, ...opened.consumed],
  }
}

/** Keys of the own leaf: new ones, where the commit covers an Update that this member proposed. */
const ownKeys = (
  group: Group,
  { applied, proposals }: StagedCommit,
): Pick<Group, 'privateTree' | 'signaturePrivateKey'> => {
  if (!applied.updated.includes(group.ownLeaf)) return group
  const update = group.ownUpdates.find(({ ref }) =>
    proposals.some((committed) => committed.by === 'reference' && equalBytes(committed.ref, ref)),
  )
  if (!update) throw new MlsError('invalid_use', 'the keys of an own update are gone')
  return {
    privateTree: withLeafKey(group.privateTree, update.encryptionPrivateKey),
    signaturePrivateKey: update.signaturePrivateKey,
  }
}

const openedPath = async (
  engine: Engine,
  privateTree: PrivateTree,
  done: StagedCommit,
  { path }: Commit,
): Promise<{
  readonly privateTree: PrivateTree
  readonly commitSecret: Uint8Array
  readonly consumed: readonly Uint8Array[]
}> => {
  if (!path) return { privateTree, commitSecret: new Uint8Array(engine.suite.hashBytes), consumed: [] }
  return openPath(engine, done.base, path, groupContextBytes(done.after.context), privateTree)
}
